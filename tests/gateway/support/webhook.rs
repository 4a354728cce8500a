//! A webhook on loopback: a real HTTP server that tells what it was sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// A webhook that answers when it is told to.
pub(crate) struct Webhook {
    pub(crate) port: u16,
    received: Receiver<serde_json::Value>,
    answers: Sender<u16>,
}

impl Webhook {
    /// One on a port that was free a moment ago.
    pub(crate) fn at(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let ((told, received), (answers, to_answer)) = (channel(), channel());
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let Ok(connection) = connection else { return };
                if serve(&connection, &told, &to_answer).is_none() {
                    return;
                }
            }
        });
        Self {
            port,
            received,
            answers,
        }
    }

    pub(crate) fn start() -> Self {
        Self::at(0)
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/hook?key=geheim", self.port)
    }

    /// The next notice; it waits for its answer.
    pub(crate) fn receive(&self) -> serde_json::Value {
        let limit = Duration::from_mins(1);
        self.received
            .recv_timeout(limit)
            .expect("the webhook is called")
    }

    /// Answers the notice that waits.
    pub(crate) fn answer(&self, status: u16) {
        self.answers.send(status).unwrap();
    }

    /// The next notice, answered.
    pub(crate) fn take(&self) -> serde_json::Value {
        let notice = self.receive();
        self.answer(200);
        notice
    }
}

/// A port on which nobody listens.
pub(crate) fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Serves a connection to its end; `None` if the test is over.
fn serve(
    connection: &TcpStream,
    told: &Sender<serde_json::Value>,
    to_answer: &Receiver<u16>,
) -> Option<()> {
    let mut reader = BufReader::new(connection);
    loop {
        let mut length = 0;
        let mut line = String::new();
        // The head, as RFC 9112 has it; an end is the client's goodbye.
        while line != "\r\n" {
            line.clear();
            if reader
                .read_line(&mut line)
                .ok()
                .is_none_or(|read| read == 0)
            {
                return Some(());
            }
            let head = line.to_ascii_lowercase();
            if let Some(value) = head.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        told.send(serde_json::from_slice(&body).unwrap()).ok()?;
        let status = to_answer.recv().ok()?;
        let mut connection = connection;
        write!(
            connection,
            "HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nok"
        )
        .ok()?;
    }
}
