//! Who is logged in, and what makes a form theirs.

use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use zeroize::Zeroizing;

use crate::access::{Random, hash, token};

/// The open sessions. They end with the process.
pub struct Sessions {
    /// Signs forms.
    key: hmac::Key,
    open: HashMap<SessionId, Session>,
    /// How often all of them were ended.
    generation: u64,
}

/// A session by the hash of its cookie: who reads the memory cannot take it over.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct SessionId([u8; 32]);

#[derive(Clone, Copy)]
struct Session {
    began: Instant,
    used: Instant,
}

impl Sessions {
    /// None yet. `random` is for the key of the forms.
    pub fn new(random: &Random) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &random[..]),
            open: HashMap::new(),
            generation: 0,
        }
    }

    /// Begins a session; gives what its cookie holds.
    pub fn begin(&mut self, random: &Random, now: Instant) -> Zeroizing<String> {
        self.open.retain(|_, session| !session.is_over(now));
        if self.open.len() >= SESSIONS_MOST {
            let oldest = self.open.iter().min_by_key(|(_, session)| session.used);
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                self.open.remove(&oldest);
            }
        }
        let cookie = token(random);
        let session = Session {
            began: now,
            used: now,
        };
        self.open.insert(SessionId(hash(&cookie)), session);
        cookie
    }

    /// The session of a cookie, which is used by that.
    pub fn find(&mut self, cookie: &str, now: Instant) -> Option<SessionId> {
        let id = SessionId(hash(cookie));
        let session = self.open.get_mut(&id)?;
        if session.is_over(now) {
            self.open.remove(&id);
            return None;
        }
        session.used = now;
        Some(id)
    }

    /// Whether a session is still open.
    pub fn is_open(&self, id: SessionId, now: Instant) -> bool {
        let session = self.open.get(&id);
        session.is_some_and(|session| !session.is_over(now))
    }

    /// Ends a session.
    pub fn end(&mut self, id: SessionId) {
        self.open.remove(&id);
    }

    /// Ends all of them: the password has changed.
    pub fn end_all(&mut self) {
        self.open.clear();
        self.generation += 1;
    }

    /// Changes when all sessions are ended. Whoever was let in by what held before must look again.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What stands in every form of a session, so that no other site can send one.
    pub fn form_token(&self, id: SessionId) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, &id.0))
    }

    /// Whether a form is one of the session. Compared in constant time.
    pub fn is_form_of(&self, id: SessionId, token: &str) -> bool {
        let tag = URL_SAFE_NO_PAD.decode(token);
        tag.is_ok_and(|tag| hmac::verify(&self.key, &id.0, &tag).is_ok())
    }
}

impl Session {
    fn is_over(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.used) >= IDLE
            || now.saturating_duration_since(self.began) >= LONGEST
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sessions({})", self.open.len())
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A session that nobody uses ends: a working day and what follows it.
const IDLE: Duration = Duration::from_hours(12);
/// None lasts longer.
pub const LONGEST: Duration = Duration::from_hours(7 * 24);
/// One administrator has a few browsers; who opens more pushes out the one unused for longest.
const SESSIONS_MOST: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    fn random(byte: u8) -> Random {
        Zeroizing::new([byte; 32])
    }

    fn sessions() -> Sessions {
        Sessions::new(&random(0xff))
    }

    #[test]
    fn a_session_is_found_by_its_cookie_until_it_is_ended() {
        let (mut sessions, now) = (sessions(), clock::monotonic());
        let cookie = sessions.begin(&random(1), now);
        let id = sessions.find(&cookie, now).unwrap();
        assert!(sessions.find("", now).is_none());
        assert!(sessions.find(&cookie[1..], now).is_none());
        sessions.end(id);
        assert!(sessions.find(&cookie, now).is_none());
        let cookie = sessions.begin(&random(2), now);
        sessions.end_all();
        assert!(sessions.find(&cookie, now).is_none());
    }

    #[test]
    fn a_session_ends_when_it_is_unused_for_twelve_hours_and_after_seven_days_anyhow() {
        let (mut sessions, start) = (sessions(), clock::monotonic());
        let at = |hours: u64| start + Duration::from_hours(hours);
        let cookie = sessions.begin(&random(1), start);
        assert!(sessions.find(&cookie, at(11)).is_some());
        assert!(sessions.find(&cookie, at(22)).is_some());
        assert!(sessions.find(&cookie, at(34)).is_none());
        assert!(sessions.find(&cookie, at(34)).is_none());
        let cookie = sessions.begin(&random(2), start);
        for hours in (0..168).step_by(6) {
            assert!(sessions.find(&cookie, at(hours)).is_some(), "{hours}");
        }
        assert!(sessions.find(&cookie, at(168)).is_none());
    }

    #[test]
    fn more_sessions_than_an_administrator_needs_push_out_the_oldest() {
        let (mut sessions, start) = (sessions(), clock::monotonic());
        let cookies: Vec<_> = (0..33)
            .map(|number| {
                sessions.begin(&random(number), start + Duration::from_secs(number.into()))
            })
            .collect();
        let later = start + Duration::from_mins(1);
        assert!(sessions.find(&cookies[0], later).is_none());
        for cookie in &cookies[1..] {
            assert!(sessions.find(cookie, later).is_some());
        }
    }

    #[test]
    fn a_form_is_of_one_session_and_of_one_process() {
        let (mut sessions, now) = (sessions(), clock::monotonic());
        let [one, other] = [1, 2].map(|byte| {
            let cookie = sessions.begin(&random(byte), now);
            sessions.find(&cookie, now).unwrap()
        });
        let token = sessions.form_token(one);
        assert!(sessions.is_form_of(one, &token));
        assert!(!sessions.is_form_of(other, &token));
        for forged in ["", "x", &token[1..], &token.to_lowercase()] {
            assert!(!sessions.is_form_of(one, forged), "{forged}");
        }
        assert!(!Sessions::new(&random(0)).is_form_of(one, &token));
    }

    #[test]
    fn nothing_of_a_session_is_printed() {
        let (mut sessions, now) = (sessions(), clock::monotonic());
        let cookie = sessions.begin(&random(1), now);
        let id = sessions.find(&cookie, now).unwrap();
        assert_eq!(format!("{sessions:?} {id:?}"), "Sessions(1) ***");
    }
}
