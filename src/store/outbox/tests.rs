use super::*;

fn record(state: OutboxState) -> OutboxRecord {
    OutboxRecord {
        purpose: Purpose::Request,
        route: Route::Main,
        from: "meter@example.org".to_owned(),
        to: "edifact@netz.example".to_owned(),
        subject: "ORDERS".to_owned(),
        message_id: "1@example.org".to_owned(),
        reference: "0186127200".to_owned(),
        partner: String::new(),
        serial: 186_127_200,
        written: 100,
        size_bytes: 3,
        place: ArchivePlace {
            segment: 1,
            offset: 0,
        },
        state,
        changed: 100,
        tries: 0,
        first_try: None,
        answer: String::new(),
        answers: None,
        repeats: 0,
    }
}

fn at(seconds: i64) -> UtcTime {
    UtcTime::from_seconds(seconds)
}

fn answer() -> String {
    "because".to_owned()
}

fn deferred(until: i64, counts: bool) -> Step {
    Step::Defer {
        until: at(until),
        answer: answer(),
        counts,
    }
}

#[test]
fn a_mail_is_tried_deferred_tried_again_and_sent() {
    let queued = record(OutboxState::Queued);
    assert_eq!(queued.due(), Some(100));
    let tried = queued.step(Step::Begin, at(110)).unwrap();
    assert_eq!((tried.tries, tried.first_try), (1, Some(110)));
    let later = tried.step(deferred(170, true), at(111)).unwrap();
    assert_eq!(later.due(), Some(170));
    let again = later.step(Step::Begin, at(171)).unwrap();
    assert_eq!((again.tries, again.first_try), (2, Some(110)));
    let untried = again.step(deferred(180, false), at(172)).unwrap();
    assert_eq!(untried.tries, 1);
    let again = untried.step(Step::Begin, at(181)).unwrap();
    let sent = again.step(Step::Sent { answer: answer() }, at(182));
    let sent = sent.unwrap();
    assert_eq!((sent.due(), sent.changed), (None, 182));
    assert!(sent.step(Step::Retry, at(183)).is_err(), "sent is sent");
}

#[test]
fn what_failed_waits_for_a_person_who_sends_it_again_or_lets_it_go() {
    let failed = record(OutboxState::Sending)
        .step(Step::Fail { answer: answer() }, at(110))
        .unwrap();
    assert_eq!(failed.due(), Some(i64::MAX));
    let again = failed.clone().step(Step::Retry, at(120)).unwrap();
    assert_eq!(
        (again.due(), again.tries, again.first_try),
        (Some(120), 0, None)
    );
    let gone = failed.step(Step::Cancel, at(120)).unwrap();
    assert_eq!(gone.due(), None);
}

#[test]
fn an_answer_goes_again_ever_more_seldom_and_then_no_more() {
    let mut mail = record(OutboxState::Sent);
    let mut now = mail.changed;
    for wait in [0, 3_600, 86_400, 86_400, 86_400] {
        assert!(wait == 0 || !mail.may_repeat(at(now + wait - 1)), "{wait}");
        now += wait;
        assert!(mail.may_repeat(at(now)), "{wait}");
        mail = mail.step(Step::Repeat, at(now)).unwrap();
        assert!(!mail.may_repeat(at(now + 1_000_000)), "it waits already");
        mail = mail.step(Step::Begin, at(now)).unwrap();
        mail = mail.step(Step::Sent { answer: answer() }, at(now)).unwrap();
    }
    assert_eq!(mail.repeats, 5);
    assert!(!mail.may_repeat(at(now + 10_000_000)));
    assert!(!record(OutboxState::Cancelled).may_repeat(at(now)));
    assert!(!record(OutboxState::Unknown).may_repeat(at(now)));
}

#[test]
fn an_answer_is_late_if_it_has_not_gone_by_its_time() {
    let answers = Answers {
        interchange: [0; 32],
        message: None,
        due: Some(200),
    };
    let mut mail = record(OutboxState::Queued);
    assert!(!mail.is_late(at(1_000)), "nobody waits for it");
    mail.answers = Some(answers);
    assert!(!mail.is_late(at(200)) && mail.is_late(at(201)));
    mail.state = OutboxState::Sent;
    assert!(!mail.is_late(at(201)));
}

#[test]
fn what_came_back_waits_for_a_person_and_came_back_once() {
    let sent = record(OutboxState::Sent);
    let back = sent.bounced(answer(), at(110));
    assert_eq!((back.state.name(), back.due()), ("bounced", Some(i64::MAX)));
    assert_eq!(back.clone().bounced("again".to_owned(), at(111)), back);
    assert_eq!(back.clone().step(Step::Retry, at(112)).unwrap().tries, 0);
    assert_eq!(back.step(Step::Cancel, at(112)).unwrap().due(), None);
    let queued = record(OutboxState::Queued);
    assert_eq!(queued.clone().bounced(answer(), at(110)), queued);
}

#[test]
fn what_a_server_may_have_in_its_hands_cannot_be_taken_back() {
    let sending = record(OutboxState::Sending);
    let error = sending.clone().step(Step::Cancel, at(110)).unwrap_err();
    assert_eq!(error.to_string(), "it is sending, and cannot be cancelled");
    assert!(sending.step(Step::Begin, at(110)).is_err());
}

#[test]
fn a_serial_is_above_the_last_and_not_below_the_clock() {
    let first = Slot::behind(None, at(SERIALS_SINCE + 500));
    assert_eq!((first.number, first.serial), (1, 500));
    assert_eq!(first.reference(), "0000000500");
    let next = Slot::behind(Some((1, 500)), at(SERIALS_SINCE + 500));
    assert_eq!((next.number, next.serial), (2, 501));
    let after_a_pause = Slot::behind(Some((2, 501)), at(SERIALS_SINCE + 9_000));
    assert_eq!(after_a_pause.serial, 9_000);
    let clock_set_back = Slot::behind(Some((3, 9_000)), at(0));
    assert_eq!((clock_set_back.number, clock_set_back.serial), (4, 9_001));
}
