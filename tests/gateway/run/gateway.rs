//! The program as a child process, and a home for its files.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use mscons_gateway::{clock, sample};
use tempfile::TempDir;

use crate::support;
use crate::support::dovecot::{Dovecot, GOOD, PASSWORD};

/// A directory with `gateway.toml`, the data directory, and Maildirs by name.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.path("gateway.toml")
    }

    /// Writes `gateway.toml` with these mailboxes.
    pub(crate) fn configure(&self, mailboxes: &[String]) {
        let text = format!(
            "data_dir = '{}'\n[web]\nlisten = \"127.0.0.1:0\"\n{}",
            self.path("data").display(),
            mailboxes.concat()
        );
        fs::write(self.config(), text).unwrap();
    }

    /// A `[[mailbox]]` at a Dovecot, by the user's name.
    #[expect(clippy::unused_self, reason = "reads like `maildir`")]
    pub(crate) fn imap(&self, bed: &Dovecot, user: &str, more: &str) -> String {
        format!(
            "[[mailbox]]\nname = \"{user}\"\nhost = \"{GOOD}\"\nport = {}\nencryption = \"none\"\n\
             username = \"{user}\"\npassword = \"{PASSWORD}\"\n{more}\n",
            bed.imap
        )
    }

    /// A `[[mailbox]]` that is a Maildir of this home; made if it is missing.
    pub(crate) fn maildir(&self, name: &str, more: &str) -> String {
        let path = self.path(name);
        for part in ["new", "cur", "tmp"] {
            fs::create_dir_all(path.join(part)).unwrap();
        }
        let path = path.display();
        format!("[[mailbox]]\nname = {name:?}\nprotocol = \"maildir\"\npath = '{path}'\n{more}\n")
    }

    /// A `[[mailbox]]` that is a folder of this home; made if it is missing.
    pub(crate) fn folder(&self, name: &str, more: &str) -> String {
        let path = self.path(name);
        fs::create_dir_all(&path).unwrap();
        let path = path.display();
        format!("[[mailbox]]\nname = {name:?}\nprotocol = \"folder\"\npath = '{path}'\n{more}\n")
    }

    /// Puts sample mail `number` into a Maildir: 96 values.
    pub(crate) fn deliver(&self, maildir: &str, number: u32) {
        let mail = sample::load_profile_mail(number).bytes;
        let [written, placed] = ["tmp", "new"].map(|part| {
            self.path(maildir)
                .join(part)
                .join(format!("{number:06}.sample"))
        });
        fs::write(&written, mail).unwrap();
        fs::rename(written, placed).unwrap();
    }

    /// Runs a command to its end; gives exit code, stdout, stderr.
    pub(crate) fn command(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = program(&self.config(), arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    }

    /// How many values are in the store; each must be there once.
    pub(crate) fn values(&self) -> usize {
        let (code, table, errors) = self.command(&["export", "--format", "csv"]);
        assert_eq!(code, Some(0), "{errors}");
        let keys = keys(&table);
        let distinct: HashSet<&(String, String)> = keys.iter().collect();
        assert_eq!(keys.len(), distinct.len(), "a value is there twice");
        assert_eq!(keys.len(), self.received(), "a value was counted twice");
        keys.len()
    }

    /// How many values were received, those included that others took the place of.
    fn received(&self) -> usize {
        let (_, series, _) = self.command(&["series", "--format", "json"]);
        let series: serde_json::Value = serde_json::from_str(&series).unwrap();
        let counts = series
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s["values"].as_u64().unwrap());
        usize::try_from(counts.sum::<u64>()).unwrap()
    }
}

/// Location and start of each value of `export --format csv`, which is written and read in a
/// fraction of the time of JSON.
pub(crate) fn keys(table: &str) -> Vec<(String, String)> {
    let mut lines = table.lines();
    let columns: Vec<&str> = lines.next().unwrap_or_default().split(';').collect();
    let [location, start] = ["location", "start"].map(|name| {
        let is_it = |column: &&str| *column == name;
        columns.iter().position(is_it).unwrap()
    });
    let key = |line: &str| {
        let cells: Vec<&str> = line.split(';').collect();
        assert_eq!(cells.len(), columns.len(), "{line}");
        (cells[location].to_owned(), cells[start].to_owned())
    };
    lines.map(key).collect()
}

/// The running program; killed when dropped.
pub(crate) struct Gateway {
    child: Child,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Gateway {
    /// `run`, waited for until its pages answer.
    pub(crate) fn run(home: &Home) -> Self {
        let gateway = Self::start(home, &["run"]);
        gateway.wait_for_log("the gateway runs");
        gateway
    }

    /// `run` with a preloaded library and what it is told, waited for as [`Self::run`].
    pub(crate) fn run_under(home: &Home, shim: &Path, told: &[(&str, &Path)]) -> Self {
        let mut command = program(&home.config(), &["run"]);
        command.env("LD_PRELOAD", shim).envs(told.iter().copied());
        let gateway = Self::spawn(command);
        gateway.wait_for_log("the gateway runs");
        gateway
    }

    /// `run` with more in its environment, waited for as [`Self::run`].
    pub(crate) fn run_with(home: &Home, environment: &[(&str, &str)]) -> Self {
        let mut command = program(&home.config(), &["run"]);
        command.envs(environment.iter().copied());
        let gateway = Self::spawn(command);
        gateway.wait_for_log("the gateway runs");
        gateway
    }

    /// `run` in a home that has no `gateway.toml`, waited for as [`Self::run`].
    pub(crate) fn run_without_file(home: &Home, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(support::binary());
        command.arg("run").current_dir(home.path(""));
        command.env_remove("MSCONS_GATEWAY_LOG");
        command.envs(environment.iter().copied());
        let gateway = Self::spawn(command);
        gateway.wait_for_log("the gateway runs");
        gateway
    }

    /// Any command, not waited for.
    pub(crate) fn start(home: &Home, arguments: &[&str]) -> Self {
        Self::spawn(program(&home.config(), arguments))
    }

    /// Any command, with a place of its own for temporary files.
    pub(crate) fn start_in(home: &Home, arguments: &[&str], temporary: &Path) -> Self {
        let mut command = program(&home.config(), arguments);
        command.env("TMPDIR", temporary);
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (lines, written) = (
            BufReader::new(child.stderr.take().unwrap()),
            Arc::clone(&log),
        );
        let reader = std::thread::spawn(move || {
            for line in lines.lines() {
                *written.lock().unwrap() += &(line.unwrap() + "\n");
            }
        });
        Self {
            child,
            log,
            reader: Some(reader),
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until the log says so, and gives the line.
    pub(crate) fn wait_for_log(&self, text: &str) -> String {
        wait_for(&format!("{text:?} in the log"), || {
            let log = self.log();
            log.lines()
                .find(|line| line.contains(text))
                .map(str::to_owned)
        })
    }

    /// Waits until the log says so in that many lines.
    pub(crate) fn wait_for_logs(&self, text: &str, lines: usize) {
        wait_for(&format!("{text:?} {lines} times in the log"), || {
            (self.log().matches(text).count() >= lines).then_some(())
        });
    }

    /// Waits until `/metrics` has this line.
    pub(crate) fn wait_for_metric(&self, line: &str) {
        wait_for(&format!("the metric {line}"), || {
            let (_, metrics) = self.get("/metrics");
            metrics.lines().any(|found| found == line).then_some(())
        });
    }

    /// Status and body of a page.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let address = self.address().expect("it runs");
        get(&address, path).expect("the pages answer")
    }

    /// Where the pages are, as the log says.
    pub(crate) fn address(&self) -> Option<String> {
        let log = self.log();
        let behind = log.split_once("listen=")?.1;
        behind.split_whitespace().next().map(str::to_owned)
    }

    pub(crate) fn signal(&self, name: &str) {
        let killed = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.id().to_string())
            .status();
        assert!(killed.unwrap().success());
    }

    /// Signals, and asserts that it ends well within the ten seconds of a service manager. Gives
    /// the time that it took, and the log.
    pub(crate) fn stop(self, signal: &str) -> (Duration, String) {
        let begun = clock::monotonic();
        self.signal(signal);
        let (code, log) = self.end();
        let took = begun.elapsed();
        assert_eq!(code, Some(0), "{log}");
        assert!(
            took < Duration::from_secs(10),
            "it took {took:?} to stop\n{log}"
        );
        assert!(!log.contains("panic"), "{log}");
        (took, log)
    }

    /// Waits for the end; gives exit code and log.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let status = wait_for("the end of the process", || self.child.try_wait().unwrap());
        self.reader.take().unwrap().join().unwrap();
        (status.code(), self.log())
    }
}

impl Drop for Gateway {
    #[expect(clippy::print_stderr, reason = "a failed test shows the log")]
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("what the process logged:\n{}", self.log());
        }
    }
}

pub(crate) fn program(config: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(support::binary());
    command.arg("--config").arg(config).args(arguments);
    command.env_remove("MSCONS_GATEWAY_LOG");
    command
}

/// A page over HTTP; `None` where nobody answers.
pub(crate) fn get(address: &str, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

/// Waits until a question has an answer. One that costs much, as a command does, is asked less
/// often: it shares the machine with what is waited for.
pub(crate) fn wait_for<T>(what: &str, mut question: impl FnMut() -> Option<T>) -> T {
    let limit = clock::monotonic() + LIMIT;
    loop {
        let asked = clock::monotonic();
        if let Some(answer) = question() {
            return answer;
        }
        assert!(clock::monotonic() < limit, "waited in vain for {what}");
        std::thread::sleep(asked.elapsed().clamp(SHORTEST_PAUSE, LONGEST_PAUSE));
    }
}

const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// Long enough for a busy machine; a test that works needs a fraction.
const LIMIT: Duration = Duration::from_mins(1);
