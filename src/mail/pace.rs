//! A floor under slow servers: an answer that has begun must go on. Pure: the time comes in.
//!
//! A server that thinks may be silent for a minute, and a large mail may take hours, but one that
//! drips a byte now and then would hold a poll for ever.

use std::io;
use std::time::Duration;

/// How fast the answers of one connection come, by the time in which we waited for them.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Waited since the last byte.
    silent: Duration,
    /// Waited inside an answer since the window began, and the bytes that came meanwhile.
    waited: Duration,
    bytes: u64,
}

impl Pace {
    /// Takes note of a wait in which so many bytes came. `is_inside`: when it began, a part of an
    /// answer had come and the rest was due.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`], in words for a person: nothing came for [`NO_PROGRESS`], or
    /// less than [`FLOOR_BYTES`] of an answer in each second of [`WINDOW`].
    pub(super) fn note(&mut self, is_inside: bool, waited: Duration, bytes: u64) -> io::Result<()> {
        self.silent = if bytes == 0 {
            self.silent + waited
        } else {
            Duration::ZERO
        };
        if self.silent >= NO_PROGRESS {
            let seconds = NO_PROGRESS.as_secs();
            return Err(late(format!("nothing came for {seconds} s")));
        }
        if !is_inside {
            self.begin_window();
            return Ok(());
        }
        self.waited += waited;
        self.bytes += bytes;
        if self.waited < WINDOW {
            return Ok(());
        }
        let (bytes, seconds) = (self.bytes, self.waited.as_secs());
        self.begin_window();
        if bytes < WINDOW.as_secs() * FLOOR_BYTES {
            return Err(late(format!(
                "the answer comes too slowly: {bytes} bytes in {seconds} s, less than {FLOOR_BYTES} a second"
            )));
        }
        Ok(())
    }

    fn begin_window(&mut self) {
        self.waited = Duration::ZERO;
        self.bytes = 0;
    }
}

fn late(words: String) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, words)
}

/// Without a byte while an answer is due: the slowest servers seen think for some twenty seconds.
pub(super) const NO_PROGRESS: Duration = Duration::from_mins(1);

/// How long one look at the pace waits at most.
pub(super) const SLICE: Duration = Duration::from_secs(10);

/// Long enough that a server which loads a mail from slow storage is not taken for a slow line.
const WINDOW: Duration = Duration::from_mins(1);

/// Bytes a second: a modem is five times as fast, and the largest mail takes half a day.
const FLOOR_BYTES: u64 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    /// What the last of `waits` waits of ten seconds with so many bytes says.
    fn after(waits: u32, is_inside: bool, bytes: u64) -> Result<(), String> {
        let mut pace = Pace::default();
        let mut last = Ok(());
        for _ in 0..waits {
            last = pace.note(is_inside, SLICE, bytes);
        }
        last.map_err(|error| error.to_string())
    }

    #[test]
    fn a_minute_without_a_byte_is_too_long_and_less_is_not() {
        assert_eq!(after(5, false, 0), Ok(()));
        assert_eq!(after(6, false, 0), Err("nothing came for 60 s".to_owned()));
    }

    #[test]
    fn inside_an_answer_a_thousand_bytes_a_second_are_the_floor() {
        assert_eq!(after(60, true, 10_000), Ok(()));
        assert_eq!(after(5, true, 1), Ok(()));
        let said = after(6, true, 1).unwrap_err();
        assert!(said.contains("6 bytes in 60 s"), "{said}");
    }

    #[test]
    fn between_answers_a_server_may_take_its_time() {
        assert_eq!(after(600, false, 20), Ok(()));
    }

    #[test]
    fn a_pause_at_the_beginning_is_made_good_by_what_follows() {
        let mut pace = Pace::default();
        pace.note(true, Duration::from_secs(55), 3).unwrap();
        pace.note(true, Duration::from_secs(5), 70_000).unwrap();
    }
}
