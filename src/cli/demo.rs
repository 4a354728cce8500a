//! `demo`: the main job on sample mails, with nothing to set up.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::Path;

use crate::cli::{Done, Failure, output};
use crate::clock;
use crate::config::Gateway;
use crate::config::expect::Expect;
use crate::config::mailbox::{Mailbox, Protocol};
use crate::config::partner::Partner;
use crate::config::report::{Report, Template};
use crate::market::calendar::legal_day;
use crate::sample;

/// `demo`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Address and port of the pages
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
}

/// Writes some weeks of mails into a Maildir in a temporary directory, and runs the gateway on it.
pub(super) fn run(args: &Args) -> Result<Done, Failure> {
    let home = TemporaryHome::make()?;
    let mails = sample::demo(legal_day(clock::now()), SEED);
    write_maildir(&home.0.join("mail"), &mails)?;
    let mut config = Gateway {
        data_dir: home.0.join("data"),
        time_zone: "Europe/Berlin".to_owned(),
        ..Gateway::default()
    };
    config.partner = PARTNERS.map(partner).to_vec();
    config.expect = EXPECTED.map(expect).to_vec();
    config.report = reports();
    config.web.listen = free_address(&args.listen)?;
    config.mailbox.push(Mailbox {
        name: "demo".to_owned(),
        protocol: Protocol::Maildir,
        path: home.0.join("mail"),
        ..Mailbox::default()
    });
    let count = mails.len();
    crate::cli::run::runtime().block_on(crate::cli::run::serve(config, None, |address| {
        let is_here = address.ip().is_loopback() || address.ip().is_unspecified();
        let place = if is_here {
            format!("localhost:{}", address.port())
        } else {
            address.to_string()
        };
        output::note(&format!(
            "{count} sample mails are being taken in. Look at http://{place} (Ctrl-C ends the demo)"
        ));
    }))
}

fn partner((name, id): (&str, &str)) -> Partner {
    Partner {
        name: name.to_owned(),
        id: id.to_owned(),
        ..Partner::default()
    }
}

/// Reports to be looked at: nobody gets them.
fn reports() -> Vec<Report> {
    let report = |name: &str, template| Report {
        name: name.to_owned(),
        template,
        ..Report::default()
    };
    let [(_, operator), ..] = PARTNERS;
    vec![
        report("digest", Template::Digest),
        report("energy", Template::Energy),
        Report {
            partner: operator.to_owned(),
            ..report("scorecard", Template::Scorecard)
        },
    ]
}

fn expect((location, obis, partner): (&str, &str, &str)) -> Expect {
    Expect {
        location: location.to_owned(),
        obis: obis.to_owned(),
        partner: partner.to_owned(),
        ..Expect::default()
    }
}

/// Fills a Maildir. The names are those of a delivery agent: unique, and in the order of arrival.
pub(super) fn write_maildir(maildir: &Path, mails: &[sample::SampleMail]) -> io::Result<()> {
    for folder in ["new", "cur", "tmp"] {
        fs::create_dir_all(maildir.join(folder))?;
    }
    for (number, mail) in mails.iter().enumerate() {
        fs::write(
            maildir.join("new").join(format!("{number:08}.sample")),
            &mail.bytes,
        )?;
    }
    Ok(())
}

/// The wanted address, or another port if that one is taken: the demo shall show itself anyhow.
fn free_address(wanted: &str) -> Result<String, Failure> {
    let unusable = |error: io::Error| {
        Failure::Usage(format!(
            "--listen {wanted:?}: {error}; write address and port, such as 127.0.0.1:8080"
        ))
    };
    match TcpListener::bind(wanted) {
        Ok(_) => return Ok(wanted.to_owned()),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
        Err(error) => return Err(unusable(error)),
    }
    let host = wanted
        .rsplit_once(':')
        .map_or("127.0.0.1", |(host, _)| host);
    let other = TcpListener::bind(format!("{host}:0"))
        .and_then(|listener| listener.local_addr())
        .map_err(unusable)?;
    output::note(&format!("{wanted} is taken; using {other}"));
    Ok(other.to_string())
}

/// A directory that goes with the demo.
struct TemporaryHome(std::path::PathBuf);

impl TemporaryHome {
    fn make() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!(
            "mscons-gateway-demo-{}-{}",
            std::process::id(),
            clock::jitter()
        ));
        fs::create_dir(&path).map_err(|error| {
            let what = format!(
                "{} cannot be made: {error}; name another directory for temporary files as TMPDIR",
                path.display()
            );
            io::Error::new(error.kind(), what)
        })?;
        Ok(Self(path))
    }
}

impl Drop for TemporaryHome {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(path = %self.0.display(), %error, "the demo's directory is left behind");
        }
    }
}

/// The operators of the sample mails.
const PARTNERS: [(&str, &str); 3] = [
    ("Stromnetz Musterstadt", "9905048000007"),
    ("Messstellenbetrieb Altstadt", "9903100000006"),
    ("Gasnetz Musterland", "9800357000005"),
];

/// What they should send: location, OBIS code, partner.
const EXPECTED: [(&str, &str, &str); 4] = [
    ("50120962218", "1-1:1.29.0", "9905048000007"),
    ("41373559241", "1-1:2.29.0", "9905048000007"),
    (
        "DE0001231011500000000000000012345",
        "1-1:1.29.0",
        "9903100000006",
    ),
    ("51238696781", "7-20:99.33.17", "9800357000005"),
];

/// Every demo shows the same world.
pub(super) const SEED: u64 = 1;
