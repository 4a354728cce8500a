//! One Microsoft account: a token, who signed in, what was granted, how long it will last.

use crate::config::mailbox::Mailbox;
use crate::config::smtp::Smtp;
use crate::market::calendar::UtcTime;
use crate::oauth::accounts::Standing;
use crate::oauth::who::Who;
use crate::oauth::{Accounts, Moment, OauthError, Status};
use crate::text::{Language, Text};
use crate::upkeep::doctor::{Check, Verdict};

/// Examines an account, live. `mailboxes` and `smtp` are those that sign in by it; what a refusal
/// means is said in `language`, too.
pub async fn account(
    standing: &Standing,
    accounts: &Accounts,
    (mailboxes, smtp): (&[&Mailbox], Option<&Smtp>),
    language: Language,
) -> Vec<Check> {
    let now = Moment::now();
    let name = &standing.name;
    let tried = format!("an access token of account {name}");
    let keeper = match accounts.keeper(name) {
        Ok(keeper) => keeper,
        Err(error) => return named(name, vec![failed(tried, &error, standing, language)]),
    };
    let came = keeper.try_now(now).await;
    let status = keeper.status();
    let mut checks = vec![match came {
        Ok(()) => Check::ok("token", tried, given(&status)),
        Err(error) => {
            let standing = Standing {
                status: Ok(status.clone()),
                ..standing.clone()
            };
            failed(tried, &error, &standing, language)
        }
    }];
    checks.extend(who(&status.who, mailboxes, smtp));
    if !status.withheld.is_empty() {
        let check = Check::ok(
            "scopes",
            "what was granted at the sign-in",
            format!("not granted: {}", status.withheld.join(", ")),
        );
        checks.push(check.but(Verdict::Warning, "sign in again and consent to all of it"));
    }
    checks.extend(
        standing
            .credential_until
            .map(|until| credential(until, now.utc)),
    );
    named(name, checks)
}

fn named(name: &str, mut checks: Vec<Check>) -> Vec<Check> {
    for check in &mut checks {
        check.name = format!("account {name}: {}", check.name);
    }
    checks
}

fn given(status: &Status) -> String {
    let until = status.expires.map(|at| format!(", good until {at}"));
    let refreshed = status.connected.map(|at| format!("; signed in since {at}"));
    format!(
        "Microsoft gave one{}{}",
        until.unwrap_or_default(),
        refreshed.unwrap_or_default()
    )
}

/// The error's own words are English.
fn failed(tried: String, error: &OauthError, standing: &Standing, language: Language) -> Check {
    let check = Check::ok("token", tried, error.to_string());
    let means = error.explain(&Text::new(language));
    let name = &standing.name;
    let advice = match (standing.needs_sign_in(), language) {
        (false, _) => means,
        (true, Language::En) => format!("sign in: mscons-gateway connect {name}, or by its page"),
        (true, Language::De) => {
            format!("{means} Anmelden: mscons-gateway connect {name}, oder auf der Seite")
        }
    };
    let verdict = if error.is_transient() || !standing.is_used {
        Verdict::Warning
    } else {
        Verdict::Fault
    };
    check.but(verdict, advice)
}

/// Whether who signed in fits the names that are signed in with.
fn who(who: &Who, mailboxes: &[&Mailbox], smtp: Option<&Smtp>) -> Option<Check> {
    if *who == Who::default() {
        return None;
    }
    let said = format!("{} signed in, as {}", who.name, who.username);
    let check = Check::ok("who", "who signed in, beside the user names", said);
    let others = mailboxes
        .iter()
        .filter(|mailbox| who.is_other_than(&mailbox.username));
    let others = others.map(|mailbox| {
        format!(
            "mailbox {} is that of {}: right for a shared mailbox that {} has full access to, else sign in as {}",
            mailbox.name, mailbox.username, who.username, mailbox.username
        )
    });
    let sending = smtp
        .filter(|smtp| who.is_other_than(&smtp.username))
        .map(|smtp| {
            format!(
                "smtp.username is {}: for sending it must be who signed in, {}, also where sender is a shared mailbox",
                smtp.username, who.username
            )
        });
    let advice: Vec<String> = others.chain(sending).collect();
    Some(if advice.is_empty() {
        check
    } else {
        check.but(Verdict::Warning, advice.join("; "))
    })
}

fn credential(until: UtcTime, now: UtcTime) -> Check {
    let tried = "the end of its client secret or certificate";
    let check = Check::ok("credential", tried, format!("it is valid until {until}"));
    let left = until.seconds().saturating_sub(now.seconds());
    if left > ENDS_SOON_SECONDS {
        check
    } else {
        let advice = "make a new one at the application, and name it and its end here";
        check.but(Verdict::Warning, advice)
    }
}

/// Time enough for somebody else's administrator.
const ENDS_SOON_SECONDS: i64 = 30 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_mailbox_wants_one_name_for_fetching_and_another_for_sending() {
        let signed_in = Who {
            name: "Anna".to_owned(),
            username: "anna@example.org".to_owned(),
            ..Who::default()
        };
        let mailbox = |username: &str| Mailbox {
            name: "meter".to_owned(),
            username: username.to_owned(),
            ..Mailbox::default()
        };
        let smtp = |username: &str| Smtp {
            username: username.to_owned(),
            ..Smtp::default()
        };
        let (own, shared) = (mailbox("anna@example.org"), mailbox("shared@example.org"));
        let sends = smtp("Anna@example.org");
        let well = who(&signed_in, &[&own], Some(&sends)).unwrap();
        assert_eq!(well.verdict, Verdict::Ok);
        let seen = who(&signed_in, &[&shared], Some(&sends)).unwrap();
        assert_eq!(seen.verdict, Verdict::Warning);
        assert!(
            seen.advice.contains("right for a shared mailbox"),
            "{seen:?}"
        );
        let sends = smtp("shared@example.org");
        let mistaken = who(&signed_in, &[&own], Some(&sends)).unwrap();
        assert!(
            mistaken
                .advice
                .contains("for sending it must be who signed in, anna@example.org"),
            "{mistaken:?}"
        );
        assert_eq!(who(&Who::default(), &[&shared], None), None);
    }

    #[test]
    fn a_certificate_is_warned_of_a_month_before_its_end() {
        let at = UtcTime::from_seconds;
        let verdict = |left| credential(at(left), at(0)).verdict;
        assert_eq!(verdict(ENDS_SOON_SECONDS + 1), Verdict::Ok);
        assert_eq!(verdict(ENDS_SOON_SECONDS), Verdict::Warning);
        assert_eq!(verdict(-1), Verdict::Warning);
    }
}
