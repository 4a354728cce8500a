use super::*;
use crate::message::mscons;

#[test]
fn an_order_that_is_odd_is_read_as_far_as_it_goes() {
    let bytes = b"UNB+UNOC:3+9905048000007:500+9985046000001:500+261124:0900+R1'\
        UNH+7+ORDERS:D:09B:UN:1.4b'BGM+7'IMD++Z12'IMD++Z99'RFF+Z13:ABC'NAD+DP++x'LOC+231+AREA'\
        LOC+172+1234'LIN+1'DTM+163:20261:303'DTM+164:202611302300?+00:303'\
        DTM+164:202612302300?+00:303'FTX+Z06+++:b:::'XYZ+1'UNS+S'UNT+16+7'UNZ+1+R1'";
    let file = mscons::read(bytes);
    let interchange = &file.interchanges[0];
    let (orders, findings) = read(bytes, interchange, &interchange.messages[0]);
    let expected = Orders {
        name_code: "7".to_owned(),
        item: Some("Z12".to_owned()),
        location: Some("1234".to_owned()),
        end: UtcTime::parse("2026-11-30T23:00:00Z"),
        complaint: Some("Z06".to_owned()),
        texts: vec![String::new(), "b".to_owned()],
        ..Orders::default()
    };
    assert_eq!(orders, expected);
    let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        findings,
        [
            "byte 167, segment 10 of message 7: \"20261\" is no time of the format \"303\"",
            "byte 271, segment 16 of message 7: the message has no BGM 1004",
        ]
    );
}
