use super::*;
use crate::market::calendar::UtcTime;
use crate::message::contrl::write;
use crate::message::mscons;
use crate::message::transfer::Transfer;

/// The segments of the CONTRL about an interchange, from UCI on.
fn told(bytes: &[u8]) -> String {
    let file = mscons::read(bytes);
    let contrl = report(bytes, &file.interchanges[0]).unwrap();
    written(&file.interchanges[0], &contrl)
}

fn written(interchange: &Interchange, contrl: &Contrl) -> String {
    let created = UtcTime::from_seconds(1_795_510_800);
    let transfer = Transfer::answering(interchange, "C1", created).unwrap();
    let bytes = write(&transfer, contrl).unwrap();
    let text: String = bytes.into_iter().map(char::from).collect();
    let (_, body) = text.split_once("CONTRL:D:3:UN:2.0b'").unwrap();
    let (body, _) = body.rsplit_once("UNT+").unwrap();
    body.to_owned()
}

/// An interchange with these segments as its only message, between UNH and UNT.
fn interchange(body: &str) -> Vec<u8> {
    let count = body.matches('\'').count() + 2;
    format!(
        "UNA:+.? 'UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0815+REF1++TL'\
         UNH+1+MSCONS:D:04B:UN:2.5'{body}UNT+{count}+1'UNZ+1+REF1'"
    )
    .into_bytes()
}

const HEAD: &str = "BGM+Z48+D1+9'DTM+137:202611240815?+00:303'RFF+Z13:13025'UNS+D'NAD+DP'LOC+172+41373559241'LIN+1'PIA+5+1-1?:1.29.0:SRW'";
const UCI: &str = "UCI+REF1+9905048000007:500+9985046000001:500+";

#[test]
fn an_interchange_without_a_syntax_error_is_received() {
    let body =
        format!("{HEAD}QTY+220:1'DTM+163:202611222300?+00:303'DTM+164:202611222315?+00:303'");
    assert_eq!(told(&interchange(&body)), format!("{UCI}7'"));
    // Wrong by content, not by syntax: no values, an interval that ends too early, check digits.
    assert_eq!(told(&interchange(HEAD)), format!("{UCI}7'"));
    let early = body.replace("164:20261122", "164:20261121");
    assert_eq!(told(&interchange(&early)), format!("{UCI}7'"));
    let misfit = body.replace("41373559241", "41373559242");
    assert_eq!(told(&interchange(&misfit)), format!("{UCI}7'"));
}

#[test]
fn what_is_wrong_between_head_and_end_is_told_by_segment_and_element() {
    let ucm = format!("{UCI}4'UCM+1+MSCONS:D:04B:UN:2.5+4'");
    let time = "DTM+163:202611222300?+00:303'DTM+164:202611222315?+00:303'";
    for (values, expected) in [
        (format!("QTY+220:1x2'{time}"), "UCS+10'UCD+37+2:2'"),
        (format!("QTY+220:1.2.3'{time}"), "UCS+10'UCD+12+2:2'"),
        (
            format!("QTY+220:1234567890123456789'{time}"),
            "UCS+10'UCD+39+2:2'",
        ),
        (
            format!("QTY+220:1'{time}QTY+220:2'DTM+163:20261122:303'XYZ+1'QTY+220:a'"),
            "UCS+14'UCD+12+2:2'UCS+15+15'UCS+16'UCD+37+2:2'",
        ),
    ] {
        let bytes = interchange(&format!("{HEAD}{values}"));
        assert_eq!(told(&bytes), format!("{ucm}{expected}"), "{values}");
    }
}

#[test]
fn characters_that_the_charset_lacks_are_told_with_their_place() {
    let bytes = interchange(&format!("{HEAD}QTY+220:1'"));
    let text = String::from_utf8(bytes).unwrap().replace("UNOC", "UNOA");
    let at = text.find("41373559241").unwrap();
    let mut bytes = text.into_bytes();
    bytes[at] = 0xE4;
    let told = told(&bytes);
    assert!(
        told.starts_with(&format!(
            "{UCI}4'UCM+1+MSCONS:D:04B:UN:2.5+4'UCS+7'UCD+21+3:1'"
        )),
        "{told}"
    );
}

#[test]
fn a_segment_that_is_too_long_is_told_by_its_longest_part() {
    let long = "x".repeat(70_000);
    let many = "+1".repeat(100_000);
    for (segment, expected) in [
        (format!("FTX+ABO+++a:{long}'"), "UCS+10'UCD+39+5:2'"),
        (format!("FTX{many}'"), "UCS+10+16'"),
        (format!("FTX{many}+{long}'"), "UCS+10'UCD+39+999:1'"),
        (format!("RFF+MG:{}'", "7".repeat(300)), "UCS+10'UCD+39+2:2'"),
    ] {
        let told = told(&interchange(&format!("{HEAD}{segment}QTY+220:1'")));
        assert!(told.ends_with(expected), "{told}");
    }
}

#[test]
fn what_is_wrong_with_the_envelope_is_told_with_its_segment() {
    let good = String::from_utf8(interchange(&format!("{HEAD}QTY+220:1'"))).unwrap();
    let ucm = format!("{UCI}4'UCM+1+MSCONS:D:04B:UN:2.5+4+");
    for (old, new, expected) in [
        ("UNT+11+", "UNT+29+", format!("{ucm}29+UNT+2'")),
        ("UNT+11+1", "UNT+11+2", format!("{ucm}28+UNT+3'")),
        ("UNT+11+1'", "", format!("{ucm}13+UNT'")),
        ("UNZ+1+", "UNZ+2+", format!("{UCI}4+29+UNZ+2'")),
        ("UNZ+1+REF1", "UNZ+1+REF2", format!("{UCI}4+28+UNZ+3'")),
        ("UNZ+1+REF1'", "", format!("{UCI}4+13+UNZ'")),
        ("UNB+UNOC", "UNB+UNOX", format!("{UCI}4+2+UNB+2:1'")),
        ("UNA:+.? '", "UNA:+.X '", format!("{UCI}4+20+UNA'")),
        ("UNH+1+MSCONS", "UNH++MSCONS", format!("{UCI}4+13'")),
        ("UNH+1+MSCONS", "UNH+1+", format!("{UCI}4+13'")),
    ] {
        assert!(good.contains(old), "{old}");
        assert_eq!(
            told(good.replacen(old, new, 1).as_bytes()),
            expected,
            "{new}"
        );
    }
    let grouped = good.replacen("UNZ+1", "UNE+2+G1'UNZ+1", 1);
    let grouped = grouped.replacen("UNH+1", "UNG+MSCONS+A+B+261124:0815+G1+UN+D:04B'UNH+1", 1);
    assert_eq!(told(grouped.as_bytes()), format!("{UCI}4+29'"));
    let empty = "UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0815+REF1'UNZ+0+REF1'";
    assert_eq!(told(empty.as_bytes()), format!("{UCI}4+32'"));
}

#[test]
fn messages_of_one_reference_are_told_apart_by_their_place() {
    let good = String::from_utf8(interchange(&format!("{HEAD}QTY+220:1'"))).unwrap();
    let (before, message) = good.split_at(good.find("UNH").unwrap());
    let (message, _) = message.split_at(message.find("UNZ").unwrap());
    let broken = message.replace("QTY+220:1", "QTY+220:x");
    let bytes = format!("{before}{message}{broken}UNZ+2+REF1'");
    let file = mscons::read(bytes.as_bytes());
    let contrl = report(bytes.as_bytes(), &file.interchanges[0]).unwrap();
    assert_eq!(contrl.messages.len(), 1);
    assert_eq!(
        message_of(&file.interchanges[0], &file.interchanges[0].findings[0]),
        Some(1)
    );
}

#[test]
fn an_interchange_is_rejected_for_what_is_not_in_it() {
    let bytes = interchange(HEAD);
    let file = mscons::read(&bytes);
    let interchange = &file.interchanges[0];
    for (refusal, expected) in [
        (Refusal::UnknownSender, "4+23+UNB+3'"),
        (Refusal::NotTheReceiver, "4+7+UNB+4'"),
        (Refusal::Duplicate, "4+26+UNB+6'"),
        (Refusal::Test, "4+25+UNB+12'"),
    ] {
        let contrl = rejection(interchange, refusal);
        assert_eq!(written(interchange, &contrl), format!("{UCI}{expected}"));
    }
}

#[test]
fn the_answer_goes_back_and_names_the_parties_in_their_order() {
    let text = String::from_utf8(interchange(HEAD))
        .unwrap()
        .replace("9985046000001:500", "9800357000005:502");
    let file = mscons::read(text.as_bytes());
    let interchange = &file.interchanges[0];
    let transfer = Transfer::answering(interchange, "C1", UtcTime::from_seconds(1_795_510_800));
    let contrl = report(text.as_bytes(), interchange).unwrap();
    let bytes = write(&transfer.unwrap(), &contrl).unwrap();
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "UNA:+.? 'UNB+UNOC:3+9800357000005:502+9905048000007:500+261124:0900+C1'\
         UNH+1+CONTRL:D:3:UN:2.0b'UCI+REF1+9905048000007:500+9800357000005:502+7'UNT+3+1'UNZ+1+C1'"
    );
}

#[test]
fn of_an_interchange_that_was_not_read_nothing_is_said() {
    let interchange = Interchange {
        is_too_much: true,
        ..Interchange::default()
    };
    assert_eq!(report(b"", &interchange), None);
}
