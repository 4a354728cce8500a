use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const LIMIT: u64 = 1 << 20;

/// Feeds pieces of the given sizes, in turn, and gives all events.
fn decode(
    stream: &[u8],
    expected: &[Expected],
    pieces: &[usize],
    limit: u64,
) -> (Vec<Event>, Option<Unreadable>) {
    let mut decoder = Decoder::new(Vec::new(), limit);
    for expected in expected {
        decoder.expect(*expected);
    }
    let (mut events, mut rest) = (Vec::new(), stream);
    let mut pieces = pieces.iter().copied().cycle();
    loop {
        match decoder.decode() {
            Ok(Some(event)) => events.push(event),
            Ok(None) if rest.is_empty() => return (events, None),
            Ok(None) => {
                let size = pieces.next().unwrap_or(usize::MAX).clamp(1, rest.len());
                let (piece, after) = rest.split_at(size);
                decoder.buffer().extend_from_slice(piece);
                rest = after;
            }
            Err(error) => return (events, Some(error)),
        }
    }
}

/// What a server sends for a mail (RFC 1939 section 3).
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut sent = b"+OK\r\n".to_vec();
    let mut at_line_start = true;
    for (place, byte) in mail.iter().enumerate() {
        if at_line_start && *byte == b'.' {
            sent.push(b'.');
        }
        sent.push(*byte);
        at_line_start = mail[..=place].ends_with(b"\r\n");
    }
    sent.extend_from_slice(b".\r\n");
    sent
}

fn one_mail(stream: &[u8]) -> Vec<Event> {
    decode(stream, &[MAIL], &[usize::MAX], LIMIT).0
}

fn whole(bytes: &[u8]) -> Event {
    Event::Mail(Body::Whole(bytes.to_vec()))
}

fn ok(text: &str) -> Event {
    Event::Reply(Reply {
        status: Status::Ok,
        text: text.to_owned(),
    })
}

const MAIL: Expected = Expected::Mail { size_bytes: 10 };

#[test]
fn dots_that_were_added_are_taken_away_and_others_stay() {
    let mail = one_mail(b"+OK\r\n..\r\n...a\r\nb.\r\n.c\r\n\r\n.\r\n");
    assert_eq!(mail, [whole(b".\r\n..a\r\nb.\r\nc\r\n\r\n")]);
}

#[test]
fn an_empty_mail_is_an_empty_mail() {
    assert_eq!(one_mail(b"+OK 0 octets\r\n.\r\n"), [whole(b"")]);
}

#[test]
fn a_lone_line_feed_ends_neither_a_line_nor_a_mail() {
    let mail = b"a\n.\nb\n.\r\n+OK forged\r\n\r.\r\n";
    assert_eq!(one_mail(&stuffed(mail)), [whole(mail)]);
}

#[test]
fn bytes_beyond_ascii_are_kept() {
    let mail: Vec<u8> = (0..=255).chain(*b"\r\n").collect();
    assert_eq!(one_mail(&stuffed(&mail)), [whole(&mail)]);
}

#[test]
fn a_refused_mail_takes_no_lines_of_the_next() {
    let stream = b"-ERR [SYS/TEMP] gone\r\n+OK\r\na\r\n.\r\n";
    let (events, _) = decode(stream, &[MAIL, MAIL], &[3], LIMIT);
    assert!(matches!(&events[0], Event::Reply(reply) if reply.status == Status::Err));
    assert_eq!(events[1..], [whole(b"a\r\n")]);
}

#[test]
fn a_listing_is_unstuffed_and_ends_at_its_dot() {
    let stream = b"+OK 2\r\n1 a\r\n..x\r\n.\r\n+OK bye\r\n";
    let expected = [Expected::Listing, Expected::Reply];
    let (events, _) = decode(stream, &expected, &[1], LIMIT);
    let lines = ["1 a", ".x"].map(|line| Event::Line(line.to_owned()));
    let [first, second] = lines;
    assert_eq!(events, [ok("2"), first, second, Event::End, ok("bye")]);
}

#[test]
fn a_mail_over_the_limit_is_counted_and_the_next_one_read() {
    let mut stream = stuffed(&b"0123456789\r\n".repeat(3));
    stream.extend(stuffed(b"small\r\n"));
    let (events, _) = decode(&stream, &[MAIL, MAIL], &[7], 20);
    let too_large = Event::Mail(Body::TooLarge { size_bytes: 36 });
    assert_eq!(events, [too_large, whole(b"small\r\n")]);
}

#[test]
fn a_mail_without_an_end_is_told_and_ends_the_session() {
    let stream = [b"+OK\r\n".to_vec(), vec![b'x'; 2 << 20]].concat();
    let (events, error) = decode(&stream, &[MAIL, MAIL], &[64 << 10], 20);
    assert!(matches!(events[..], [Event::Mail(Body::TooLarge { .. })]));
    assert!(matches!(error, Some(Unreadable::EndlessMail { .. })));
}

#[test]
fn a_line_without_an_end_ends_the_session() {
    for expected in [Expected::Reply, Expected::Listing] {
        let stream = [b"+OK\r\n".to_vec(), vec![b'x'; 2 * MAX_LINE]].concat();
        let expected = [expected, Expected::Reply];
        let (_, error) = decode(&stream, &expected, &[1_000], LIMIT);
        assert_eq!(error, Some(Unreadable::LongLine));
    }
}

#[test]
fn another_protocol_is_told_by_its_first_words() {
    let (_, error) = decode(b"* OK IMAP4rev1\r\n", &[Expected::Reply], &[99], LIMIT);
    assert_eq!(
        error.unwrap().to_string(),
        "\"* OK IMAP4rev1\" instead of +OK or -ERR"
    );
}

#[test]
fn a_lying_size_reserves_little() {
    let mut decoder = Decoder::new(b"+OK\r\na\r\n.\r\n".to_vec(), u64::MAX);
    decoder.expect(Expected::Mail {
        size_bytes: u64::MAX,
    });
    let Ok(Some(Event::Mail(Body::Whole(mail)))) = decoder.decode() else {
        panic!("a mail");
    };
    assert!(mail.capacity() <= 1 << 20);
}

/// Text that is full of what matters here: dots and line ends.
fn dotty() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b".".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r\n.\r\n".to_vec()),
        vec(any::<u8>(), 0..4),
    ];
    vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_was_stuffed_comes_back_wherever_it_is_split(
        mails in vec(dotty(), 1..4),
        pieces in vec(1..9_usize, 1..20),
    ) {
        let mails: Vec<Vec<u8>> = mails
            .into_iter()
            .map(|mail| [mail, b"\r\n".to_vec()].concat())
            .collect();
        let stream: Vec<u8> = mails.iter().flat_map(|mail| stuffed(mail)).collect();
        let expected = vec![MAIL; mails.len()];
        let (events, error) = decode(&stream, &expected, &pieces, LIMIT);
        prop_assert_eq!(error, None);
        let sent: Vec<Event> = mails.iter().map(|mail| whole(mail)).collect();
        prop_assert_eq!(events, sent);
    }

    #[test]
    fn any_bytes_give_the_same_events_wherever_they_are_split(
        replies in vec(prop_oneof![Just("+OK\r\n"), Just("-ERR no\r\n"), Just("+ \r\n")], 0..3),
        noise in dotty(),
        pieces in vec(1..9_usize, 1..20),
        limit in 0..40_u64,
    ) {
        let stream = [replies.concat().into_bytes(), noise].concat();
        let expected = [MAIL, Expected::Listing, Expected::Reply, MAIL];
        let at_once = decode(&stream, &expected, &[usize::MAX], limit);
        prop_assert_eq!(decode(&stream, &expected, &pieces, limit), at_once);
    }
}
