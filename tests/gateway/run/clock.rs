//! A clock that jumps while the gateway runs. The clock is the real one, seen through
//! `jumping_clock.c`, which is preloaded.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::time::Duration;

use mscons_gateway::{clock, sample};

use super::gateway::{Gateway, Home};
use crate::support::dovecot::Dovecot;
use crate::support::shim;

#[test]
fn a_clock_that_jumps_loses_and_doubles_nothing_and_alerts_nobody() {
    let bed = Dovecot::shared();
    let home = Home::new();
    // What is set by the timer, what the server tells, and an alert that waits for less than a day.
    home.configure(&[
        home.maildir("mails", "poll_interval = \"1s\""),
        home.imap(&bed, "jumps", "poll_interval = \"1h\""),
        "[alert]\nstale_after = \"2h\"\n".to_owned(),
    ]);
    let set = home.path("clock");
    fs::write(&set, 0_i64.to_ne_bytes()).unwrap();
    let shim = shim::compile("run/jumping_clock.c");
    let begun = clock::monotonic();
    let gateway = Gateway::run_under(&home, &shim, &[("JUMPING_CLOCK", &set)]);
    let to_1970 = -clock::now().seconds();
    let jumps = [0, DAY, 0, -DAY, 10 * YEAR, to_1970, 0];
    for (number, jump) in (0..).zip(jumps) {
        // In place: the file is mapped.
        let file = File::options().write(true).open(&set).unwrap();
        file.write_all_at(&i64::to_ne_bytes(jump), 0).unwrap();
        if number > 0 {
            gateway.wait_for_logs("the clock was set", number);
        }
        home.deliver("mails", 2 * u32::try_from(number).unwrap());
        let mail = sample::load_profile_mail(2 * u32::try_from(number).unwrap() + 1);
        bed.deliver("jumps", "INBOX", &mail.bytes);
        for mailbox in ["mails", "jumps"] {
            gateway.wait_for_metric(&format!(
                "mscons_gateway_mails_fetched_total{{mailbox=\"{mailbox}\"}} {}",
                number + 1
            ));
        }
        assert_eq!(gateway.get("/readyz").0, 200);
        assert_eq!(gateway.get("/").0, 200);
    }
    let log = gateway.log();
    let polls = log.matches("polled mailbox=mails").count();
    let seconds = usize::try_from(begun.elapsed().as_secs()).unwrap();
    assert!(
        (jumps.len()..=seconds + 2).contains(&polls),
        "{polls} polls in {seconds} s\n{log}"
    );
    let (took, log) = gateway.stop("TERM");
    assert!(took < Duration::from_secs(5), "{took:?}");
    for alert in ["mailbox_stale", "certificate", "overdue", "quarantine"] {
        assert!(!log.contains(&format!("alert=\"{alert}\"")), "{log}");
    }
    assert_eq!(home.values(), 2 * jumps.len() * 96);
    assert_order(&arrivals(&home));
}

/// When the mails arrived, in the order in which they did: two a jump.
fn arrivals(home: &Home) -> Vec<i64> {
    let (code, out, said) = home.command(&["messages", "--limit", "100", "--format", "json"]);
    assert_eq!(code, Some(0), "{said}");
    let messages: serde_json::Value = serde_json::from_str(&out).unwrap();
    let newest_first = messages.as_array().unwrap().iter().map(|message| {
        let arrived = message["arrived"].as_str().unwrap();
        let arrived: jiff::Timestamp = arrived.parse().unwrap();
        arrived.as_second()
    });
    newest_first.rev().collect()
}

fn assert_order(arrived: &[i64]) {
    let [now, day, back, day_before, years, in_1970, again] = std::array::from_fn(|at| {
        // Of each pair, the later.
        arrived[2 * at].max(arrived[2 * at + 1])
    });
    assert!(day >= now + DAY, "{arrived:?}");
    // Set back a day or two: it waits.
    assert_eq!([back, day_before], [day; 2], "{arrived:?}");
    assert!(years > day + 9 * YEAR, "{arrived:?}");
    // 1970 is no time.
    assert_eq!(in_1970, years, "{arrived:?}");
    // It was ten years ahead before.
    assert!((now..day).contains(&again), "{arrived:?}");
}

const DAY: i64 = 86_400;
const YEAR: i64 = 365 * DAY;
