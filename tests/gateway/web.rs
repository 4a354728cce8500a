//! The pages, probes and downloads as a browser or a monitor sees them.

pub(crate) mod browser;
mod world;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use jiff::tz::TimeZone;

use mscons_gateway::config::Gateway;
use mscons_gateway::config::expect::Expect;
use mscons_gateway::config::mailbox::Mailbox;
use mscons_gateway::config::partner::Partner;
use mscons_gateway::config::web::Web;
use mscons_gateway::config::{self, Current};
use mscons_gateway::expect::{Plan, Watch};
use mscons_gateway::format::csv::Dialect;
use mscons_gateway::health::Health;
use mscons_gateway::ingest::Ingest;
use mscons_gateway::mail::poll::Summary;
use mscons_gateway::market::quantity::Decimal;
use mscons_gateway::metrics;
use mscons_gateway::oauth::Accounts;
use mscons_gateway::press::Press;
use mscons_gateway::query::Virtuals;
use mscons_gateway::series::computed::{Definition, Term};
use mscons_gateway::text::{Language, Text};
use mscons_gateway::web::{Administrator, Context, Listeners, Settings};

use world::World;

/// A gateway's pages on ports of their own, until it is dropped.
struct Site {
    pages: SocketAddr,
    metrics: Option<SocketAddr>,
    health: Health,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    _data_dir: tempfile::TempDir,
}

/// An answer, headers in small letters.
struct Answer {
    status: u16,
    headers: String,
    body: String,
}

/// The reports of a gateway with these expectations.
fn press(language: Language, virtuals: &Virtuals) -> Press {
    let plan = plan();
    let config = Gateway {
        partner: plan.partners,
        expect: plan.expects,
        ..Gateway::default()
    };
    let text = Text::new(language).in_zone(TimeZone::get("Europe/Berlin").unwrap());
    Press::new(&config, text, Dialect::default(), virtuals.clone())
}

impl Site {
    fn open(world: World, language: Language, metrics_listen: &str) -> Self {
        Self::with(world, language, metrics_listen, &Virtuals::default())
    }

    /// The same, with virtual series.
    fn with(world: World, language: Language, metrics_listen: &str, virtuals: &Virtuals) -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        let (empty, archive) = mscons_gateway::store::open(data_dir.path(), 1 << 20).unwrap();
        let archive = Arc::new(archive);
        let ingest = Ingest::start(Arc::new(empty), Arc::clone(&archive)).unwrap();
        let health = Health::new(world::at("2026-11-20T07:00"));
        health.store_ready(true);
        let context = Context {
            store: world::shared(world),
            archive,
            health: health.clone(),
            text: Arc::new(Text::new(language)),
            time_zone: TimeZone::get("Europe/Berlin").unwrap(),
            metrics: counting(),
            watch: Watch::new(plan()),
            dialect: Dialect {
                delimiter: ';',
                decimal: ',',
                bom: true,
            },
            virtuals: virtuals.clone(),
            press: press(language, virtuals),
            accounts: Accounts::none(),
            administrator: Administrator::new(Accounts::none(), "http://localhost:8080").unwrap(),
            settings: Settings::none(),
            config: Current::new(config::Gateway::default()),
            ingest,
        };
        let listen = Web {
            listen: "127.0.0.1:0".to_owned(),
            metrics_listen: metrics_listen.to_owned(),
            ..Web::default()
        };
        let listeners = Listeners::bind(&listen).unwrap();
        let (pages, metrics) = (
            listeners.pages_address().unwrap(),
            listeners.metrics_address().unwrap(),
        );
        let (ready, handles) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = listeners.serve(context).unwrap();
                ready.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        let handle = handles.recv().unwrap();
        Self {
            pages,
            metrics,
            health,
            handle,
            thread: Some(thread),
            _data_dir: data_dir,
        }
    }

    fn german() -> Self {
        Self::open(World::eventful(), Language::De, "")
    }

    fn get(&self, path: &str) -> Answer {
        ask(self.pages, "GET", path)
    }

    fn page(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        self.thread.take().map(JoinHandle::join);
    }
}

/// What these pages expect: of a gas network what came until yesterday, and what never came.
fn plan() -> Plan {
    let expect = |location: &str, obis: &str| Expect {
        location: location.to_owned(),
        obis: obis.to_owned(),
        partner: "9870099900009".to_owned(),
        ..Expect::default()
    };
    Plan {
        expects: vec![
            expect("50999000142", ""),
            expect("50999000150", "7-20:99.33.17"),
        ],
        partners: vec![Partner {
            name: "Gasnetz <Musterland>".to_owned(),
            id: "9870099900009".to_owned(),
            ..Partner::default()
        }],
    }
}

/// The metrics of this process: there is one recorder, whichever test comes first.
fn counting() -> metrics::Handle {
    static HANDLE: Mutex<Option<metrics::Handle>> = Mutex::new(None);
    let mut handle = HANDLE.lock().unwrap();
    handle
        .get_or_insert_with(|| {
            let handle = metrics::install().unwrap();
            metrics::zero(&["metering".to_owned(), "a \"b\" \\ c".to_owned()], &[]);
            handle
        })
        .clone()
}

/// One request on a connection of its own.
fn ask(address: SocketAddr, method: &str, path: &str) -> Answer {
    let mut connection = TcpStream::connect(address).unwrap();
    connection
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close");
    write!(connection, "{head}\r\nContent-Length: 0\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    connection.read_to_end(&mut bytes).unwrap();
    let answer = String::from_utf8(bytes).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let headers = head.to_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let is_chunked = headers.contains("transfer-encoding: chunked");
    let body = if is_chunked {
        unchunked(body)
    } else {
        body.to_owned()
    };
    Answer {
        status,
        headers,
        body,
    }
}

/// RFC 9112 section 7.1; a body that breaks off fails.
fn unchunked(mut rest: &str) -> String {
    let mut body = String::new();
    loop {
        let (size, after) = rest.split_once("\r\n").unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return body;
        }
        body.push_str(&after[..size]);
        rest = after[size..].strip_prefix("\r\n").unwrap();
    }
}

#[test]
fn the_status_page_says_that_all_is_well_and_shows_the_liveliest_series() {
    let site = Site::german();
    site.health.set_mailboxes(&[mailbox("metering")]);
    let summary = Summary {
        announced: 4,
        durable: 4,
        duplicates: 1,
        ..Summary::default()
    };
    site.health
        .mailbox_polled("metering", &summary, world::at("2026-11-24T14:55"));
    let page = site.page("/");
    assert!(page.contains("Alles läuft"), "{page}");
    assert!(page.contains("4 Mails, eine doppelt"));
    assert_eq!(page.matches("<svg").count(), 6, "a gallery of six");
    assert!(page.contains("2 Einträge") || page.contains("<strong>2</strong> <span>in Quarantäne"));
}

#[test]
fn a_mailbox_that_is_down_is_named_with_its_error_and_makes_the_gateway_not_ready() {
    let site = Site::german();
    site.health.set_mailboxes(&[mailbox("metering")]);
    assert_eq!(site.get("/readyz").status, 200);
    let error = "imap.example.org refused the login of meter: <NO>";
    site.health
        .mailbox_failed("metering", error, false, world::at("2026-11-24T14:55"));
    let page = site.page("/");
    assert!(page.contains("Ein Postfach ist nicht erreichbar"));
    assert!(
        page.contains("refused the login of meter: &#60;NO&#62;"),
        "{page}"
    );
    let answer = site.get("/readyz");
    assert_eq!(answer.status, 503);
    let told: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(told["ready"], false);
    assert_eq!(told["reasons"][0], format!("mailbox metering: {error}"));
    assert_eq!(
        site.get("/healthz").status,
        200,
        "the process itself is well"
    );
}

#[test]
fn a_store_that_fails_is_an_error_page_and_the_server_lives() {
    let site = Site::open(World::broken(), Language::En, "");
    for path in [
        "/",
        "/series",
        "/gaps",
        "/messages",
        "/quarantine",
        "/outbox",
        "/series/1",
        "/series/1/values.csv",
    ] {
        let answer = site.get(path);
        assert_eq!(answer.status, 500, "{path}");
        assert!(answer.body.contains("That did not work"), "{path}");
        assert!(
            !answer.body.contains("for the test"),
            "the reason is for the log: {path}"
        );
    }
    assert_eq!(site.get("/healthz").status, 200);
    assert_eq!(site.get("/metrics").status, 200);
}

#[test]
fn every_page_is_whole_and_holds_no_script_in_both_languages() {
    for language in [Language::De, Language::En] {
        let site = Site::open(World::eventful(), language, "");
        let ids = 1..=8;
        let series = ids.flat_map(|id| {
            [
                "",
                "?unit=day&at=2026-10-25",
                "?unit=month&at=2026-11-01",
                "?unit=year&at=2026-06-01",
            ]
            .map(|query| format!("/series/{id}{query}"))
        });
        let pages = [
            "/",
            "/series",
            "/gaps",
            "/gaps?unit=year&at=2026-11-01",
            "/messages",
            "/quarantine",
            "/outbox",
        ]
        .map(str::to_owned);
        for path in pages.into_iter().chain(series) {
            let page = site.page(&path);
            assert!(page.trim_end().ends_with("</html>"), "{path}");
            assert!(
                page.contains(&format!("<html lang=\"{}\"", language.code())),
                "{path}"
            );
            assert!(
                !page.contains("<script"),
                "{path}: a mail's words became markup"
            );
            assert!(!page.contains("<img src=x"), "{path}");
            assert!(
                !page.contains("style=\""),
                "{path}: the policy forbids style attributes"
            );
            assert!(!page.contains("NaN"), "{path}");
        }
    }
}

#[test]
fn the_search_finds_a_series_by_a_part_of_its_location() {
    let site = Site::german();
    let page = site.page("/series?q=0962218");
    assert!(
        page.contains("eine Zeitreihe") && page.contains("50120962218"),
        "{page}"
    );
    let page = site.page("/series?q=%22%3E%3Cscript%3E");
    assert!(
        page.contains("value=\"&#34;&#62;&#60;script&#62;\""),
        "{page}"
    );
}

/// A virtual series of one term.
fn virtual_series(name: &str, term: &str) -> Definition {
    Definition {
        name: name.to_owned(),
        unit: "kWh".to_owned(),
        terms: vec![Term {
            series: term.to_owned(),
            factor: Decimal::new(1, 0).unwrap(),
        }],
    }
}

#[test]
fn virtual_series_are_in_gallery_and_list_and_follow_what_replaces_them() {
    let factory = virtual_series("Werk Nord", "50120962218/1-1:1.29.0");
    let virtuals = Virtuals::new(vec![factory.clone(), virtual_series("lost", "10001000100")]);
    let site = Site::with(World::eventful(), Language::De, "", &virtuals);
    let card = format!("href=\"/series/{}\"", factory.number());
    let gallery = site.page("/");
    assert!(
        gallery.contains(&card) && gallery.contains("Werk Nord"),
        "{gallery}"
    );
    let listed = site.page("/series");
    assert!(
        listed.contains(&card) && listed.contains("virtuell"),
        "{listed}"
    );
    site.page(&format!("/series/{}", factory.number()));

    let renamed = virtual_series("Werk Süd", "50120962218/1-1:1.29.0");
    virtuals.replace(vec![renamed.clone()]);
    let listed = site.page("/series");
    assert!(
        listed.contains("Werk Süd") && !listed.contains("Werk Nord"),
        "{listed}"
    );
    site.page(&format!("/series/{}", renamed.number()));
    let gone = site.get(&format!("/series/{}", factory.number()));
    assert_eq!(gone.status, 404);
}

#[test]
fn why_a_series_cannot_be_read_is_said_in_the_language_of_the_pages() {
    let lost = virtual_series("Werk", "10001000100");
    let virtuals = Virtuals::new(vec![lost.clone()]);
    for (language, of_virtual, of_reading) in [
        (
            Language::De,
            "Keine Zeitreihe passt zu ihrem Glied 10001000100",
            "Zählerstände",
        ),
        (
            Language::En,
            "No series fits its term 10001000100",
            "Meter readings",
        ),
    ] {
        let site = Site::with(World::eventful(), language, "", &virtuals);
        let answer = site.get(&format!("/series/{}", lost.number()));
        assert_eq!(answer.status, 400);
        assert!(answer.body.contains(of_virtual), "{}", answer.body);
        let refused = (1..=8)
            .map(|id| site.get(&format!("/series/{id}?resolution=day")))
            .find(|answer| answer.status == 400 && answer.body.contains(of_reading));
        assert!(refused.is_some(), "no series of readings was refused");
        let foreign = match language {
            Language::De => "are not summed",
            Language::En => "werden nicht summiert",
        };
        assert!(!refused.unwrap().body.contains(foreign));
    }
}

#[test]
fn the_day_of_the_clock_change_has_a_hundred_quarter_hours_and_no_gap() {
    let site = Site::german();
    let page = site.page("/series/1?unit=day&at=2026-10-25");
    assert!(
        page.contains("<dd>100\u{a0}% <small>keine Lücken</small></dd>"),
        "{page}"
    );
    assert!(page.contains("<dd>100</dd>"), "a hundred values");
    assert!(page.contains("02:15 MESZ") && page.contains("02:15 MEZ"));
    assert!(!page.contains("class=\"gap\""));
}

#[test]
fn a_gap_is_listed_and_marked_and_the_sum_says_that_it_is_incomplete() {
    let site = Site::german();
    let page = site.page("/series/1?unit=day&at=2026-11-10");
    assert!(page.contains("10.11.2026 06:00 – 09:00"), "{page}");
    assert!(page.contains("<dd>87,5\u{a0}% <small>eine Lücke</small></dd>"));
    assert!(page.contains("unvollständig"));
    assert!(page.contains("class=\"gap\""));
}

#[test]
fn a_correction_wins_and_as_of_shows_what_was_known_before() {
    let site = Site::german();
    let now = site.page("/series/1?unit=day&at=2026-11-15");
    assert!(now.contains("einmal korrigiert"));
    // The second message of the series arrived on the 15th, the first one on the 23rd: the order
    // of the documents decides, so the correction is the older word.
    let before = site.page("/series/1?unit=day&at=2026-11-15&as_of=2026-11-16T00:00");
    assert!(before.contains("Stand vom 16.11.2026 00:00"), "{before}");
    assert!(!before.contains("einmal korrigiert"));
    assert!(
        before.contains("as_of=2026-11-15T23:00:00Z"),
        "its links keep the moment"
    );
}

#[test]
fn what_cannot_be_read_in_an_address_is_answered_by_a_page_that_says_so() {
    let site = Site::german();
    for (path, status) in [
        ("/series/1?from=x&to=y", 400),
        ("/series/1?unit=fortnight", 400),
        ("/series/1?as_of=soon", 400),
        ("/series/1?page=-1", 400),
        ("/series/1/values.csv?from=2026-11-02&to=2026-11-01", 400),
        ("/series/99", 404),
        ("/series/x", 404),
        ("/series/1/values.exe", 404),
        ("/quarantine/3/content", 404),
        ("/nothing", 404),
    ] {
        let answer = site.get(path);
        assert_eq!(answer.status, status, "{path}");
        assert!(
            answer.body.contains("<!DOCTYPE html>"),
            "{path}: {}",
            answer.body
        );
    }
    assert_eq!(ask(site.pages, "POST", "/").status, 404);
    assert_eq!(ask(site.pages, "HEAD", "/").body, "");
}

#[test]
fn downloads_hold_every_value_of_the_period() {
    let site = Site::german();
    let day = "from=2026-10-25&to=2026-10-26";
    let csv = site.get(&format!("/series/1/values.csv?{day}"));
    assert!(csv.headers.contains("text/csv"));
    assert!(
        csv.headers
            .contains("filename=\"50120962218_1-1-1.29.0.csv\""),
        "{}",
        csv.headers
    );
    assert_eq!(csv.body.lines().count(), 101);
    assert!(csv.body.starts_with("\u{feff}sender;receiver;"));
    let json: serde_json::Value =
        serde_json::from_str(&site.page(&format!("/series/1/values.json?{day}"))).unwrap();
    let records = json.as_array().unwrap();
    assert_eq!(records.len(), 100);
    assert_eq!(records[0]["start"], "2026-10-24T22:00:00Z");
    assert_eq!(records[0]["quality"], "measured");
    // Longer than one part of the reading, and without a period: all there is.
    let all = site.page("/series/1/values.ndjson");
    assert_eq!(all.lines().count(), 35 * 96 + 4 - 12);
    let mut starts: Vec<String> = all
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["start"].to_string())
        .collect();
    assert!(starts.is_sorted());
    starts.dedup();
    assert_eq!(
        starts.len(),
        all.lines().count(),
        "no value twice at the border of two parts"
    );
}

#[test]
fn a_series_without_time_is_a_table_and_downloads_as_one() {
    let site = Site::german();
    let page = site.page("/series/7");
    assert!(
        !page.contains("class=\"chart\"") && page.contains("<th class=\"time1\">Nr.</th>"),
        "{page}"
    );
    assert_eq!(site.page("/series/7/values.ndjson").lines().count(), 12);
}

#[test]
fn the_chart_downloads_as_a_document_of_its_own() {
    let site = Site::german();
    let answer = site.get("/series/1/chart.svg?unit=week&at=2026-11-10");
    assert!(answer.headers.contains("image/svg+xml"));
    assert!(answer.body.starts_with("<svg") && answer.body.contains("prefers-color-scheme"));
}

#[test]
fn nothing_is_loaded_from_elsewhere_and_the_style_may_be_cached() {
    let site = Site::german();
    let answer = site.get("/");
    for header in [
        "content-security-policy: default-src 'none'",
        "x-content-type-options: nosniff",
        "x-frame-options: deny",
        "referrer-policy: same-origin",
        "cache-control: no-store",
    ] {
        assert!(
            answer.headers.contains(header),
            "{header}: {}",
            answer.headers
        );
    }
    assert!(!answer.body.contains("http://") || !answer.body.contains("src=\"http"));
    let (_, rest) = answer.body.split_once("href=\"/assets/style.css").unwrap();
    let style = site.get(&format!(
        "/assets/style.css{}",
        rest.split('"').next().unwrap()
    ));
    assert!(style.headers.contains("max-age=86400") && style.headers.contains("text/css"));
    assert_eq!(site.get("/favicon.svg").status, 200);
}

#[test]
fn metrics_with_an_address_of_their_own_are_there_and_nowhere_else() {
    let site = Site::open(World::eventful(), Language::De, "127.0.0.1:0");
    let door = site.metrics.unwrap();
    assert_eq!(ask(door, "GET", "/metrics").status, 200);
    assert_eq!(ask(door, "GET", "/").status, 404);
    assert_eq!(site.get("/metrics").status, 404);
    assert_eq!(site.get("/").status, 200);
}

#[test]
fn promtool_finds_nothing_to_complain_about_in_the_metrics() {
    let site = Site::german();
    let answer = site.get("/metrics");
    assert!(
        answer
            .headers
            .contains("content-type: text/plain; version=0.0.4; charset=utf-8")
    );
    assert!(
        answer.body.contains("mscons_gateway_series 8"),
        "{}",
        answer.body
    );
    let told = fed(
        "promtool",
        &["check", "metrics"],
        &answer.body,
        "Debian package `prometheus`",
    );
    assert_eq!(told, "", "promtool check metrics");
}

#[test]
fn the_reference_parser_of_prometheus_reads_the_metrics() {
    let site = Site::german();
    let names = "import sys\nfrom prometheus_client.parser import text_string_to_metric_families as read\n\
                 print(sorted(family.name for family in read(sys.stdin.read())))";
    let metrics = site.page("/metrics");
    let told = fed(
        "python3",
        &["-c", names],
        &metrics,
        "pip package `prometheus_client`",
    );
    assert!(
        told.contains("'mscons_gateway_polls'") && told.contains("'mscons_gateway_series'"),
        "{told}"
    );
}

/// What a program says when it is fed; that it is missing is a failure with its remedy.
fn fed(program: &str, arguments: &[&str], input: &str, package: &str) -> String {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}; install {package}, or use tests/run"));
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    assert!(
        output.status.success(),
        "{program} (is {package} installed? see tests/run): {told}"
    );
    told
}

fn mailbox(name: &str) -> Mailbox {
    Mailbox {
        name: name.to_owned(),
        host: "imap.example.org".to_owned(),
        ..Mailbox::default()
    }
}

#[test]
fn a_series_shows_its_heat_map_duration_curve_peaks_and_days() {
    let site = Site::german();
    let page = site.page("/series/1?unit=week&at=2026-11-10");
    for told in [
        "Heatmap",
        "Dauerlinie",
        "Lastspitzen",
        "class=\"cells\"",
        "\u{a0}kW<",
    ] {
        assert!(page.contains(told), "{told}");
    }
    let days = site.page("/series/1?unit=week&at=2026-11-10&resolution=day");
    assert!(days.contains("96/96") && days.contains("84/96"));
    let csv = site.get("/series/1/values.csv?unit=week&at=2026-11-10&resolution=day");
    assert_eq!(csv.body.lines().count(), 8);
    assert!(
        csv.body
            .contains("location;device;obis;start;end;value;unit;quality;present;expected")
    );
    assert_eq!(site.get("/series/1?resolution=week").status, 400);
}

#[test]
fn the_page_of_gaps_has_what_is_overdue_first_and_a_strip_for_each_series() {
    let site = Site::german();
    let page = site.page("/gaps?unit=month&at=2026-11-01");
    let overdue = page.split_once("id=\"overdue\"").unwrap().1;
    let (overdue, rest) = overdue.split_once("id=\"completeness\"").unwrap();
    assert!(
        overdue.contains("50999000150") && overdue.contains("noch nie angekommen"),
        "{overdue}"
    );
    assert!(
        overdue.contains("Gasnetz &#60;Musterland&#62;"),
        "{overdue}"
    );
    assert!(
        rest.contains("Mo 16.11.2026: 24 von 24, gemessen"),
        "a gas day: {rest}"
    );
    assert!(
        rest.contains("Di 03.11.2026: 96 von 96"),
        "quarter hours: {rest}"
    );
    assert!(
        rest.contains("von 96, fehlt") && rest.contains("class=\"part\""),
        "{rest}"
    );
    let found = site.page("/gaps?q=50999000142&unit=month&at=2026-11-01");
    assert_eq!(found.matches("<ol class=\"strip\"").count(), 1);
    let year = site.page("/gaps?q=50999000142&unit=year&at=2026-11-01");
    assert!(year.contains("November 2026: "), "{year}");
    assert_eq!(site.get("/gaps?unit=fortnight&at=x").status, 400);
}

#[test]
fn a_series_shows_the_completeness_of_its_days() {
    let site = Site::german();
    let month = site.page("/series/1?unit=month&at=2026-11-01");
    assert_eq!(month.matches("<ol class=\"strip\"").count(), 1);
    let day = site.page("/series/1?unit=day&at=2026-11-03");
    assert_eq!(day.matches("<ol class=\"strip\"").count(), 0);
}
