//! An OAuth 2.0 server on loopback that behaves like Microsoft Entra ID (`entra.py`), a process of
//! its own. Needs Python 3 with `cryptography`.

use std::ffi::OsString;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::certificates;

/// The tenant that everything is registered in.
pub(crate) const TENANT: &str = "tenant-1";

/// A running server; stopped when dropped.
pub(crate) struct Entra {
    pub(crate) port: u16,
    dir: TempDir,
    server: Child,
}

impl Entra {
    /// Starts one, and returns when its port is open.
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let tls = dir.path().join("tls");
        fs::create_dir(&tls).unwrap();
        certificates::write(&tls);
        for (from, to) in [("good.pem", "srv.pem"), ("good.key", "srv.key")] {
            fs::copy(tls.join(from), tls.join(to)).unwrap();
        }
        // Making keys is most of the work: the first server's are those of all.
        let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.is_empty() {
            let first = Self::serve(dir);
            *keys = files(&first.dir.path().join("jwt"));
            return first;
        }
        let jwt = dir.path().join("jwt");
        fs::create_dir(&jwt).unwrap();
        for (name, bytes) in keys.iter() {
            fs::write(jwt.join(name), bytes).unwrap();
        }
        drop(keys);
        Self::serve(dir)
    }

    fn serve(dir: TempDir) -> Self {
        // Another test may take a port between our look and the server's.
        for _ in 0..20 {
            let port = two_free_ports();
            let mut server = spawn(port, dir.path());
            if wait_for(port, &mut server) {
                return Self { port, dir, server };
            }
            let _ = server.wait();
        }
        panic!("the server did not come up: python3 with `cryptography` must be installed");
    }

    pub(crate) fn authority(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The certificate by which `app-1` may prove itself (`client`), or `other`; and its key.
    pub(crate) fn certificate(&self, name: &str) -> (PathBuf, PathBuf) {
        let jwt = self.dir.path().join("jwt");
        (
            jwt.join(format!("{name}.pem")),
            jwt.join(format!("{name}.key")),
        )
    }

    /// Lets a Dovecot know its tokens by this folder. All servers of a process have one key.
    pub(crate) fn introduce(&self, jwt: &Path) {
        let folder = jwt.join("default/RS256");
        fs::create_dir_all(&folder).unwrap();
        let key = self.dir.path().join("jwt/server.pub");
        fs::copy(key, folder.join("default")).unwrap();
    }

    /// The refresh tokens that it has given.
    pub(crate) fn refresh_tokens(&self) -> Vec<String> {
        let state = self.control(&json!({}));
        state["refresh"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    }

    /// How many token requests of a kind came so far.
    pub(crate) fn requests(&self, grant: &str) -> usize {
        self.log().iter().filter(|(of, _)| of == grant).count()
    }

    /// Changes how it behaves; gives its state.
    pub(crate) fn control(&self, change: &Value) -> Value {
        let (status, _, body) = self.request("POST", "/_control", &change.to_string());
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    /// The next answers of the token endpoint.
    pub(crate) fn next(&self, answers: &Value) {
        self.control(&json!({ "next": answers }));
    }

    /// The token requests so far: grant and result.
    pub(crate) fn log(&self) -> Vec<(String, String)> {
        let state = self.control(&json!({}));
        let entries = state["log"].as_array().unwrap();
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        entries
            .iter()
            .map(|entry| (text(&entry["grant"]), text(&entry["result"])))
            .collect()
    }

    /// What a person does at the address of a sign-in: takes this user, or `deny`. Gives the
    /// address that the browser is sent to.
    pub(crate) fn sign_in(&self, url: &str, user: &str) -> String {
        let path = url.strip_prefix(&self.authority()).unwrap();
        let (status, head, body) = self.request("POST", path, &format!("user={user}"));
        assert_eq!(status, 302, "{body}");
        let location = head
            .lines()
            .find_map(|line| line.strip_prefix("Location: "));
        location.unwrap().trim().to_owned()
    }

    /// What a person does with a code.
    pub(crate) fn enter_code(&self, code: &str, user: &str) {
        let form = format!("code={code}&user={user}");
        let (status, _, body) = self.request("POST", "/devicelogin", &form);
        assert_eq!(status, 200);
        assert!(body.contains("You have"), "{body}");
    }

    fn request(&self, method: &str, path: &str, body: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_owned(), body.to_owned())
    }
}

impl Drop for Entra {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The keys of the servers of this process, by their file names.
static KEYS: Mutex<Vec<(OsString, Vec<u8>)>> = Mutex::new(Vec::new());

/// The files of a folder.
fn files(folder: &Path) -> Vec<(OsString, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap()))
        .collect()
}

/// The parameters of an address.
pub(crate) fn parameters(url: &str) -> Vec<(String, String)> {
    let (_, query) = url.split_once('?').unwrap();
    oauth2::url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

fn spawn(port: u16, dir: &Path) -> Child {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gateway/support/entra.py");
    Command::new("python3")
        .arg(program)
        .arg(port.to_string())
        .arg(dir)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("python3 must be installed")
}

/// Whether the server came up.
fn wait_for(port: u16, server: &mut Child) -> bool {
    for _ in 0..500 {
        if server.try_wait().unwrap().is_some() {
            return false;
        }
        let open = |port| TcpStream::connect(("127.0.0.1", port)).is_ok();
        if open(port) && open(port + 1) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

/// A port that is free, with the next one.
fn two_free_ports() -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
}
