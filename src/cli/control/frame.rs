//! Frames: a length (u32, little-endian), then so many bytes of postcard. Before the first one
//! each side says who it is, in a form that never changes.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;

use serde::{Deserialize, Serialize};

use crate::cli::call::RESULT_BYTES;

/// Says who we are, and hears who the other is: a line such as `mscons-gateway 0.1.0`.
pub(super) fn greet(mut stream: &UnixStream) -> io::Result<String> {
    stream.write_all(greeting().as_bytes())?;
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < MAX_GREETING {
        stream.read_exact(&mut byte)?;
        if byte == *b"\n" {
            return Ok(String::from_utf8_lossy(&line).into_owned());
        }
        line.extend_from_slice(&byte);
    }
    Err(invalid("the greeting is too long"))
}

/// What we say.
pub(super) fn greeting() -> String {
    format!("mscons-gateway {}\n", env!("CARGO_PKG_VERSION"))
}

/// Sends a frame.
pub(super) fn send<T: Serialize>(mut stream: &UnixStream, what: &T) -> io::Result<()> {
    let mut frame = postcard::to_extend(what, vec![0; LENGTH_BYTES]).map_err(io::Error::other)?;
    let length = frame.len() - LENGTH_BYTES;
    let length = u32::try_from(length).map_err(|_| invalid("a frame is too long"))?;
    if let Some(field) = frame.first_chunk_mut() {
        *field = length.to_le_bytes();
    }
    stream.write_all(&frame)
}

/// Receives frames.
#[derive(Debug, Default)]
pub(super) struct Receiver {
    frame: Vec<u8>,
}

impl Receiver {
    /// The next frame.
    pub(super) fn next<'a, T: Deserialize<'a>>(
        &'a mut self,
        mut stream: &UnixStream,
    ) -> io::Result<T> {
        let mut length = [0; LENGTH_BYTES];
        stream.read_exact(&mut length)?;
        let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
        if length > MAX_FRAME {
            return Err(invalid("a frame is too long"));
        }
        self.frame.resize(length, 0);
        stream.read_exact(&mut self.frame)?;
        postcard::from_bytes(&self.frame).map_err(io::Error::other)
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Bytes of a length.
const LENGTH_BYTES: usize = 4;
/// The longest command line that Linux takes is 2 MiB; all else is [`RESULT_BYTES`] and little.
const MAX_FRAME: usize = (2 << 20) + RESULT_BYTES;
/// Name and version, with room for any.
const MAX_GREETING: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Ended;
    use crate::cli::call::Said;
    use crate::cli::control::Told;

    #[test]
    fn what_was_sent_arrives_frame_by_frame() {
        let (here, there) = UnixStream::pair().unwrap();
        let sent = vec![7; RESULT_BYTES];
        send(&here, &Told::Said(Said::Results(&sent))).unwrap();
        send(&here, &Told::Said(Said::Line("a line"))).unwrap();
        send(&here, &Told::Ended(Ended::WithFailures)).unwrap();
        let mut receiver = Receiver::default();
        let results = receiver.next::<Told<'_>>(&there).unwrap();
        assert!(
            matches!(results, Told::Said(Said::Results(bytes)) if bytes == sent),
            "{results:?}"
        );
        let line = receiver.next::<Told<'_>>(&there).unwrap();
        assert!(matches!(line, Told::Said(Said::Line("a line"))), "{line:?}");
        let ended = receiver.next::<Told<'_>>(&there).unwrap();
        assert!(
            matches!(ended, Told::Ended(Ended::WithFailures)),
            "{ended:?}"
        );
    }

    #[test]
    fn a_frame_that_claims_too_much_is_refused_before_it_is_read() {
        let (mut here, there) = UnixStream::pair().unwrap();
        here.write_all(&u32::MAX.to_le_bytes()).unwrap();
        let error = Receiver::default().next::<Told<'_>>(&there).unwrap_err();
        assert!(error.to_string().contains("too long"), "{error}");
    }

    #[test]
    fn each_side_hears_the_greeting_of_the_other() {
        let (here, mut there) = UnixStream::pair().unwrap();
        there.write_all(b"mscons-gateway 99.0.0\n").unwrap();
        assert_eq!(greet(&here).unwrap(), "mscons-gateway 99.0.0");
        let mut said = vec![0; greeting().len()];
        there.read_exact(&mut said).unwrap();
        assert_eq!(said, greeting().as_bytes());
    }
}
