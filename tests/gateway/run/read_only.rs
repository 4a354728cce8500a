//! A data directory that cannot be written: nothing is lost, the error says what to do, and a
//! gateway that runs goes on when it can. Needs root, for a small file system of its own.

use std::fs;
use std::path::Path;

use super::disk::SmallDisk;
use super::gateway::{Gateway, Home, wait_for};
use crate::disk_faults::SHIM;

fn waiting(home: &Home) -> usize {
    fs::read_dir(home.path("mails/new")).unwrap().count()
}

#[test]
fn a_read_only_data_directory_is_named_with_what_to_do_and_the_mail_stays() {
    let home = Home::new();
    let disk = SmallDisk::mount(&home.path("data"), "64m");
    home.configure(&[home.maildir("mails", "delete_after_fetch = true")]);
    let file = home.path("a.eml");
    fs::write(&file, mscons_gateway::sample::load_profile_mail(7).bytes).unwrap();
    // Before there is a store, and with one.
    for stored in 0..2 {
        disk.remount("ro");
        home.deliver("mails", stored);
        for command in [
            &["fetch"][..],
            &["run"],
            &["import", file.to_str().unwrap()],
        ] {
            let (code, _, said) = home.command(command);
            assert_eq!(code, Some(1), "{command:?}: {said}");
            let data_dir = home.path("data").display().to_string();
            let expected = format!("{data_dir} cannot be written (Read-only file system");
            assert!(said.contains(&expected), "{command:?}: {said}");
            assert!(said.contains("mount it writable"), "{command:?}: {said}");
            assert!(!said.contains("panic"), "{command:?}: {said}");
        }
        assert_eq!(waiting(&home), 1);
        disk.remount("rw");
        let (code, _, said) = home.command(&["fetch"]);
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(waiting(&home), 0);
    }
    assert_eq!(home.values(), 2 * 96);
}

#[test]
fn a_data_directory_that_takes_no_writes_for_a_while_stops_nothing_for_good() {
    let home = Home::new();
    home.configure(&[home.maildir("mails", "delete_after_fetch = true\npoll_interval = \"1s\"")]);
    home.deliver("mails", 0);
    let read_only = home.path("read-only");
    let gateway = Gateway::run_under(
        &home,
        &SHIM,
        &[
            ("FAULTY_IO_BELOW", &home.path("data")),
            ("FAULTY_IO_FAIL_WHILE", &read_only),
            ("FAULTY_IO_ERRNO", Path::new(EROFS)),
        ],
    );
    let up = "mscons_gateway_mailbox_up{mailbox=\"mails\"}";
    for round in 1..=2 {
        gateway.wait_for_metric(&format!("{up} 1"));
        fs::write(&read_only, "").unwrap();
        home.deliver("mails", round);
        gateway.wait_for_metric(&format!("{up} 0"));
        gateway.wait_for_log("cannot be written (");
        assert_eq!(waiting(&home), 1);
        assert_eq!(gateway.get("/healthz").0, 200);
        fs::remove_file(&read_only).unwrap();
        wait_for("the mail to be taken in", || {
            (waiting(&home) == 0).then_some(())
        });
    }
    gateway.wait_for_metric(&format!("{up} 1"));
    let (_, log) = gateway.stop("TERM");
    assert!(log.contains("mount it writable"), "{log}");
    assert_eq!(home.values(), 3 * 96);
}

const EROFS: &str = "30";
