//! `connect`: the sign-in to a Microsoft account from a terminal, where no browser reaches the
//! gateway.

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use crate::cli::accounts::named;
use crate::cli::at_accounts::{AccountsCall, AtAccounts};
use crate::cli::call::Unit;
use crate::cli::kept::{self, Kept};
use crate::cli::{Done, Failure};
use crate::config::Gateway;
use crate::config::microsoft::{Flow, Microsoft};
use crate::oauth::device::Device;
use crate::oauth::{Keeper, Moment, OauthError, by_code};

/// `connect`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the account in the configuration; may be left out where there is one
    account: Option<String>,
}

impl AtAccounts for Args {
    fn run(&self, call: &AccountsCall<'_>) -> Result<Done, Failure> {
        let account = named(call.config, self.account.as_deref())?;
        let accounts = &call.accounts;
        let keeper = accounts.keeper(&account.name)?;
        let done = match keeper.app().flow {
            Flow::ClientCredentials => call.wait(keeper.try_now(Moment::now()))?,
            Flow::AuthorizationCode | Flow::DeviceCode => {
                match call.wait(sign_in(call, &account.name))? {
                    Ok(true) => Ok(()),
                    Ok(false) => return Ok(Done::WithFailures),
                    Err(error) => Err(error),
                }
            }
        };
        if let Err(error) = done {
            call.complain(&format!(
                "{}: {}",
                account.name,
                error.in_a_shell(call.config.language)
            ));
            return Ok(Done::WithFailures);
        }
        // Settings that changed meanwhile have made another one.
        tell(call, account, &accounts.keeper(&account.name)?);
        Ok(Done::Well)
    }

    fn check(&self, config: &Gateway) -> Result<(), Failure> {
        named(config, self.account.as_deref()).map(drop)
    }

    /// What is granted must be kept: the gateway goes on with it.
    fn find(&self, config: &Gateway) -> Result<Kept, Failure> {
        kept::make(config)
    }
}

/// Shows where to sign in, and waits until somebody has; gives whether that was before whoever
/// started the command was gone.
async fn sign_in(call: &AccountsCall<'_>, account: &str) -> Result<bool, OauthError> {
    let (accounts, begun) = (&call.accounts, Moment::now());
    let device = by_code::begin(accounts, account).await?;
    show(call, &device);
    let since_begun = |point: Moment| {
        let span = point.monotonic.saturating_duration_since(begun.monotonic);
        span.as_secs()
    };
    let waited = call.progress(since_begun(device.until), Unit::Things);
    let goes_on = |passing: Option<&OauthError>| {
        if let Some(error) = passing {
            call.note(&format!("asked again: {error}"));
        }
        waited.at(since_begun(Moment::now())).is_ok()
    };
    by_code::finish(accounts, account, device, goes_on).await
}

fn show(call: &AccountsCall<'_>, device: &Device) {
    let address = &device.verification_uri;
    if call.is_person()
        && let Some(picture) = picture(address)
    {
        call.note(&picture);
    }
    call.note(&format!("open {address} in any browser"));
    call.note(&format!("and enter the code {}", device.user_code));
}

/// An address as a QR code of characters, for the light letters of a dark terminal; `None` if it is
/// too long for one.
fn picture(address: &str) -> Option<String> {
    let code = QrCode::new(address).ok()?;
    let mut picture = code.render::<Dense1x2>();
    let picture = picture
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark)
        .quiet_zone(true);
    Some(picture.build())
}

/// What came of it, and whether that fits.
fn tell(call: &AccountsCall<'_>, account: &Microsoft, keeper: &Keeper) {
    let (name, status) = (&account.name, keeper.status());
    if !status.by_a_person {
        let until = status
            .expires
            .map_or_else(String::new, |at| format!(" until {at}"));
        call.note(&format!(
            "{name}: Microsoft gave a token, good{until}; nobody needs to sign in ({})",
            account.flow.name()
        ));
        return;
    }
    call.note(&format!(
        "{name}: connected as {} {}",
        status.who.name,
        status.who.address()
    ));
    for mailbox in call.config.mailboxes_of(account) {
        if status.who.is_other_than(&mailbox.username) {
            call.note(&format!(
                "mailbox {} is that of {}: right if it is a shared mailbox that {} may open, else sign in as {}",
                mailbox.name,
                mailbox.username,
                status.who.address(),
                mailbox.username
            ));
        }
    }
    if !status.withheld.is_empty() {
        call.note(&format!("not granted: {}", status.withheld.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_a_picture_that_fits_a_terminal() {
        let picture = picture("https://microsoft.com/devicelogin").unwrap();
        let widths: Vec<usize> = picture.lines().map(|line| line.chars().count()).collect();
        assert!(
            widths
                .iter()
                .all(|width| *width == widths[0] && *width < 80)
        );
        assert!(picture.contains(['█', '▀', '▄']), "{picture}");
        assert_eq!(super::picture(&"x".repeat(8_000)), None);
    }
}
