//! `fetch` and `demo`: runs that end by themselves, or with the person who looks.

use std::collections::HashSet;
use std::fs;

use super::gateway::{Gateway, Home, get, wait_for};

#[test]
fn a_fetch_takes_one_mailbox_although_the_other_is_broken() {
    let home = Home::new();
    let broken = format!(
        "[[mailbox]]\nname = \"broken\"\nhost = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\n\
         username = \"x\"\npassword = \"secret\"\n",
        free_port()
    );
    home.configure(&[broken, home.maildir("mails", "")]);
    home.deliver("mails", 0);
    let (code, _, said) = home.command(&["fetch"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("broken: ") && said.contains("refused"),
        "{said}"
    );
    assert!(
        said.contains("mails: 1 new mails, 1 stored durably"),
        "{said}"
    );
    assert!(!said.contains("panic"), "{said}");
    assert_eq!(home.values(), 96);
}

#[test]
fn the_demo_shows_its_series_and_takes_its_directory_with_it() {
    let home = Home::new();
    let temporary = home.path("tmp");
    fs::create_dir(&temporary).unwrap();
    let demo = Gateway::start_in(&home, &["demo", "--listen", "127.0.0.1:0"], &temporary);
    demo.wait_for_log("Look at http://localhost:");
    assert_eq!(demo.get("/").0, 200);
    wait_for("eleven series", || {
        let (_, page) = demo.get("/series");
        (page.matches("href=\"/series/").count() == 11).then_some(())
    });
    let (office, roof) = ("DE0001231011500000000000000012345", "41373559241");
    let (boiler, factory) = ("51238696781", "50120962218");
    wait_for("a picture of each load profile", || {
        let (_, page) = demo.get("/");
        let cards = page.split("<span class=\"name\">").skip(1);
        let pictured: HashSet<&str> = cards.filter_map(|card| card.split('<').next()).collect();
        (pictured == HashSet::from([office, roof, boiler, factory])).then_some(())
    });
    // A day of the factory never came; what is expected of the boiler is there.
    wait_for("the gap as overdue", || {
        let (_, page) = demo.get("/gaps");
        let (overdue, _) = page.split_once("Vollständigkeit").unwrap();
        let is_right = overdue.contains(factory) && !overdue.contains("Gasnetz Musterland");
        is_right.then_some(())
    });
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 1);
    demo.stop("INT");
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
}

#[test]
fn a_taken_address_is_refused_by_run_and_avoided_by_the_demo() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let home = Home::new();
    let text = format!(
        "data_dir = '{}'\n[web]\nlisten = {address:?}\n",
        home.path("data").display()
    );
    fs::write(home.config(), text).unwrap();
    let (code, _, said) = home.command(&["run"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains(&format!("web.listen = {address:?}")),
        "{said}"
    );
    let demo = Gateway::start_in(&home, &["demo", "--listen", &address], &home.path(""));
    let line = demo.wait_for_log("Look at http://localhost:");
    assert!(!line.contains(&address[10..]), "{line}");
    assert!(
        demo.log().contains(&format!("{address} is taken")),
        "{line}"
    );
    let port = line
        .split("localhost:")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    assert_eq!(
        get(&format!("127.0.0.1:{port}"), "/healthz").unwrap().0,
        200
    );
    demo.stop("TERM");
}

/// A port where nobody listens at the moment.
fn free_port() -> u16 {
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    held.local_addr().unwrap().port()
}
