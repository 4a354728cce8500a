//! The client's side: this process has the terminal, the gateway has the store.

use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::net::UnixStream;

use anyhow::anyhow;

use crate::cli::call::{Caller, RESULT_BYTES};
use crate::cli::control::frame::{self, Receiver};
use crate::cli::control::{Given, Request, Told, socket};
use crate::cli::inputs::Input;
use crate::cli::{Done, Ended, Failure};
use crate::config::Gateway;
use crate::config::fingerprint::Fingerprint;

/// Has the gateway of a data directory run the command line of this process. Where no gateway
/// answers, such as when another command has the store, `nobody` says so.
pub(in crate::cli) fn call(
    config: &Gateway,
    caller: &dyn Caller,
    nobody: Failure,
) -> Result<Done, Failure> {
    let Ok(stream) = UnixStream::connect(socket(&config.data_dir)) else {
        return Err(nobody);
    };
    let theirs = frame::greet(&stream).map_err(|error| lost(&error))?;
    let ours = frame::greeting();
    if theirs != ours.trim_end() {
        return Err(anyhow!(
            "the running gateway is {theirs}, this program is {}; use the gateway's own program, or restart the gateway with this one",
            ours.trim_end()
        )
        .into());
    }
    let request = Request {
        arguments: std::env::args_os().map(OsStringExt::into_vec).collect(),
        is_person: caller.is_person(),
        language: config.language,
        time_zone: config.time_zone.clone(),
        csv: config.export.csv.clone(),
        fingerprint: Fingerprint::of(config),
    };
    frame::send(&stream, &request).map_err(|error| lost(&error))?;
    let mut receiver = Receiver::default();
    loop {
        match receiver.next(&stream).map_err(|error| lost(&error))? {
            Told::Said(said) => caller.hear(said)?,
            Told::NextInput => {
                let input = caller.next_input()?;
                give(&stream, input).map_err(|error| lost(&error))?;
            }
            Told::Ended(Ended::Well) => return Ok(Done::Well),
            Told::Ended(Ended::WithFailures) => return Ok(Done::WithFailures),
            Told::Ended(ended @ (Ended::Failed | Ended::Usage)) => {
                return Err(Failure::Told(ended));
            }
        }
    }
}

fn give(stream: &UnixStream, input: Option<Input>) -> io::Result<()> {
    let Some(Input { name, bytes, of }) = input else {
        return frame::send(stream, &Given::NoMore);
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) => {
            let (name, error) = (name.as_str(), error.as_str());
            return frame::send(stream, &Given::Unreadable { name, of, error });
        }
    };
    for piece in bytes.chunks(RESULT_BYTES) {
        frame::send(stream, &Given::Piece(piece))?;
    }
    frame::send(stream, &Given::File { name: &name, of })
}

/// The gateway is gone. Not an `io::Error`: of those a broken pipe is no failure, since it means
/// that whoever reads our stdout has enough.
fn lost(error: &io::Error) -> anyhow::Error {
    anyhow!(
        "the running gateway ended the connection before the command was done ({error}); its log tells why, then try again"
    )
}
