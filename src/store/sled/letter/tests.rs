use proptest::prelude::*;

use super::*;
use crate::store::ledger::NewMessage;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z]{0,3}[0-9]{0,3}", any::<String>()]
}

fn record() -> impl Strategy<Value = MessageRecord> {
    let names = (text(), text(), text(), text());
    let numbers = (
        any::<u64>(),
        any::<u64>(),
        prop_oneof![Just(0), any::<u64>()],
    );
    let times = (any::<Option<i64>>(), prop_oneof![Just(7), any::<i64>()]);
    let rest = (text(), any::<Option<u32>>(), proptest::option::of(text()));
    (names, numbers, times, rest).prop_map(|(names, numbers, times, rest)| MessageRecord {
        interchange: [0; 32],
        mail: 0,
        reference: MessageReference {
            sender: names.0,
            receiver: "receiver".to_owned(),
            interchange: names.1,
            message: names.2,
        },
        kind: "MSCONS".to_owned(),
        version: names.3,
        document: rest.0,
        pid: rest.1,
        document_date: times.0,
        arrived: times.1,
        cancels: rest.2,
        values: numbers.0,
        offset_bytes: numbers.1,
        length_bytes: numbers.2,
        cancelled_by: None,
    })
}

fn interchange() -> impl Strategy<Value = NewInterchange> {
    let messages = proptest::collection::vec(record(), 0..6);
    (any::<Hash>(), messages, any::<(u32, u64, u32)>(), text()).prop_map(
        |(hash, messages, (segment, offset, findings), reference)| NewInterchange {
            hash,
            record: InterchangeRecord {
                mail: 0,
                place: ArchivePlace { segment, offset },
                sender: "sender".to_owned(),
                receiver: "receiver".to_owned(),
                reference,
                application: String::new(),
                duplicates: 0,
                findings,
                barred: segment,
            },
            messages: messages.into_iter().map(new).collect(),
        },
    )
}

fn new(record: MessageRecord) -> NewMessage {
    NewMessage {
        record,
        blocks: Vec::new(),
        qualifiers: Vec::new(),
        reply: None,
        examined: None,
        asks: false,
    }
}

fn mail(interchanges: Vec<Hash>) -> MailRecord {
    MailRecord {
        mailbox: "metering".to_owned(),
        folder: "INBOX".to_owned(),
        id: MailId::Imap {
            validity: 7,
            uid: u32::MAX,
        },
        arrived: 7,
        size_bytes: 12_280,
        head: Head::default(),
        interchanges,
        outcome: Outcome::Quarantined,
    }
}

/// Encodes and decodes; `mail` with the letter's number.
fn there_and_back(mail: Option<&MailRecord>, interchanges: &[NewInterchange]) -> (Letter, usize) {
    let draft = Draft {
        mail,
        of: 40,
        interchanges,
    };
    let mut phrases = Phrases::default();
    let bytes = draft.encode(&mut |text| {
        if phrases.number(text).is_none() {
            phrases.push(text.into());
        }
        phrases.number(text)
    });
    for length in 0..bytes.len().min(200) {
        assert!(Letter::decode(40, &bytes[..length], &phrases).is_none());
    }
    (Letter::decode(40, &bytes, &phrases).unwrap(), bytes.len())
}

proptest! {
    #[test]
    fn a_letter_is_read_as_it_was_written(
        interchanges in proptest::collection::vec(interchange(), 0..4),
        others: Vec<Hash>,
        has_mail: bool,
    ) {
        let own = interchanges.iter().map(|one| one.hash);
        let mail = has_mail.then(|| mail(own.chain(others).collect()));
        let (letter, _) = there_and_back(mail.as_ref(), &interchanges);
        prop_assert_eq!(letter.mail.as_ref(), mail.as_ref());
        let expected: Vec<_> = interchanges
            .iter()
            .flat_map(|one| one.messages.iter().map(|message| MessageRecord {
                interchange: one.hash,
                mail: 40,
                ..message.record.clone()
            }))
            .collect();
        let numbered: Vec<_> = letter.messages().collect();
        let numbers = numbered.iter().map(|(number, _)| *number);
        prop_assert!(numbers.eq((41..).take(expected.len())));
        prop_assert!(numbered.iter().map(|(_, message)| *message).eq(&expected));
        for (read, written) in letter.interchanges.iter().zip(&interchanges) {
            let expected = InterchangeRecord { mail: 40, ..written.record.clone() };
            prop_assert_eq!((read.hash, &read.record), (written.hash, &expected));
        }
        for (number, message) in (41..).zip(&expected) {
            prop_assert_eq!(letter.message(number), Some(message));
        }
        prop_assert_eq!(letter.message(40), None);
        prop_assert_eq!(letter.message(41 + expected.len() as u64), None);
    }

    #[test]
    fn random_bytes_do_no_harm(bytes: Vec<u8>) {
        let _ = Letter::decode(1, &bytes, &Phrases::default());
    }
}

#[test]
fn a_message_like_its_neighbours_takes_a_few_bytes() {
    let message = |number: u64| {
        new(MessageRecord {
            interchange: [0; 32],
            mail: 0,
            reference: MessageReference {
                sender: "sender".to_owned(),
                receiver: "receiver".to_owned(),
                interchange: "N000000001".to_owned(),
                message: number.to_string(),
            },
            kind: "MSCONS".to_owned(),
            version: "2.4c".to_owned(),
            document: format!("N000000001-{number}"),
            pid: Some(13_018),
            document_date: Some(7),
            arrived: 7,
            cancels: None,
            values: 96,
            offset_bytes: 100 + number * 4_000,
            length_bytes: 4_000,
            cancelled_by: None,
        })
    };
    let interchange = |count| NewInterchange {
        hash: [7; 32],
        record: InterchangeRecord {
            mail: 0,
            place: ArchivePlace {
                segment: 1,
                offset: 1_000_000,
            },
            sender: "sender".to_owned(),
            receiver: "receiver".to_owned(),
            reference: "N000000001".to_owned(),
            application: "TL".to_owned(),
            duplicates: 0,
            findings: 0,
            barred: 0,
        },
        messages: (1..=count).map(message).collect(),
    };
    let bytes = |count| there_and_back(Some(&mail(vec![[7; 32]])), &[interchange(count)]).1;
    assert!(bytes(1) < 100, "{}", bytes(1));
    assert_eq!(bytes(285) - bytes(285 - 1), 3);
}
