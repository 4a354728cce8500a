//! The check of `[[api_token]]`.

use std::collections::HashSet;

use crate::config::ConfigFault;
use crate::config::api_token::ApiToken;
use crate::config::check::{Check, is_name};

pub(super) fn check(tokens: &[ApiToken], faults: &mut Vec<ConfigFault>) {
    let (mut names, mut secrets) = (HashSet::new(), HashSet::new());
    for (index, known) in tokens.iter().enumerate() {
        let section = format!("api_token[{index}]");
        let mut check = Check { section, faults };
        let name = &known.name;
        if !is_name(name) {
            let what = format!("`{name}` is no name; use a-z, 0-9, `-` and `_`, such as `erp`");
            check.fault("name", what);
        } else if !names.insert(name) {
            check.fault(
                "name",
                format!("`{name}` is the name of two; names must differ"),
            );
        }
        let token = known.token.reveal();
        if token.len() < SHORTEST || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            check.fault(
                "token",
                "must have 32 visible ASCII characters or more; `openssl rand -hex 32` makes one",
            );
        } else if !secrets.insert(token) {
            check.fault("token", "is that of another one; each needs its own");
        }
    }
}

/// 128 bits, in hexadecimal.
const SHORTEST: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::secret::Secret;

    #[test]
    fn a_token_cannot_be_guessed_and_is_one_programs_alone() {
        let named = |name: &str, token: &str| ApiToken {
            name: name.to_owned(),
            token: Secret::Text(token.to_owned()),
        };
        let good = "0123456789abcdef0123456789abcdef";
        let faults = |tokens: &[ApiToken]| {
            let mut faults = Vec::new();
            check(tokens, &mut faults);
            faults
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n")
        };
        assert_eq!(faults(&[named("erp", good)]), "");
        assert!(faults(&[named("erp", "short")]).contains("openssl rand -hex 32"));
        assert!(faults(&[named("erp", &"ä".repeat(32))]).contains("ASCII"));
        let twice = faults(&[named("erp", good), named("erp", good)]);
        assert!(twice.contains("names must differ") && twice.contains("each needs its own"));
    }
}
