//! SASL: what is sent to sign in. Pure.
//!
//! The results are secrets: send them, never log them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The one message of PLAIN (RFC 4616), in base64.
pub fn plain(username: &str, password: &str) -> String {
    STANDARD.encode(plain_message(username, password))
}

/// The one message of PLAIN before base64: no authorisation identity, then name and password, each
/// behind a NUL.
pub fn plain_message(username: &str, password: &str) -> String {
    format!("\0{username}\0{password}")
}

/// The two answers of LOGIN (draft-murchison-sasl-login): name, then password.
pub fn login(username: &str, password: &str) -> [String; 2] {
    [STANDARD.encode(username), STANDARD.encode(password)]
}

/// The one message of XOAUTH2, with an access token. Source: Microsoft, "Authenticate an IMAP,
/// POP or SMTP connection using OAuth".
pub fn xoauth2(username: &str, token: &str) -> String {
    STANDARD.encode(xoauth2_message(username, token))
}

/// The one message of XOAUTH2 before base64.
pub fn xoauth2_message(username: &str, token: &str) -> String {
    format!("user={username}\x01auth=Bearer {token}\x01\x01")
}

/// What a server's challenge says: text in base64, a JSON object where XOAUTH2 is refused.
pub fn challenge(text: &str) -> Option<String> {
    let bytes = STANDARD.decode(text.trim()).ok()?;
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_is_the_example_of_the_standard() {
        // RFC 4616 section 4: tim, tanstaaftanstaaf.
        assert_eq!(
            plain("tim", "tanstaaftanstaaf"),
            "AHRpbQB0YW5zdGFhZnRhbnN0YWFm"
        );
    }

    #[test]
    fn names_beyond_ascii_go_as_utf_8() {
        let message = STANDARD.decode(plain("jörg", "geheim")).unwrap();
        assert_eq!(message, "\0jörg\0geheim".as_bytes());
    }

    #[test]
    fn login_answers_name_and_password() {
        assert_eq!(login("tim", "secret"), ["dGlt", "c2VjcmV0"]);
    }

    #[test]
    fn xoauth2_is_the_example_of_the_documentation() {
        let example = "dXNlcj10ZXN0QGNvbnRvc28ub25taWNyb3NvZnQuY29tAWF1dGg9QmVhcmVyIEV3QkFBbDNCQUFVRkZwVUFvN0ozVmUwYmpMQldaV0NjbFJDM0VvQUEBAQ==";
        let token = "EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA";
        assert_eq!(xoauth2("test@contoso.onmicrosoft.com", token), example);
    }
}
