//! What is written is read again, for all types of messages that are written here.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use crate::edifact::write::WriteError;
use crate::market::calendar::UtcTime;
use crate::market::party::Party;
use crate::message::aperak::{self, Aperak, Fault};
use crate::message::contrl::{
    self, Action, Contrl, ElementReport, MessageReport, Position, SegmentReport, ServiceFault,
    SyntaxError,
};
use crate::message::incoming::{self, Incoming};
use crate::message::mscons;
use crate::message::orders::{self, Contact, Orders};
use crate::message::ordrsp::{self, Decision, Ordrsp};
use crate::message::transfer::Transfer;

/// An interchange of ours.
fn transfer() -> Transfer {
    let created = UtcTime::from_seconds(1_795_510_800);
    let (us, them) = (Party::new("9985046000001"), Party::new("9905048000007"));
    Transfer::new(us, them, "ORD1", created).unwrap()
}

/// What is read of an interchange that nothing is odd in.
fn read_back(bytes: &[u8]) -> Vec<Incoming> {
    let file = mscons::read(bytes);
    let interchange = &file.interchanges[0];
    let odd = &interchange.findings;
    assert!(file.findings.is_empty() && odd.is_empty(), "{odd:?}");
    assert_eq!(
        (&*interchange.sender, &*interchange.receiver),
        ("9985046000001", "9905048000007")
    );
    let messages = interchange.messages.iter();
    messages
        .map(|message| {
            let (incoming, findings) = incoming::read(bytes, interchange, message).unwrap();
            assert!(findings.is_empty(), "{findings:?}");
            incoming
        })
        .collect()
}

/// Printable characters of ISO 8859-1, service characters among them.
fn text(most: usize) -> impl Strategy<Value = String> {
    let service = proptest::sample::select(b"?+:'".to_vec());
    let character = prop_oneof![0x20_u8..0x7F, 0xA0_u8..=0xFF, service];
    vec(character.prop_map(char::from), 1..=most).prop_map(String::from_iter)
}

/// Up to so many texts; the last is not empty, since that could not be told from none.
fn texts(most: usize) -> impl Strategy<Value = Vec<String>> {
    let one = prop_oneof![4 => text(90), 1 => Just(String::new())];
    (vec(one, 0..most), text(20), any::<bool>()).prop_map(|(mut texts, last, is_none)| {
        texts.push(last);
        if is_none { Vec::new() } else { texts }
    })
}

fn time() -> impl Strategy<Value = Option<UtcTime>> {
    of((0_i64..60_000_000).prop_map(|minute| UtcTime::from_seconds(minute * 60)))
}

fn contact() -> impl Strategy<Value = Contact> {
    let named = (text(80), of(text(40)), of(text(40)));
    let named = named.prop_map(|(name, phone, mail)| Contact { name, phone, mail });
    prop_oneof![1 => Just(Contact::default()), 2 => named]
}

prop_compose! {
    fn orders()(
        (name_code, document, item, about) in (text(3), text(35), of(text(3)), of(text(70))),
        pid in of(10_000_u32..100_000),
        contact in contact(),
        (location, configuration) in (of(text(35)), of(text(70))),
        obis in vec(text(35), 0..4),
        reason in of(text(3)),
        (date, at, start, end) in (time(), time(), time(), time()),
        complaint in of((text(3), texts(5))),
    ) -> Orders {
        let (complaint, texts) = complaint.unzip();
        let texts = texts.unwrap_or_default();
        Orders {
            name_code, document, date, item, about, pid, contact, location, configuration, obis,
            reason, at, start, end, complaint, texts,
        }
    }
}

prop_compose! {
    fn ordrsp()(
        (name_code, document, item) in (text(3), text(70), of(text(3))),
        answers in text(70),
        pid in of(10_000_u32..100_000),
        date in time(),
        decisions in vec((text(3), text(6)), 0..4),
        texts in texts(5),
        contact in contact(),
    ) -> Ordrsp {
        let decisions = decisions.into_iter().map(|(code, tree)| Decision { code, tree });
        Ordrsp {
            name_code, document, date, item, answers: Some(answers), pid, texts, contact,
            decisions: decisions.collect(),
        }
    }
}

fn position() -> impl Strategy<Value = Position> {
    let (element, component) = (1_u16..1000, of(1_u16..1000));
    (element, component).prop_map(|(element, component)| Position { element, component })
}

fn service_fault() -> impl Strategy<Value = Option<ServiceFault>> {
    let fault = (error(), of(text(3)), of(position()));
    of(fault.prop_map(|(error, tag, position)| ServiceFault {
        error,
        tag,
        position,
    }))
}

fn error() -> impl Strategy<Value = SyntaxError> {
    (1_u32..100).prop_map(SyntaxError)
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![Just(Action::REJECTED), Just(Action::RECEIVED)]
}

prop_compose! {
    fn segment_report()(
        number in 1_u32..1_000_000,
        error in of(error()),
        elements in vec((error(), position()), 0..4),
    ) -> SegmentReport {
        let elements = elements.into_iter().map(|(error, position)| ElementReport { error, position });
        SegmentReport { number, error, elements: elements.collect() }
    }
}

prop_compose! {
    fn message_report()(
        reference in text(14), identifier in [text(6), text(3), text(3), text(3), text(6)],
        action in action(), fault in service_fault(), segments in vec(segment_report(), 0..4),
    ) -> MessageReport {
        MessageReport { reference, identifier, action, fault, segments }
    }
}

prop_compose! {
    fn contrl()(
        interchange in text(14),
        sender in (text(35), text(4)), receiver in (text(35), text(4)),
        action in action(), fault in service_fault(), messages in vec(message_report(), 0..4),
    ) -> Contrl {
        Contrl { interchange, sender, receiver, action, fault, messages }
    }
}

prop_compose! {
    fn aperak_fault()(
        code in text(8),
        (message, document, next_operator) in (of(text(70)), of(text(70)), of(text(35))),
        (content, description, place) in (texts(2), texts(2), texts(2)),
    ) -> Fault {
        Fault { code, content, message, document, description, place, next_operator }
    }
}

prop_compose! {
    fn aperak()(
        is_accepted: bool,
        document in text(35), interchange in text(70), accepts in of(text(70)),
        (date, prepared) in (time(), time()),
        faults in vec(aperak_fault(), 0..4),
    ) -> Aperak {
        let name_code = if is_accepted { "312" } else { "313" };
        Aperak {
            name_code: name_code.to_owned(), interchange: Some(interchange),
            document, date, prepared, accepts, faults,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn orders_are_read_as_they_are_written(messages in vec(orders(), 1..4)) {
        let read = read_back(&orders::write(&transfer(), &messages).unwrap());
        let written: Vec<Incoming> = messages.into_iter().map(Incoming::Orders).collect();
        prop_assert_eq!(read, written);
    }

    #[test]
    fn ordrsp_are_read_as_they_are_written(messages in vec(ordrsp(), 1..4)) {
        let read = read_back(&ordrsp::write(&transfer(), &messages).unwrap());
        let written: Vec<Incoming> = messages.into_iter().map(Incoming::Ordrsp).collect();
        prop_assert_eq!(read, written);
    }

    #[test]
    fn contrl_are_read_as_they_are_written(message in contrl()) {
        let read = read_back(&contrl::write(&transfer(), &message).unwrap());
        prop_assert_eq!(read, [Incoming::Contrl(message)]);
    }

    #[test]
    fn aperak_are_read_as_they_are_written(messages in vec(aperak(), 1..4)) {
        let read = read_back(&aperak::write(&transfer(), &messages).unwrap());
        let written: Vec<Incoming> = messages.into_iter().map(Incoming::Aperak).collect();
        prop_assert_eq!(read, written);
    }
}

#[test]
fn what_unoc_does_not_have_is_refused_and_not_written_otherwise() {
    for strange in ["€", "\n", "\r", "\0", "\u{7F}", "\u{85}"] {
        let orders = Orders {
            document: strange.to_owned(),
            ..Orders::default()
        };
        let aperak = Aperak {
            accepts: Some(strange.to_owned()),
            ..Aperak::default()
        };
        let contrl = Contrl {
            interchange: strange.to_owned(),
            ..Contrl::default()
        };
        for (written, segment) in [
            (orders::write(&transfer(), &[orders]), 2),
            (aperak::write(&transfer(), &[aperak]), 3),
            (contrl::write(&transfer(), &contrl), 2),
        ] {
            let fault = written.unwrap_err();
            let WriteError::NotInCharset { segment: at, .. } = fault else {
                panic!("{fault}");
            };
            assert_eq!(at, segment, "{fault}");
        }
    }
    assert_eq!(orders::write(&transfer(), &[]), Err(WriteError::NoMessage));
}
