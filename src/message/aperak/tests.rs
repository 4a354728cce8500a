use super::*;
use crate::message::aperak::fault::ErrorCode;
use crate::message::mscons;

fn read_file(text: &str) -> mscons::File {
    mscons::read(text.as_bytes())
}

/// An interchange whose message has these values.
fn interchange(values: &str) -> String {
    let count = values.matches('\'').count() + 10;
    format!(
        "UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0815+REF1++TL'\
         UNH+M1+MSCONS:D:04B:UN:2.5'BGM+Z48+D1+9'DTM+137:202611240815?+00:303'RFF+Z13:13025'UNS+D'\
         NAD+DP'LOC+172+41373559241'LIN+1'PIA+5+1-1?:1.29.0:SRW'{values}UNT+{count}+M1'UNZ+1+REF1'"
    )
}

fn faults_of(text: &str) -> Vec<Fault> {
    let file = read_file(text);
    let interchange = &file.interchanges[0];
    faults(text.as_bytes(), interchange, &interchange.messages[0])
}

#[test]
fn what_is_right_has_no_fault_and_check_digits_are_none() {
    let value = "QTY+220:1'DTM+163:202611222300?+00:303'DTM+164:202611222315?+00:303'";
    assert_eq!(faults_of(&interchange(value)), []);
    let misfit = interchange(value).replace("41373559241", "41373559242");
    assert_eq!(faults_of(&misfit), []);
}

#[test]
fn what_the_reader_finds_of_content_has_its_code_and_place() {
    let missing = Fault::new(ErrorCode::Missing).at("Mengenangaben", "QTY");
    assert_eq!(faults_of(&interchange("")), [missing]);
    let value = "QTY+220:1'DTM+163:202611222300?+00:303'DTM+164:202611222315?+00:303'";
    let unknown = interchange(value).replace("13025", "99999");
    assert_eq!(
        faults_of(&unknown),
        [Fault::new(ErrorCode::CodeNotAllowed)
            .with_content(["RFF+Z13:99999"])
            .at("Prüfidentifikator", "RFF+Z13:99999")]
    );
    let nothing = "QTY+220:1'STS+Z33++Z83'DTM+163:202611222300?+00:303'\
                   DTM+164:202611222200?+00:303'QTY+220:2'DTM+163:202611222315?+00:303'";
    assert_eq!(
        faults_of(&interchange(&format!("{value}{nothing}"))),
        [Fault::new(ErrorCode::IntervalNotPositive)
            .with_content(["DTM+163:202611222300+00:303", "DTM+164:202611222200+00:303"])]
    );
    let of_place = interchange("QTY+220:1'QTY+220:2'").replace(
        "LIN+1'",
        "DTM+163:202611222300?+00:303'DTM+164:202611222200?+00:303'LIN+1'",
    );
    let fault = &faults_of(&of_place)[1];
    assert_eq!(
        fault.content,
        ["DTM+163:202611222300+00:303", "DTM+164:202611222200+00:303"]
    );
}

#[test]
fn a_message_that_is_barred_is_never_without_a_fault() {
    let value = "QTY+220:1'DTM+163:202611222300?+00:303'DTM+164:202611222200?+00:303'";
    let text = interchange(value);
    let mut file = read_file(&text);
    let interchange = &mut file.interchanges[0];
    interchange.findings.clear();
    let found = faults(text.as_bytes(), interchange, &interchange.messages[0]);
    assert_eq!(found, [Fault::new(ErrorCode::Refused)]);
}

#[test]
fn only_the_first_kind_of_faults_is_told_and_each_names_its_message() {
    let text = interchange("");
    let file = read_file(&text);
    let interchange = &file.interchanges[0];
    let message = &interchange.messages[0];
    let refusing = |codes: &[ErrorCode]| {
        let faults = codes.iter().copied().map(Fault::new).collect();
        let date = UtcTime::from_seconds(1_795_510_800);
        let aperak = Aperak::refusing(interchange, message, faults, "A1", date);
        assert_eq!(
            (aperak.is_acceptance(), aperak.answers()),
            (Some(false), Some("D1"))
        );
        let told = aperak.faults.into_iter();
        told.map(|fault| {
            assert_eq!(fault.message.as_deref(), Some("M1"));
            fault.code
        })
        .collect::<Vec<_>>()
    };
    let (content, assignment) = (ErrorCode::IntervalNotPositive, ErrorCode::IdUnknown);
    let property = ErrorCode::OtherProperty;
    assert_eq!(
        refusing(&[assignment, content, property, content]),
        ["Z34", "Z34"]
    );
    assert_eq!(refusing(&[property, assignment]), ["Z10"]);
    assert_eq!(refusing(&[property]), ["Z44"]);
}

#[test]
fn texts_of_others_are_cut_to_what_can_be_written() {
    let fault = Fault::new(ErrorCode::Format)
        .with_content(["ł\n", "b", "c"])
        .at(&"x".repeat(600), "y");
    assert_eq!(fault.content, ["??", "b"]);
    assert_eq!(fault.place[0].len(), 512);
}

#[test]
fn an_aperak_that_is_odd_is_read_as_far_as_it_goes() {
    let text = "UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0900+R1'\
        UNH+1+APERAK:D:07B:UN:2.1i'BGM+9+A1'DTM+171:yesterday:303'RFF+AGO:D7'NAD+MS+x'\
        ERC'FTX+ABO+++a::b:::c'RFF+ACW'FTX'UNT+10+1'UNZ+1+R1'";
    let file = read_file(text);
    let interchange = &file.interchanges[0];
    let (aperak, findings) = read(text.as_bytes(), interchange, &interchange.messages[0]);
    let expected = Aperak {
        name_code: "9".to_owned(),
        document: "A1".to_owned(),
        accepts: Some("D7".to_owned()),
        faults: vec![Fault {
            content: vec!["a".to_owned(), String::new(), "b".to_owned()],
            ..Fault::default()
        }],
        ..Aperak::default()
    };
    assert_eq!(aperak, expected);
    assert_eq!(
        (aperak.is_acceptance(), aperak.answers()),
        (None, Some("D7"))
    );
    let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        findings,
        [
            "byte 98, segment 3 of message 1: \"yesterday\" is no time of the format \"303\"",
            "byte 175, segment 10 of message 1: the message has no RFF+ACE",
            "byte 175, segment 10 of message 1: the message has no 312 or 313 in BGM 1001",
        ]
    );
}
