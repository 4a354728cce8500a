use super::*;
use crate::config::Gateway;
use crate::config::partner::{Partner, Sector as PartnerSector};
use crate::config::party::Party;
use crate::message::mscons;
use crate::store::outbox::Slot;

fn terms(sector: PartnerSector, acknowledge: Acknowledge) -> TermsNow {
    terms_answering(sector, acknowledge, &[])
}

/// The same, with requests for values of these locations answered.
fn terms_answering(
    sector: PartnerSector,
    acknowledge: Acknowledge,
    locations: &[&str],
) -> TermsNow {
    let mut config = Gateway {
        party: vec![Party {
            id: "9985046000001".to_owned(),
            ..Party::default()
        }],
        partner: vec![Partner {
            id: "9905048000007".to_owned(),
            mail: "edifact@netz.example".to_owned(),
            sector,
            acknowledge,
            answer_requests: locations.iter().map(|&one| one.to_owned()).collect(),
            ..Partner::default()
        }],
        ..Gateway::default()
    };
    config.smtp.host = "smtp.example.org".to_owned();
    config.smtp.sender = "Meter data <meter@example.org>".to_owned();
    TermsNow::of_config(&config)
}

fn power() -> TermsNow {
    terms(PartnerSector::Power, Acknowledge::Both)
}

/// A message of this type between UNH and UNT.
fn message(reference: &str, kind: &str, body: &str) -> String {
    let count = body.matches('\'').count() + 2;
    format!("UNH+{reference}+{kind}'{body}UNT+{count}+{reference}'")
}

/// One with a value, from its time on.
fn mscons(reference: &str, start: &str) -> String {
    let body = format!(
        "BGM+Z48+D{reference}+9'DTM+137:202611240815?+00:303'RFF+Z13:13025'UNS+D'NAD+DP'\
         LOC+172+41373559241'LIN+1'PIA+5+1-1?:1.29.0:SRW'QTY+220:1'DTM+163:{start}?+00:303'\
         DTM+164:202611222315?+00:303'"
    );
    message(reference, MSCONS_25, &body)
}

fn good(reference: &str) -> String {
    mscons(reference, "202611222300")
}

/// Its interval ends before it begins.
fn bad(reference: &str) -> String {
    mscons(reference, "202611222330")
}

fn interchange(messages: &[String]) -> String {
    let (count, messages) = (messages.len(), messages.concat());
    format!(
        "UNA:+.? 'UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0815+REF1++TL'{messages}UNZ+{count}+REF1'"
    )
}

fn said_of(bytes: &str, terms: &TermsNow) -> Option<Heard> {
    let file = mscons::read(bytes.as_bytes());
    let received = UtcTime::parse("2026-11-24T08:15:00Z").unwrap();
    heard(
        bytes.as_bytes(),
        &file.interchanges[0],
        &BTreeMap::new(),
        terms,
        received,
    )
}

/// When each is due, and what it says from its first message on, as a mail that was numbered.
fn told(said: Vec<Acknowledgement>) -> Vec<String> {
    let slot = Slot {
        number: 7,
        serial: 217_000_000,
        at: UtcTime::parse("2026-11-24T08:20:00Z").unwrap(),
    };
    let told = said.into_iter().map(|said| {
        let due = said.due;
        let mail = said.written([7; 32], &slot).unwrap();
        assert_eq!(mail.answers.unwrap().due, Some(due.seconds()));
        let parsed = mail_parser::MessageParser::new()
            .parse(&mail.bytes)
            .unwrap();
        let file = parsed.attachment(0).unwrap();
        let name = mail_parser::MimeHeaders::attachment_name(file).unwrap();
        assert_eq!(name, mail.subject);
        let text: String = file.contents().iter().copied().map(char::from).collect();
        let (_, messages) = text.split_once("UNH+1+").unwrap();
        format!("{due} {messages}")
    });
    told.collect()
}

fn usual(bytes: &str, terms: &TermsNow) -> Vec<String> {
    told(said_of(bytes, terms).unwrap().usual)
}

const MSCONS_25: &str = "MSCONS:D:04B:UN:2.5";

#[test]
fn in_power_each_message_hears_what_became_of_it() {
    let bytes = interchange(&[good("1"), bad("2")]);
    assert_eq!(
        usual(&bytes, &power()),
        [
            "2026-11-25T11:00:00Z APERAK:D:07B:UN:2.2'BGM+312+0217000000-1'\
             DTM+137:202611240820?+00:303'RFF+ACE:REF1'DTM+171:202611240815?+00:303'RFF+AGO:D1'\
             NAD+MS+9985046000001::293'NAD+MR+9905048000007::293'UNT+9+1'\
             UNH+2+APERAK:D:07B:UN:2.2'BGM+313+0217000000-2'\
             DTM+137:202611240820?+00:303'RFF+ACE:REF1'DTM+171:202611240815?+00:303'\
             NAD+MS+9985046000001::293'NAD+MR+9905048000007::293'ERC+Z34'\
             FTX+ABO+++DTM?+163?:202611222330?+00?:303:DTM?+164?:202611222315?+00?:303'\
             RFF+ACW:2'RFF+AGO:D2'UNT+12+2'UNZ+2+0217000000'"
        ]
    );
    let verdicts = said_of(&bytes, &power()).unwrap().usual;
    let verdicts: Vec<Verdict> = verdicts[0].verdicts().collect();
    assert_eq!(verdicts, [Verdict::Accepted, Verdict::Refused]);
}

#[test]
fn in_gas_the_interchange_is_received_and_only_what_is_wrong_hears_more() {
    let gas = terms(PartnerSector::Gas, Acknowledge::Both);
    let received = "2026-11-24T14:15:00Z CONTRL:D:3:UN:2.0b'UCI+REF1+9905048000007:500+9985046000001:500+7'UNT+3+1'UNZ+1+0217000000'";
    assert_eq!(usual(&interchange(&[good("1")]), &gas), [received]);
    let both = usual(&interchange(&[good("1"), bad("2")]), &gas);
    assert_eq!(both[0], received);
    assert!(
        both[1].contains("BGM+313+") && !both[1].contains("BGM+312+"),
        "{both:?}"
    );
    assert_eq!(both.len(), 2);
}

#[test]
fn a_syntax_error_rejects_the_interchange_and_nothing_is_said_of_its_content() {
    let broken = interchange(&[good("1"), bad("2")]).replace("UNT+13+1'", "UNT+12+1'");
    for sector in [PartnerSector::Power, PartnerSector::Gas] {
        let said = usual(&broken, &terms(sector, Acknowledge::Both));
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(
            said[0].contains("500+4'UCM+1+MSCONS:D:04B:UN:2.5+4+29+UNT+2'"),
            "{said:?}"
        );
        assert!(usual(&broken, &terms(sector, Acknowledge::Aperak)).is_empty());
    }
    let empty = interchange(&[]);
    let said = usual(&empty, &power());
    assert!(said[0].contains("500+4+32'"), "{said:?}");
}

#[test]
fn a_partner_hears_only_what_is_agreed() {
    let bytes = interchange(&[bad("1")]);
    let of = |sector, acknowledge| {
        let said = usual(&bytes, &terms(sector, acknowledge));
        said.iter()
            .map(|said| said.contains("APERAK"))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(PartnerSector::Power, Acknowledge::Contrl), [false; 0]);
    assert_eq!(of(PartnerSector::Power, Acknowledge::Aperak), [true]);
    assert_eq!(of(PartnerSector::Gas, Acknowledge::Contrl), [false]);
    assert_eq!(of(PartnerSector::Gas, Acknowledge::Aperak), [true]);
    assert_eq!(
        said_of(&bytes, &terms(PartnerSector::Power, Acknowledge::None)),
        None
    );
}

#[test]
fn acknowledgements_and_what_others_understand_are_not_acknowledged_whatever_is_wrong_with_them() {
    for kind in [
        "CONTRL:D:3:UN:2.0b",
        "APERAK:D:07B:UN:2.2",
        "UTILMD:D:11A:UN:S2.1",
    ] {
        let other = message("1", kind, "BGM+E01+D1'");
        for bytes in [
            interchange(std::slice::from_ref(&other)),
            interchange(&[other.clone(), good("2")]),
            interchange(&[other.replace("UNT+3+1", "UNT+9+2")]),
        ] {
            for sector in [PartnerSector::Power, PartnerSector::Gas] {
                let said = said_of(&bytes, &terms(sector, Acknowledge::Both));
                assert_eq!(said, None, "{bytes}");
            }
        }
    }
}

#[test]
fn a_request_is_accepted_within_the_hour_unless_who_answers_it_says_so() {
    let orders = |pid| {
        let body = format!("BGM+7+D1'RFF+Z13:{pid}'");
        interchange(&[message("1", "ORDERS:D:09B:UN:1.4c", &body)])
    };
    let answering = terms_answering(PartnerSector::Power, Acknowledge::Both, &["*"]);
    for (pid, terms, is_told) in [
        (17_102, power(), true),
        (17_113, power(), true),
        (17_102, answering.clone(), false),
        (17_113, answering, true),
    ] {
        let said = usual(&orders(pid), &terms);
        let is_accepted = |said: &String| {
            said.starts_with("2026-11-24T09:00:00Z APERAK") && said.contains("BGM+312+")
        };
        assert_eq!(said.len(), usize::from(is_told), "{pid} {said:?}");
        assert!(said.iter().all(is_accepted), "{pid} {said:?}");
    }
    let bytes = orders(17_102);
    let gas = terms(PartnerSector::Gas, Acknowledge::Both);
    assert!(usual(&bytes, &gas)[0].contains("500+7'"));
    let broken = bytes.replace("UNT+4+1", "UNT+5+1");
    // Within a quarter of an hour.
    let said = usual(&broken, &power());
    assert!(
        said[0].starts_with("2026-11-24T08:30:00Z CONTRL"),
        "{said:?}"
    );
}

#[test]
fn a_test_is_answered_by_a_test_and_a_known_reference_by_a_rejection() {
    let bytes = interchange(&[good("1")]).replace("++TL'", "++TL++++1'");
    let said = said_of(&bytes, &power()).unwrap();
    let slot = Slot::behind(None, UtcTime::from_seconds(1_795_510_800));
    let mail = said.usual[0].clone().written([0; 32], &slot).unwrap();
    let parsed = mail_parser::MessageParser::new()
        .parse(&mail.bytes)
        .unwrap();
    let file = mscons::read(parsed.attachment(0).unwrap().contents());
    assert!(file.interchanges[0].is_test);
    let conflict = told(said.conflict.into_iter().collect());
    assert!(conflict[0].contains("500+4+26+UNB+6'"), "{conflict:?}");
}

#[test]
fn what_is_over_a_bound_of_ours_is_not_the_senders_fault() {
    let bytes = interchange(&[good("1")]);
    let mut file = mscons::read(bytes.as_bytes());
    file.interchanges[0].is_too_much = true;
    let received = UtcTime::from_seconds(1_795_510_800);
    let said = heard(
        bytes.as_bytes(),
        &file.interchanges[0],
        &BTreeMap::new(),
        &power(),
        received,
    );
    assert_eq!(said, None);
}

#[test]
fn who_breaks_a_rule_that_his_messages_are_put_before_hears_which() {
    let bytes = interchange(&[good("1"), good("2")]);
    let file = mscons::read(bytes.as_bytes());
    let received = UtcTime::parse("2026-11-24T08:15:00Z").unwrap();
    let fault = Fault {
        code: "Z39".to_owned(),
        ..Fault::default()
    };
    let refused = BTreeMap::from([(1, vec![fault.at("AHB-13025-6063-CODE", "segment 9")])]);
    let of = &file.interchanges[0];
    let said = heard(bytes.as_bytes(), of, &refused, &power(), received).unwrap();
    let told = told(said.usual);
    let [both] = &told[..] else {
        panic!("{told:?}");
    };
    assert!(
        both.contains("BGM+312+") && both.contains("BGM+313+"),
        "{both}"
    );
    assert!(
        both.contains("ERC+Z39'") && both.contains("FTX+Z02+++AHB-13025-6063-CODE:segment 9'"),
        "{both}"
    );
}
