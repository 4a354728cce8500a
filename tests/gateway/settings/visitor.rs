//! A browser as far as HTTP goes: it keeps its cookie, and says where it is.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use oauth2::url::form_urlencoded;

/// A browser with one site open.
#[derive(Clone)]
pub(crate) struct Visitor {
    host: String,
    /// The cookie as the site set it, without its attributes.
    pub(crate) cookie: String,
    /// What it says of where a form comes from; nothing if empty.
    pub(crate) origin: String,
    /// All pages that it was shown.
    pub(crate) seen: String,
}

/// What a site answers; the names of headers in small letters.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Visitor {
    pub(crate) fn new(host: &str) -> Self {
        Self {
            host: host.to_owned(),
            cookie: String::new(),
            origin: format!("http://{host}"),
            seen: String::new(),
        }
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, "", "")
    }

    /// The page behind an address; it must be one.
    pub(crate) fn page(&mut self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.send(path, &form)
    }

    /// Sends bytes that are to be a form.
    pub(crate) fn send(&mut self, path: &str, form: &str) -> Answer {
        let mut more = "Content-Type: application/x-www-form-urlencoded\r\n".to_owned();
        if !self.origin.is_empty() {
            more.extend(["Origin: ", &self.origin, "\r\n"]);
        }
        self.ask("POST", path, &more, form)
    }

    /// What a program sends: JSON, and its token if it has one.
    pub(crate) fn tell(&mut self, path: &str, token: &str, body: &str) -> Answer {
        let mut more = "Content-Type: application/json\r\n".to_owned();
        if !token.is_empty() {
            more.extend(["Authorization: Bearer ", token, "\r\n"]);
        }
        self.ask("POST", path, &more, body)
    }

    /// The same with what makes a form one of the session, taken from the page of accounts.
    pub(crate) fn act(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.page("/settings/accounts");
        let (form, file) = (value_of(&page, "form"), value_of(&page, "file"));
        let mut all = vec![("form", form.as_str()), ("file", file.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all)
    }

    fn ask(&mut self, method: &str, path: &str, more: &str, body: &str) -> Answer {
        let (_, port) = self.host.split_once(':').unwrap();
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .unwrap();
        let cookie = match self.cookie.as_str() {
            "" => String::new(),
            cookie => format!("Cookie: other=1; {cookie}\r\n"),
        };
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{cookie}{more}Content-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let answer = Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: small_names(head),
            body: body.to_owned(),
        };
        self.seen.push_str(body);
        if let Some(set) = answer.header("set-cookie") {
            set.split(';').next().unwrap().clone_into(&mut self.cookie);
        }
        answer
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// Where it sends the browser.
    pub(crate) fn leads_to(&self) -> &str {
        assert_eq!(self.status, 303, "{}\n{}", self.head, self.body);
        self.header("location").unwrap()
    }
}

/// The value of a field of a page.
pub(crate) fn value_of(page: &str, field: &str) -> String {
    let mark = format!("name=\"{field}\" value=\"");
    let (_, behind) = page
        .split_once(&mark)
        .unwrap_or_else(|| panic!("{field}: {page}"));
    behind.split('"').next().unwrap().to_owned()
}

fn small_names(head: &str) -> String {
    let lines = head.lines().map(|line| match line.split_once(": ") {
        Some((name, value)) => format!("{}: {value}\n", name.to_lowercase()),
        None => format!("{line}\n"),
    });
    lines.collect()
}
