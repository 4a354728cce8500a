//! Acknowledgements: from a mail in a real Dovecot to the CONTRL or APERAK that a real Postfix gets.

use std::collections::{BTreeMap, HashSet};
use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::MessageParser;
use serde_json::Value;

use crate::run::gateway::{Gateway, Home, wait_for};
use crate::support::dovecot::{Dovecot, PASSWORD};
use crate::support::postfix::Postfix;

const US: &str = "9985046000001";
const THEM: &str = "9905048000007";
const GAS_US: &str = "9800357000005";
const GAS_THEM: &str = "9870009100005";

/// A partner who sends to a Dovecot and hears by a Postfix, and the gateway between them.
struct Scene {
    dovecot: std::sync::Arc<Dovecot>,
    postfix: std::sync::Arc<Postfix>,
    home: Home,
    user: &'static str,
}

impl Scene {
    /// With what is agreed, as it stands in `[[partner]]`.
    fn new(user: &'static str, agreed: &str) -> Self {
        let scene = Self {
            dovecot: Dovecot::shared(),
            postfix: Postfix::shared(),
            home: Home::new(),
            user,
        };
        scene
            .dovecot
            .deliver(user, "INBOX", b"Subject: hello\r\n\r\nhello\r\n");
        scene.agree(agreed);
        scene
    }

    fn agree(&self, agreed: &str) {
        let Self { home, user, .. } = self;
        let smtp = format!(
            "[smtp]\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\nusername = \"meter\"\npassword = \"{PASSWORD}\"\nsender = \"Meter data <meter@example.org>\"\nmails_per_minute = 1000\n",
            self.postfix.plain
        );
        let parties = [US, GAS_US].map(|id| format!("[[party]]\nid = \"{id}\"\n"));
        let partners = [THEM, GAS_THEM].map(|id| {
            format!("[[partner]]\nid = \"{id}\"\nmail = \"{user}@netz.example\"\n{agreed}\n")
        });
        home.configure(&[
            home.imap(&self.dovecot, user, "poll_interval = \"1s\""),
            smtp,
            parties.concat(),
            partners.concat(),
        ]);
    }

    /// The partner sends an interchange, in a mail with this Message-ID.
    fn send(&self, id: &str, interchange: &str) {
        self.dovecot
            .deliver(self.user, "INBOX", &mail(id, interchange));
    }

    /// Mails that the partner got, as many as are told, each with its Message-ID.
    fn heard(&self, count: usize) -> Vec<(String, String)> {
        let to = format!("To: {}@netz.example", self.user);
        let mut mails = Vec::new();
        wait_for(&format!("{count} mails {to}"), || {
            mails = self.postfix.all_delivered(&to);
            (mails.len() >= count).then_some(())
        });
        assert_eq!(mails.len(), count, "{mails:?}");
        mails.iter().map(|mail| opened(mail)).collect()
    }

    fn outbox(&self) -> Vec<Value> {
        self.list("outbox")
    }

    fn messages(&self) -> Vec<Value> {
        self.list("messages")
    }

    fn list(&self, what: &str) -> Vec<Value> {
        let (code, out, err) = self
            .home
            .command(&[what, "--limit", "1000", "--format", "json"]);
        assert_eq!(code, Some(0), "{err}");
        serde_json::from_str(&out).unwrap()
    }
}

/// Message-ID and attached file of a mail.
pub(crate) fn opened(mail: &str) -> (String, String) {
    let mail = MessageParser::new().parse(mail.as_bytes()).unwrap();
    let file = mail.attachment(0).unwrap().contents();
    let text = file.iter().copied().map(char::from).collect();
    (mail.message_id().unwrap().to_owned(), text)
}

pub(crate) fn mail(id: &str, interchange: &str) -> Vec<u8> {
    format!(
        "From: Netz <netz@example.net>\r\nSubject: values\r\nMessage-ID: <{id}@example.net>\r\n\
         MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n\
         Content-Disposition: attachment; filename=\"values.txt\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        STANDARD.encode(interchange)
    )
    .into_bytes()
}

/// An interchange with one message: a value from its start to 00:15 legal time.
fn values((from, to): (&str, &str), reference: &str, start: &str) -> String {
    let agency = if from == GAS_THEM { "502" } else { "500" };
    format!(
        "UNA:+.? 'UNB+UNOC:3+{from}:{agency}+{to}:{agency}+261124:0815+{reference}++TL'\
         UNH+1+MSCONS:D:04B:UN:2.5'BGM+Z48+D{reference}+9'DTM+137:202611240815?+00:303'\
         RFF+Z13:13025'UNS+D'NAD+DP'LOC+172+41373559241'LIN+1'PIA+5+1-1?:1.29.0:SRW'QTY+220:1'\
         DTM+163:{start}?+00:303'DTM+164:202611222315?+00:303'UNT+13+1'UNZ+1+{reference}'"
    )
}

/// One that can be accepted, or refused.
fn power(reference: &str, is_good: bool) -> String {
    let start = if is_good {
        "202611222300"
    } else {
        "202611222330"
    };
    values((THEM, US), reference, start)
}

fn gas(reference: &str, is_good: bool) -> String {
    let start = if is_good {
        "202611222300"
    } else {
        "202611222330"
    };
    values((GAS_THEM, GAS_US), reference, start)
}

const BOTH: &str = "acknowledge = \"contrl+aperak\"";

/// Each file that was heard, by the reference that it speaks of and its type.
fn by_reference(heard: &[(String, String)]) -> BTreeMap<String, &str> {
    let of = |text: &str| {
        let between = |before: &str, behind: &[char]| {
            let (_, rest) = text.split_once(before)?;
            Some(rest.split(behind).next()?.to_owned())
        };
        let of_contrl = between("'UCI+", &['+']).map(|of| format!("{of} contrl"));
        of_contrl.or_else(|| between("RFF+ACE:", &['\'']).map(|of| format!("{of} aperak")))
    };
    let each = heard.iter();
    each.map(|(_, text)| (of(text).unwrap(), text.as_str()))
        .collect()
}

#[test]
fn in_power_a_partner_hears_of_content_and_of_syntax_only_if_it_is_wrong() {
    let scene = Scene::new("ackpower", BOTH);
    let gateway = Gateway::run(&scene.home);
    scene.send("p1", &power("GOOD1", true));
    scene.send("p2", &power("BAD1", false));
    scene.send(
        "p3",
        &power("BROKEN1", true).replace("QTY+220:1'", "QTY+220:1x'"),
    );
    let heard = scene.heard(3);
    let said = by_reference(&heard);
    let envelope = format!("UNB+UNOC:3+{US}:500+{THEM}:500+");
    assert!(heard.iter().all(|(_, text)| text.contains(&envelope)));
    let good = said["GOOD1 aperak"];
    assert!(
        good.contains("BGM+312+") && good.contains("RFF+AGO:DGOOD1'"),
        "{good}"
    );
    let bad = said["BAD1 aperak"];
    assert!(
        bad.contains("BGM+313+") && bad.contains("ERC+Z34'"),
        "{bad}"
    );
    let broken = said["BROKEN1 contrl"];
    assert!(
        broken.contains("500+4'UCM+1+MSCONS:D:04B:UN:2.5+4'UCS+10'UCD+37+2:2'"),
        "{broken}"
    );

    // The commands tell which mail answers what, and by when it had to go.
    let messages = scene.messages();
    let message = messages.iter().find(|one| one["interchange"] == "GOOD1");
    let answered = &message.unwrap()["answered_by"][0];
    assert_eq!(
        (&answered["kind"], &answered["state"]),
        (&Value::from("aperak"), &Value::from("sent"))
    );
    let number = answered["outbox"].to_string();
    let (_, out, _) = scene.home.command(&["outbox", "show", &number]);
    assert!(
        out.contains(&format!(
            "answers     interchange \"GOOD1\" of \"{THEM}\", in mail "
        )),
        "{out}"
    );
    assert!(out.contains("\ndue         20"), "{out}");
    let name = format!("subject     \"APERAK__{US}_{THEM}_");
    assert!(out.contains(&name), "{out}");
    let (_, page) = gateway.get("/outbox");
    assert!(page.contains(&format!("GOOD1 · {THEM}")), "{page}");
    let (_, page) = gateway.get("/messages");
    assert!(
        page.contains(&format!("APERAK in Mail {number} des Ausgangs")),
        "{page}"
    );
    for line in [
        "mscons_gateway_acknowledgements_total{kind=\"aperak\",result=\"accepted\"} 1",
        "mscons_gateway_acknowledgements_total{kind=\"aperak\",result=\"refused\"} 1",
        "mscons_gateway_acknowledgements_total{kind=\"contrl\",result=\"rejected\"} 1",
        "mscons_gateway_mails_sent_total{kind=\"aperak\",result=\"sent\"} 2",
    ] {
        gateway.wait_for_metric(line);
    }
    gateway.stop("TERM");
    the_archive_alone_tells_it(&scene, &number);
}

/// From the archive alone it is known which mail answers `GOOD1`, and nothing is said again.
fn the_archive_alone_tells_it(scene: &Scene, number: &str) {
    let before = scene.outbox().len();
    fs::remove_dir_all(scene.home.path("data/sled")).unwrap();
    assert_eq!(scene.home.command(&["reindex"]).0, Some(0));
    assert_eq!(scene.outbox().len(), before);
    let again = scene.messages();
    let message = again.iter().find(|one| one["interchange"] == "GOOD1");
    assert_eq!(
        message.unwrap()["answered_by"][0]["outbox"].to_string(),
        number
    );
    let (code, _, err) = scene.home.command(&["verify"]);
    assert_eq!(code, Some(0), "{err}");
}

#[test]
fn a_message_that_strict_rules_keep_out_is_refused_to_its_sender() {
    let scene = Scene::new("ackstrict", &format!("{BOTH}\nvalidate = \"strict\""));
    let gateway = Gateway::run(&scene.home);
    // The reader takes it; the AHB misses NAD+MS and NAD+MR.
    scene.send("s1", &power("STRICT1", true));
    let heard = scene.heard(1);
    let said = by_reference(&heard);
    let refused = said["STRICT1 aperak"];
    assert!(
        refused.contains("BGM+313+") && refused.contains("ERC+Z29'"),
        "{refused}"
    );
    assert!(scene.messages().is_empty());
    let (code, kept, _) = scene.home.command(&["quarantine"]);
    assert_eq!(code, Some(0), "{kept}");
    assert!(
        kept.contains("STRICT1") || kept.contains("rules of the market"),
        "{kept}"
    );
    gateway.stop("TERM");
}

#[test]
fn in_gas_a_partner_hears_of_every_interchange_and_of_content_only_if_it_is_wrong() {
    let scene = Scene::new("ackgas", &format!("{BOTH}\ngzip = true"));
    let gateway = Gateway::run(&scene.home);
    scene.send("g1", &gas("GASGOOD", true));
    scene.send("g2", &gas("GASBAD", false));
    let to = "To: ackgas@netz.example";
    let mut mails = Vec::new();
    wait_for("3 mails", || {
        mails = scene.postfix.all_delivered(to);
        (mails.len() == 3).then_some(())
    });
    let mut heard = Vec::new();
    for mail in &mails {
        let mail = MessageParser::new().parse(mail.as_bytes()).unwrap();
        let packed = mail.attachment(0).unwrap().contents().to_vec();
        let mut text = String::new();
        let mut unpacked = flate2::read::GzDecoder::new(&packed[..]);
        std::io::Read::read_to_string(&mut unpacked, &mut text).unwrap();
        heard.push((String::new(), text));
    }
    let said = by_reference(&heard);
    let kinds: Vec<&str> = said.keys().map(String::as_str).collect();
    assert_eq!(kinds, ["GASBAD aperak", "GASBAD contrl", "GASGOOD contrl"]);
    assert!(said["GASGOOD contrl"].contains(":502+7'UNT"));
    assert!(said["GASBAD contrl"].contains(":502+7'UNT"));
    assert!(said["GASBAD aperak"].contains("ERC+Z34'"));
    let envelope = format!("UNB+UNOC:3+{GAS_US}:502+{GAS_THEM}:502+");
    assert!(heard.iter().all(|(_, text)| text.contains(&envelope)));
    gateway.stop("TERM");
}

#[test]
fn what_comes_again_hears_the_same_again_and_what_contradicts_is_rejected() {
    let scene = Scene::new("ackagain", BOTH);
    let gateway = Gateway::run(&scene.home);
    let duplicates = |count: usize| {
        gateway.wait_for_metric(&format!(
            "mscons_gateway_interchanges_total{{result=\"duplicate\"}} {count}"
        ));
    };
    let sent = |count: usize| {
        gateway.wait_for_metric(&format!(
            "mscons_gateway_mails_sent_total{{kind=\"aperak\",result=\"sent\"}} {count}"
        ));
    };
    scene.send("first", &power("AGAIN1", true));
    sent(1);
    // The very same mail, as a server shows it that renews its numbers: nobody sent it again.
    scene.send("first", &power("AGAIN1", true));
    duplicates(1);
    assert_eq!(scene.outbox()[0]["repeats"], 0);
    // The sender sends it again, and again within the hour.
    scene.send("second", &power("AGAIN1", true));
    duplicates(2);
    sent(2);
    scene.send("third", &power("AGAIN1", true));
    duplicates(3);
    let outbox = scene.outbox();
    assert_eq!((outbox.len(), &outbox[0]["repeats"]), (1, &Value::from(1)));
    let heard = scene.heard(2);
    assert_eq!(heard[0], heard[1], "the same mail");
    gateway.wait_for_metric(
        "mscons_gateway_acknowledgements_total{kind=\"any\",result=\"repeated\"} 1",
    );

    // The same reference with other content.
    scene.send(
        "other",
        &power("AGAIN1", true).replace("QTY+220:1'", "QTY+220:2'"),
    );
    let heard = scene.heard(3);
    let said = by_reference(&heard);
    assert!(
        said["AGAIN1 contrl"].contains("500+4+26+UNB+6'"),
        "{heard:?}"
    );
    gateway.stop("TERM");
}

#[test]
fn who_has_agreed_nothing_hears_nothing_and_neither_do_acknowledgements() {
    let scene = Scene::new("acknone", "");
    let gateway = Gateway::run(&scene.home);
    let stored = |reference: &str| {
        wait_for(reference, || {
            let messages = scene.messages();
            let is_there = messages.iter().any(|one| one["interchange"] == reference);
            is_there.then_some(())
        });
    };
    scene.send("n1", &power("SILENT1", true));
    stored("SILENT1");
    assert_eq!(scene.outbox().len(), 0);

    // From now on it is agreed, without a restart.
    scene.agree(BOTH);
    gateway.signal("HUP");
    gateway.wait_for_log("the configuration is read again");
    let envelope = format!("UNA:+.? 'UNB+UNOC:3+{THEM}:500+{US}:500+261124:0900+");
    let contrl = format!(
        "{envelope}ACKC1'UNH+1+CONTRL:D:3:UN:2.0b'UCI+X1+{US}:500+{THEM}:500+7'UNT+9+1'UNZ+1+ACKC1'"
    );
    let aperak = format!(
        "{envelope}ACKA1'UNH+1+APERAK:D:07B:UN:2.2'BGM+312+A1'DTM+137:202611240900?+00:303'\
         RFF+ACE:X1'RFF+AGO:X1'UNT+6+1'UNZ+1+ACKA1'"
    );
    scene.send("n2", &contrl);
    scene.send("n3", &aperak);
    stored("ACKC1");
    stored("ACKA1");
    // Not for us, and from a stranger.
    scene.send(
        "n4",
        &values((THEM, "9904000000006"), "OTHERS1", "202611222300"),
    );
    scene.send(
        "n5",
        &values(("9904000000006", US), "STRANGE1", "202611222300"),
    );
    stored("OTHERS1");
    stored("STRANGE1");
    // What a person gives is no letter; and what was silent before stays so when it comes again.
    let file = scene.home.path("given.edi");
    fs::write(&file, power("GIVEN1", true)).unwrap();
    let (code, _, err) = scene.home.command(&["import", file.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{err}");
    scene.send("n6", &power("GIVEN1", true));
    scene.send("n7", &power("SILENT1", true));
    gateway.wait_for_metric("mscons_gateway_interchanges_total{result=\"duplicate\"} 2");
    assert_eq!(scene.outbox().len(), 0);
    scene.send("n8", &power("LOUD1", true));
    let heard = scene.heard(1);
    assert!(by_reference(&heard).contains_key("LOUD1 aperak"));
    gateway.stop("TERM");
}

#[test]
fn kills_amid_the_way_leave_each_interchange_with_exactly_one_acknowledgement() {
    const MAILS: usize = 40;
    let scene = Scene::new("ackkill", BOTH);
    for number in 0..MAILS {
        scene.send(
            &format!("k{number}"),
            &power(&format!("KILL{number}"), true),
        );
    }
    let mut gateway = Some(Gateway::run(&scene.home));
    let stored = || scene.messages().len();
    for life in 1..=4 {
        let running = gateway.take().unwrap();
        wait_for("some more messages", || {
            (stored() >= (life * 8).min(MAILS)).then_some(())
        });
        running.signal("KILL");
        running.end();
        if life == 2 {
            // More while nobody looks.
            for number in MAILS..2 * MAILS {
                scene.send(
                    &format!("k{number}"),
                    &power(&format!("KILL{number}"), true),
                );
            }
        }
        gateway = Some(Gateway::run(&scene.home));
    }
    wait_for("all to be sent", || {
        let outbox = scene.outbox();
        let sent = outbox.iter().filter(|mail| mail["state"] == "sent");
        (sent.count() == 2 * MAILS).then_some(())
    });
    gateway.unwrap().stop("TERM");
    let outbox = scene.outbox();
    let distinct = |of: &dyn Fn(&Value) -> String| {
        let all: HashSet<String> = outbox.iter().map(of).collect();
        all.len()
    };
    assert_eq!(outbox.len(), 2 * MAILS);
    assert_eq!(
        distinct(&|mail| mail["answers"]["interchange"].to_string()),
        2 * MAILS
    );
    assert_eq!(distinct(&|mail| mail["interchange"].to_string()), 2 * MAILS);
    // A mail may go twice over a crash, and is the same then.
    let mails = scene.postfix.all_delivered("To: ackkill@netz.example");
    let heard: HashSet<(String, String)> = mails.iter().map(|mail| opened(mail)).collect();
    assert_eq!(heard.len(), 2 * MAILS);
    let (code, _, err) = scene.home.command(&["verify"]);
    assert_eq!(code, Some(0), "{err}");
}
