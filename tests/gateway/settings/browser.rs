//! The whole way in a real Chromium: from the link of the first start to a connected account.

use std::fs;
use std::time::Duration;

use serde_json::json;
use thirtyfour::By;

use super::*;
use crate::web::browser::Browser;

/// The pages of a gateway and of the server that people sign in at, in one browser.
///
/// To the browser the server is another site than the gateway, as Microsoft is: what comes back
/// brings the cookie of the session only where that may go from site to site.
struct Person {
    browser: Browser,
    authority: String,
}

impl Person {
    async fn at(house: &House, entra: &Entra) -> Self {
        Self {
            browser: Browser::start(&house.host).await,
            authority: format!("http://127.0.0.1:{}", entra.port),
        }
    }

    async fn fill(&self, field: &str, text: &str) {
        let field = self.browser.driver.find(By::Css(field)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// By the page itself: Chromium drops a click of the driver that comes before its first paint.
    async fn click(&self, what: &str) {
        let click = format!("document.querySelector(\"{what}\").click()");
        self.browser.run(&click).await;
    }

    /// Waits until the page says so; gives its text.
    async fn reads(&self, text: &str) -> String {
        let mut page = String::new();
        for _ in 0..ATTEMPTS {
            let shown = self.browser.run("return document.body.innerText").await;
            shown.as_str().unwrap_or_default().clone_into(&mut page);
            if page.contains(text) {
                return page;
            }
            tokio::time::sleep(STEP).await;
        }
        panic!("waited in vain for {text:?}: {page}");
    }

    /// Follows the link of the log, and sets the password.
    async fn set_password(&self, house: &House) {
        self.browser.open(&house.link()).await;
        self.fill("input[name=password]", PASSWORD).await;
        self.fill("input[name=repeated]", PASSWORD).await;
        self.click("main form button").await;
        self.reads("Microsoft accounts").await;
    }

    /// Fills the form of a new account.
    async fn add_account(&self, name: &str) {
        for (field, text) in [
            ("name", name),
            ("tenant_id", TENANT),
            ("client_id", "app-1"),
            ("client_secret", "secret"),
            ("authority", &self.authority),
        ] {
            self.fill(&format!("#new input[name={field}]"), text).await;
        }
        self.click("#new button").await;
        self.reads("office is saved").await;
    }

    /// Begins to connect, and does what is to be done at the other site.
    async fn connect_as(&self, user: &str) {
        self.browser.open("/settings/accounts").await;
        self.click("#office form[action$='/connect'] button").await;
        self.reads("Pick an account").await;
        let page = self.browser.driver.current_url().await.unwrap();
        assert!(page.as_str().starts_with(&self.authority), "{page}");
        self.click(&format!("button[value='{user}']")).await;
    }
}

/// A gateway whose administrator has added an account; the mailbox that uses it is added by hand.
async fn set_up(entra: &Entra) -> (House, Person) {
    let house = House::open("");
    let person = Person::at(&house, entra).await;
    person.set_password(&house).await;
    person.add_account("office").await;
    fs::write(house.home.config(), [house.file(), mailbox(METER)].concat()).unwrap();
    house.gateway.signal("HUP");
    house
        .gateway
        .wait_for_logs("the configuration is read again", 2);
    (house, person)
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_start_to_a_connected_account() {
    let entra = Entra::start();
    let (house, person) = set_up(&entra).await;
    person.connect_as(METER).await;
    let page = person.reads("office is connected").await;
    assert!(page.contains(&format!("Meter Mailbox ({METER})")), "{page}");
    assert!(!page.contains("is signed in, and the mailbox is"), "{page}");
    let page = house.file();
    assert!(
        page.contains("# for the test") && !page.contains("secret"),
        "{page}"
    );

    // The address that came back serves no more.
    let back = json!({ "auto": METER });
    entra.control(&back);
    person.browser.open("/settings/accounts").await;
    person
        .click("#office form[action$='/connect'] button")
        .await;
    person.reads("office is connected").await;
    let history = "return performance.getEntriesByType('navigation')[0].name";
    let now = person.browser.run(history).await;
    assert!(
        !now.as_str().unwrap().contains("code="),
        "no code stays in the address: {now}"
    );

    person
        .click("#office form[action$='/disconnect'] button")
        .await;
    let page = person.reads("office is disconnected").await;
    assert!(
        page.contains("not connected") && !page.contains("Meter Mailbox"),
        "{page}"
    );
    person.click(".out button").await;
    person.reads("needs a sign-in").await;
    person.browser.open("/settings/accounts").await;
    person.reads("Whoever changes something logs in").await;
    person.fill("input[name=password]", PASSWORD).await;
    person.click("main form button").await;
    person.reads("Microsoft accounts").await;
    person.browser.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cancels_or_is_somebody_else_is_told_so() {
    let entra = Entra::start();
    let (_house, person) = set_up(&entra).await;
    person.connect_as("deny").await;
    let page = person.reads("That did not work").await;
    assert!(page.contains("declined or cancelled"), "{page}");
    let used = person.browser.driver.current_url().await.unwrap();
    person.browser.driver.goto(used.as_str()).await.unwrap();
    person.reads("is used already").await;
    person.click("main a.button").await;
    person.reads("not connected").await;

    person.connect_as("other@example.org").await;
    person
        .reads("other@example.org is signed in, and the mailbox is meter@example.org")
        .await;
    person.connect_as(METER).await;
    let page = person.reads("Meter Mailbox").await;
    assert!(!page.contains("other@example.org"), "{page}");
    person.browser.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn login_and_settings_can_be_read_on_a_phone_and_on_a_desk_in_light_and_in_dark() {
    let entra = Entra::start();
    let house = House::open(&account(&entra, "authorization_code"));
    let person = Person::at(&house, &entra).await;
    let link = house.link();
    for (width, height) in [(360, 740), (1280, 900)] {
        for scheme in ["light", "dark"] {
            person.browser.show_as(width, height, scheme).await;
            for path in [&link, "/login", "/"] {
                let faults = person.browser.faults(path).await;
                assert_eq!(faults, json!([]), "{path} at {width} × {height}, {scheme}");
            }
        }
    }
    person.set_password(&house).await;
    let copy = "const button = document.querySelector('[data-copy]');
        if (button.hidden) return 'hidden';
        button.click();
        return document.activeElement.value;";
    let copied = person.browser.run(copy).await;
    assert_eq!(copied, format!("http://{}/oauth/callback", house.host));
    for (width, height) in [(360, 740), (1280, 900)] {
        for scheme in ["light", "dark"] {
            person.browser.show_as(width, height, scheme).await;
            for path in [
                "/settings/accounts?notice=saved&account=office",
                "/settings/nothing",
            ] {
                let faults = person.browser.faults(path).await;
                assert_eq!(faults, json!([]), "{path} at {width} × {height}, {scheme}");
            }
        }
    }
    person.browser.quit().await;
}

const STEP: Duration = Duration::from_millis(50);
/// A minute: a busy machine draws slowly.
const ATTEMPTS: u32 = 1_200;
