//! The pages in a real Chromium: on a phone and on a desk, in light and in dark.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};

use super::Site;

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_read_on_a_phone_and_on_a_desk_in_light_and_in_dark() {
    let site = Site::german();
    let browser = Browser::start(site.pages).await;
    for (width, height) in [(360, 740), (1280, 900)] {
        for scheme in ["light", "dark"] {
            browser.show_as(width, height, scheme).await;
            for path in [
                "/",
                "/series",
                "/series/1?unit=week&at=2026-11-10",
                "/series/7",
                "/messages",
                "/gaps?unit=month&at=2026-11-01",
                "/quarantine",
                "/outbox",
                "/nothing",
            ] {
                let faults = browser.faults(path).await;
                assert_eq!(faults, json!([]), "{path} at {width} × {height}, {scheme}");
            }
        }
    }
    browser.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_is_chosen_with_the_form_of_the_page() {
    let site = Site::german();
    let browser = Browser::start(site.pages).await;
    browser.open("/series/1").await;
    browser
        .run(
            "const from = document.querySelector('input[name=from]');
             from.value = '2026-10-25T00:00';
             from.form.elements.to.value = '2026-10-26T00:00';
             from.form.requestSubmit();",
        )
        .await;
    let address = browser.driver.current_url().await.unwrap();
    let asked: Vec<_> = address.query_pairs().collect();
    assert!(
        asked.contains(&("from".into(), "2026-10-25T00:00".into())),
        "{address}"
    );
    let text = browser.run("return document.body.innerText").await;
    let text = text.as_str().unwrap();
    assert!(text.contains("25.10.2026"), "{text}");
    browser.quit().await;
}

/// What a person would stumble over, in words: found by looking at what was laid out.
const FAULTS: &str = r"
const faults = [];
const page = document.documentElement;
if (page.scrollWidth > page.clientWidth)
  faults.push(`the page is ${page.scrollWidth} wide, the window ${page.clientWidth}`);
if (!page.lang) faults.push('the page has no language');
if (document.querySelectorAll('h1').length !== 1) faults.push('not one heading');
const tab = document.querySelector('.top nav [aria-current]')?.getBoundingClientRect();
if (tab && (tab.left < 0 || tab.right > page.clientWidth)) faults.push('the current tab is out of view');
// A chart is there once for wide and once for narrow windows.
const charts = [...document.querySelectorAll('svg.chart')];
const seen = charts.filter(chart => chart.checkVisibility());
if (charts.length > 0 && seen.length === 0) faults.push('no chart is seen');
for (const box of seen.map(chart => chart.getBoundingClientRect()))
  if (box.width < 200 || box.height < 50) faults.push(`a chart of ${box.width} × ${box.height}`);
for (const entry of performance.getEntriesByType('resource'))
  if (!entry.name.startsWith(location.origin)) faults.push(`loads ${entry.name}`);
for (const input of document.querySelectorAll('input:not([type=hidden]), select'))
  if (input.labels.length === 0 && !input.ariaLabel) faults.push(`input ${input.name} has no label`);

// WCAG 2.2, 1.4.3: the contrast of text with what is behind it.
const channels = text => text.match(/[\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b]
  .map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const behind = element => {
  for (let e = element; e; e = e.parentElement) {
    const colour = channels(getComputedStyle(e).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0] : [255, 255, 255];
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
  if (!text || element.closest('svg') || !element.checkVisibility()) continue;
  if (element.getBoundingClientRect().width <= 1) continue; // For readers of screens alone.
  const style = getComputedStyle(element);
  if (!style.color.startsWith('rgb')) { faults.push(`colour ${style.color} of '${text}'`); continue; }
  const [a, b] = [light(channels(style.color)), light(behind(element))].sort((x, y) => y - x);
  const contrast = (a + 0.05) / (b + 0.05);
  if (contrast < 4.5) faults.push(`contrast ${contrast.toFixed(1)} of '${text.slice(0, 40)}'`);
}
return faults;";

/// A Chromium that looks at a site, and the driver that leads it.
pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    /// Host and port.
    site: String,
    process: Child,
    /// Kept open, since the driver ends when it cannot say something.
    _said: BufReader<ChildStdout>,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub(crate) async fn start(site: impl ToString) -> Self {
        // The client's builder asks for a provider, though nothing here is encrypted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("chromedriver: {error}; install Debian package chromium-driver, or use tests/run")
            });
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let port = port_in(&mut said);
        let profile = tempfile::tempdir().unwrap();
        let mut wanted = DesiredCapabilities::chrome();
        for argument in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &format!("--user-data-dir={}", profile.path().display()),
        ] {
            wanted.add_arg(argument).unwrap();
        }
        wanted
            .set_browser_log_level(LoggingPrefsLogLevel::All)
            .unwrap();
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted)
            .await
            .unwrap();
        Self {
            driver,
            site: site.to_string(),
            process,
            _said: said,
            _profile: profile,
        }
    }

    /// The size of the window's inside, and what the user's system prefers.
    pub(crate) async fn show_as(&self, width: u32, height: u32, scheme: &str) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        for (command, parameters) in [
            ("Emulation.setDeviceMetricsOverride", size),
            ("Emulation.setEmulatedMedia", media),
        ] {
            let tools = self.driver.cdp();
            tools.send_raw(command, parameters).await.unwrap();
        }
    }

    pub(crate) async fn open(&self, path: &str) {
        let address = format!("http://{}{path}", self.site);
        self.driver.goto(address).await.unwrap();
    }

    pub(crate) async fn run(&self, script: &str) -> Value {
        let answer = self.driver.execute(script, Vec::new()).await.unwrap();
        answer.json().clone()
    }

    /// What is wrong with a page, its own complaints included; the answer 404 is no fault of it.
    pub(crate) async fn faults(&self, path: &str) -> Value {
        self.open(path).await;
        let mut faults = self.run(FAULTS).await;
        let said = self.driver.browser_log().await.unwrap();
        let lines = said.into_iter().map(|line| line.message);
        let complaints = lines.filter(|line| !line.contains("status of 404"));
        faults
            .as_array_mut()
            .unwrap()
            .extend(complaints.map(Value::from));
        faults
    }

    pub(crate) async fn quit(mut self) {
        self.driver.quit().await.unwrap();
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The port that the driver says it took.
fn port_in(said: &mut impl BufRead) -> u16 {
    let mut line = String::new();
    while said.read_line(&mut line).unwrap() > 0 {
        if let Some((_, port)) = line.rsplit_once("successfully on port ") {
            return port.trim().trim_end_matches('.').parse().unwrap();
        }
        line.clear();
    }
    panic!("chromedriver ended before it said its port");
}
