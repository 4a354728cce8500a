use super::*;
use crate::message::mscons;

/// The CONTRL of an interchange with these segments between UNB and UNZ, and the findings.
fn read_of(body: &str) -> (Contrl, Vec<String>) {
    let bytes = format!(
        "UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0900+R1'\
         UNH+1+CONTRL:D:3:UN:2.0b'{body}UNT+9+1'UNZ+1+R1'"
    );
    let file = mscons::read(bytes.as_bytes());
    let interchange = &file.interchanges[0];
    let (contrl, findings) = read(bytes.as_bytes(), interchange, &interchange.messages[0]);
    (contrl, findings.iter().map(ToString::to_string).collect())
}

#[test]
fn a_contrl_that_is_odd_is_read_as_far_as_it_goes() {
    let (contrl, findings) = read_of("UCD+12+2:2'UCI+R7+A:500+B'UCS+4'UCM+1'UCD+9'UCS+x+13'UCD'");
    assert_eq!(
        (&*contrl.interchange, contrl.action),
        ("R7", Action::default())
    );
    assert_eq!(contrl.messages.len(), 1);
    let segments = &contrl.messages[0].segments;
    assert_eq!(segments[0].error, Some(SyntaxError::MISSING));
    assert_eq!(segments[0].elements, [ElementReport::default()]);
    let what: Vec<&str> = findings
        .iter()
        .map(|finding| finding.split_once(": ").unwrap().1)
        .collect();
    assert_eq!(
        what,
        [
            "the message has no UCM",
            "the message has no UCI 0083",
            "the message has no UCM",
            "the message has no UCM 0083",
            "the message has no UCS",
            "\"x\" is no number",
        ]
    );
}

#[test]
fn a_contrl_without_its_interchange_says_so() {
    assert_eq!(
        read_of(""),
        (
            Contrl::default(),
            vec!["byte 87, segment 2 of message 1: the message has no UCI".to_owned()]
        )
    );
}

#[test]
fn of_a_flood_a_bounded_part_is_kept() {
    let flood = "UCM+1+MSCONS:D:04B:UN:2.5+4'UCS+2'UCD+12+2:2'".repeat(2_000);
    let (contrl, findings) = read_of(&format!("UCI+R7+A:500+B:500+4'{flood}"));
    let parts = contrl.messages.iter().flat_map(|message| &message.segments);
    let parts = parts
        .map(|segment| 1 + segment.elements.len())
        .sum::<usize>();
    assert_eq!(parts + contrl.messages.len(), 2_000);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].ends_with("more than 2000 parts in a message; the rest is left out"));
}
