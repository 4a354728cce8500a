//! A refusal: what Microsoft said, and what it means.

use std::fmt;
use std::time::Duration;

use oauth2::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::market::calendar::UtcTime;
use crate::oauth::Meaning;
use crate::oauth::who::shown;
use crate::text::{Language, Text};

/// A refusal. Its texts are Microsoft's, bounded; no secret is in them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Fault {
    /// What it means.
    pub meaning: Meaning,
    /// The number after `AADSTS`.
    pub code: Option<u32>,
    /// The field `error`.
    pub error: String,
    /// The field `error_description`.
    pub description: String,
    /// What Microsoft's support asks for.
    pub trace_id: String,
    /// How long to wait at least, if it was told.
    pub retry_after: Option<Duration>,
    /// How far the server's clock is ahead of ours, if by more than a minute.
    pub clock_ahead_seconds: Option<i64>,
}

impl Fault {
    /// One that we found ourselves.
    pub(super) fn ours(meaning: Meaning) -> Self {
        Self {
            meaning,
            code: None,
            error: String::new(),
            description: String::new(),
            trace_id: String::new(),
            retry_after: None,
            clock_ahead_seconds: None,
        }
    }

    /// Reads a refusal (RFC 6749 section 5.2, and Microsoft's own fields); any bytes will do.
    pub(super) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8], now: UtcTime) -> Self {
        let body = serde_json::from_slice::<Value>(body).unwrap_or_default();
        let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
        let (error, description) = (text("error"), text("error_description"));
        let first = body
            .get("error_codes")
            .and_then(|codes| codes.get(0)?.as_u64());
        let code = first.and_then(|code| u32::try_from(code).ok());
        let date = date(headers, header::DATE);
        let told = Self::told(status.as_u16(), error, description, code);
        Self {
            retry_after: retry_after(headers, date.unwrap_or(now)).or(told.retry_after),
            clock_ahead_seconds: date
                .map(|date| date.seconds().saturating_sub(now.seconds()))
                .filter(|ahead| ahead.unsigned_abs() > CLOCK_SECONDS),
            trace_id: shown(text("trace_id")),
            ..told
        }
    }

    /// By what an answer tells, also one that a browser brought.
    pub(super) fn told(status: u16, error: &str, description: &str, code: Option<u32>) -> Self {
        let code = code.or_else(|| code_in(description));
        Self {
            code,
            error: without_tokens(error),
            description: without_tokens(description),
            retry_after: (code == Some(LOOP)).then_some(LOOP_ENDS),
            ..Self::ours(Meaning::of(status, error, code))
        }
    }

    /// Whether it gives neither a reason nor asks to come back: no refusal of this protocol, which
    /// must have `error` (RFC 6749 section 5.2).
    pub(super) fn says_nothing(&self) -> bool {
        self.code.is_none() && self.error.is_empty() && self.meaning != Meaning::Busy
    }

    /// The same without these texts: a server may repeat what it was sent.
    #[must_use]
    pub(super) fn without<'s>(mut self, secrets: impl Iterator<Item = &'s str>) -> Self {
        for secret in secrets.filter(|secret| !secret.is_empty()) {
            for text in [&mut self.error, &mut self.description, &mut self.trace_id] {
                *text = text.replace(secret, "***");
            }
        }
        self
    }

    /// How long the server asks to wait, if at all: `Retry-After: 0` asks for nothing.
    pub(super) fn wait(&self) -> Option<Duration> {
        self.retry_after.filter(|wait| !wait.is_zero())
    }

    /// What it means, and what to do.
    pub fn explain(&self, text: &Text) -> String {
        self.meaning.explain(text)
    }
}

impl fmt::Display for Fault {
    /// For the log: English, with what Microsoft's support asks for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain(&Text::new(Language::En)))?;
        if let Some(code) = self.code {
            write!(f, " (AADSTS{code})")?;
        }
        if !self.error.is_empty() {
            write!(f, " Answer: {}: {}", self.error, self.description)?;
        }
        if let Some(ahead) = self.clock_ahead_seconds {
            write!(f, " Its clock is {ahead} s ahead of ours.")?;
        }
        Ok(())
    }
}

/// The number in `AADSTS7000215: …`.
fn code_in(description: &str) -> Option<u32> {
    let (_, rest) = description.split_once("AADSTS")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Words that could be a token are left out.
fn without_tokens(text: &str) -> String {
    let words = text
        .split_whitespace()
        .take(WORDS_MOST)
        .map(|word| if word.len() > WORD_BYTES { "***" } else { word });
    shown(&words.collect::<Vec<_>>().join(" "))
}

/// RFC 9110 section 10.2.3: seconds, or a date.
fn retry_after(headers: &HeaderMap, now: UtcTime) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = date(headers, header::RETRY_AFTER)?;
    let seconds = until.seconds().saturating_sub(now.seconds()).max(0);
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

fn date(headers: &HeaderMap, name: header::HeaderName) -> Option<UtcTime> {
    let value = headers.get(name)?.to_str().ok()?;
    let date = jiff::fmt::rfc2822::parse(value).ok()?;
    Some(UtcTime::from_seconds(date.timestamp().as_second()))
}

/// A GUID has 36 characters, the address of a page 60; tokens have hundreds.
const WORD_BYTES: usize = 72;
const WORDS_MOST: usize = 60;
/// Microsoft saw the same request too often, and goes on refusing those who go on asking.
const LOOP: u32 = 50_196;
const LOOP_ENDS: Duration = Duration::from_hours(1);
/// A minute is nothing that Microsoft minds.
const CLOCK_SECONDS: u64 = 60;

#[cfg(test)]
mod tests {
    use oauth2::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const NOW: UtcTime = UtcTime::from_seconds(1_795_000_000);

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()));
        pairs.collect()
    }

    #[test]
    fn an_answer_of_microsoft_is_understood() {
        let body = br#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired. Trace ID: 1","error_codes":[7000222],"trace_id":"abc"}"#;
        let fault = Fault::read(StatusCode::UNAUTHORIZED, &HeaderMap::new(), body, NOW);
        assert_eq!(fault.meaning, Meaning::SecretExpired);
        assert_eq!(
            (fault.code, fault.trace_id.as_str()),
            (Some(7_000_222), "abc")
        );
        assert!(
            fault
                .to_string()
                .starts_with("The client secret has expired.")
        );
        assert!(fault.to_string().contains("(AADSTS7000222)"));
    }

    #[test]
    fn a_code_is_found_in_the_text_where_the_field_is_missing() {
        let fault = Fault::told(400, "access_denied", "AADSTS65004: User declined", None);
        assert_eq!(
            (fault.code, fault.meaning),
            (Some(65_004), Meaning::Declined)
        );
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let at = |value| {
            let headers = headers(&[(header::RETRY_AFTER, value)]);
            Fault::read(StatusCode::TOO_MANY_REQUESTS, &headers, b"", NOW).retry_after
        };
        assert_eq!(at("120"), Some(Duration::from_mins(2)));
        assert_eq!(
            at("Wed, 18 Nov 2026 11:38:20 GMT"),
            Some(Duration::from_secs(1_900))
        );
        assert_eq!(at("Wed, 18 Nov 2020 14:08:20 GMT"), Some(Duration::ZERO));
        assert_eq!(at("soon"), None);
    }

    #[test]
    fn who_is_caught_in_a_loop_waits_for_an_hour() {
        let body = br#"{"error":"invalid_grant","error_codes":[50196]}"#;
        let fault = Fault::read(StatusCode::BAD_REQUEST, &HeaderMap::new(), body, NOW);
        assert_eq!(fault.meaning, Meaning::Busy);
        assert_eq!(fault.retry_after, Some(Duration::from_hours(1)));
    }

    #[test]
    fn a_clock_that_differs_is_told() {
        let at = |value| {
            let headers = headers(&[(header::DATE, value)]);
            Fault::read(StatusCode::BAD_REQUEST, &headers, b"{}", NOW).clock_ahead_seconds
        };
        assert_eq!(at("Wed, 18 Nov 2026 11:06:40 GMT"), None);
        assert_eq!(at("Wed, 18 Nov 2026 11:16:40 GMT"), Some(600));
        assert_eq!(at("Wed, 18 Nov 2026 10:56:40 GMT"), Some(-600));
    }

    #[test]
    fn what_looks_like_a_token_is_left_out() {
        let token = format!("0.{}", "AbCd".repeat(30));
        let fault = Fault::told(
            400,
            "invalid_grant",
            &format!("bad token {token} given"),
            None,
        );
        assert_eq!(fault.description, "bad token *** given");
        let fault = Fault::told(400, "invalid_client", "no such secret: geheim", None);
        let fault = fault.without(["", "geheim"].into_iter());
        assert_eq!(fault.description, "no such secret: ***");
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read(bytes: Vec<u8>, status in 400..600_u16) {
            let status = StatusCode::from_u16(status).unwrap();
            let fault = Fault::read(status, &HeaderMap::new(), &bytes, NOW);
            prop_assert!(fault.description.len() <= 4 * 256);
        }
    }
}
