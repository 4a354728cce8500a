//! The password and its hash (Argon2id, RFC 9106).

use std::ops::RangeInclusive;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};

/// Bytes of a password: long enough to be no easy guess, short enough to be no burden.
pub const LENGTH: RangeInclusive<usize> = 8..=256;

/// Whether a text may become the password.
pub fn fits(password: &str) -> bool {
    LENGTH.contains(&password.len())
}

/// The hash under which a password is kept, as a PHC string. Takes 19 MiB, and some tenths of a
/// second. `None` if memory is short.
pub fn hash(password: &str, salt: &[u8; 16]) -> Option<String> {
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), salt);
    hash.ok().map(|hash| hash.to_string())
}

/// Whether a password is the one of a hash. Takes the same time where there is no hash.
pub fn is_of(password: &str, hash: Option<&str>) -> bool {
    let verified = |hash: &str| {
        let verified = Argon2::default().verify_password(password.as_bytes(), hash);
        verified.is_ok()
    };
    match hash {
        // A longer one was never taken as the password, and is no work for a stranger to give.
        _ if password.len() > *LENGTH.end() => false,
        Some(hash) => verified(hash),
        None => {
            std::hint::black_box(verified(NOBODYS));
            false
        }
    }
}

/// A hash with the parameters of [`hash`], of a password that nobody has.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_and_no_other_is() {
        let kept = hash("correct horse", &[7; 16]).unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert!(is_of("correct horse", Some(&kept)));
        for other in ["", "correct hors", "correct horse ", "Correct horse"] {
            assert!(!is_of(other, Some(&kept)), "{other}");
        }
        assert_ne!(hash("correct horse", &[8; 16]).unwrap(), kept);
    }

    #[test]
    fn without_a_password_none_is_right_and_the_work_is_the_same() {
        assert!(!is_of("correct horse", None));
        // A hash that cannot be read would be refused at once.
        let parameters = |hash: &str| hash.rsplitn(3, '$').nth(2).map(str::to_owned);
        let made = hash("correct horse", &[0; 16]).unwrap();
        assert_eq!(parameters(NOBODYS), parameters(&made));
        assert_eq!(NOBODYS.len(), made.len());
        assert!(!is_of("correct horse", Some("no hash")));
    }

    #[test]
    fn passwords_have_a_least_and_a_greatest_length() {
        for (length, may_be) in [(0, false), (7, false), (8, true), (256, true), (257, false)] {
            assert_eq!(fits(&"x".repeat(length)), may_be, "{length}");
        }
        let long = "x".repeat(257);
        let kept = hash(&long, &[7; 16]).unwrap();
        assert!(!is_of(&long, Some(&kept)));
    }
}
