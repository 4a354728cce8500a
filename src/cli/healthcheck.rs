//! `healthcheck`: asks the running gateway's `/readyz`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::cli::{Done, Failure, open, output};

/// `healthcheck`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where the gateway's pages are; without it, `web.listen` of the configuration
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

pub(super) fn run(config: &Path, args: &Args) -> Result<Done, Failure> {
    let authority = match &args.url {
        Some(url) => authority(url)?,
        None => reachable(&open::config(config)?.web.listen),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let asked = runtime.block_on(async { timeout(LIMIT, ask(&authority)).await });
    let answer = match asked {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            let why = format!(
                "{error}; is it running (`mscons-gateway run`), and is this its web.listen? --url names another address"
            );
            return Ok(not_ready(&authority, &why));
        }
        Err(tokio::time::error::Elapsed { .. }) => {
            let silence = format!("no answer within {} s", LIMIT.as_secs());
            return Ok(not_ready(&authority, &silence));
        }
    };
    Ok(match read(&answer) {
        Some((200, _)) => Done::Well,
        Some((_, body)) if !body.reasons.is_empty() => {
            not_ready(&authority, &body.reasons.join("; "))
        }
        Some((status, _)) => not_ready(&authority, &format!("it answered {status}")),
        None => not_ready(&authority, "what answers is no gateway"),
    })
}

fn not_ready(authority: &str, why: &str) -> Done {
    output::complain(&format!("not ready ({authority}): {why}"));
    Done::WithFailures
}

/// Where an address to listen on can be reached from this machine: a gateway that listens on all
/// addresses answers on the loopback one.
fn reachable(listen: &str) -> String {
    let Ok(address) = listen.parse::<SocketAddr>() else {
        return listen.to_owned();
    };
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, address.port()).to_string()
}

/// Host and port of a URL; a path behind them is left out.
fn authority(url: &str) -> Result<String, Failure> {
    let wrong = || {
        Failure::Usage(format!(
            "--url {url:?} is no address of a gateway; write http://HOST:PORT, such as http://127.0.0.1:8080"
        ))
    };
    let rest = url.strip_prefix("http://").ok_or_else(wrong)?;
    let authority = rest.split('/').next().unwrap_or(rest);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    if authority.is_empty() || !authority.chars().all(is_plain) {
        return Err(wrong());
    }
    let behind = authority.rsplit(']').next().unwrap_or(authority);
    Ok(match behind.rsplit_once(':') {
        Some((_, port)) if port.parse::<u16>().is_ok() => authority.to_owned(),
        Some(_) => return Err(wrong()),
        None => format!("{authority}:80"),
    })
}

async fn ask(authority: &str) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(authority).await?;
    let request = format!(
        "GET /readyz HTTP/1.1\r\nHost: {authority}\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer).await?;
    Ok(answer)
}

/// What `/readyz` says.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Readiness {
    reasons: Vec<String>,
}

/// Status and body of an answer (RFC 9112 section 4); `None` if it is no HTTP.
fn read(answer: &[u8]) -> Option<(u16, Readiness)> {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
    let json = body.find('{').and_then(|start| body.get(start..));
    let json = json.and_then(|rest| rest.rfind('}').and_then(|end| rest.get(..=end)));
    let body = serde_json::from_str(json.unwrap_or("{}")).unwrap_or_default();
    Some((status.parse().ok()?, body))
}

/// For all of it: containers give a check some ten seconds.
const LIMIT: Duration = Duration::from_secs(5);

/// A hundred mailboxes with a reason each are 30 KB.
const MAX_ANSWER: u64 = 256 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_are_asked_on_the_loopback_one() {
        assert_eq!(reachable("0.0.0.0:8080"), "127.0.0.1:8080");
        assert_eq!(reachable("[::]:8080"), "[::1]:8080");
        assert_eq!(reachable("10.0.0.7:80"), "10.0.0.7:80");
    }

    #[test]
    fn urls_are_host_and_port() {
        let of = |url| authority(url).ok();
        assert_eq!(
            of("http://gateway:8080/readyz"),
            Some("gateway:8080".to_owned())
        );
        assert_eq!(of("http://[::1]:8080"), Some("[::1]:8080".to_owned()));
        assert_eq!(of("http://gateway"), Some("gateway:80".to_owned()));
        for wrong in [
            "",
            "gateway:8080",
            "https://x",
            "http://",
            "http://a b",
            "http://x:y",
        ] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_reasons_are_read() {
        let (status, body) = read(
            b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n\r\n{\"ready\":false,\"reasons\":[\"a\",\"b\"]}",
        )
        .unwrap();
        assert_eq!((status, body.reasons.len()), (503, 2));
        assert!(read(b"+OK POP3 ready\r\n").is_none());
    }
}
