//! A sign-in by a code, from its beginning to the connected account, while the configuration may
//! change.

use crate::oauth::device::{Device, Polled};
use crate::oauth::{Accounts, Grant, Meaning, Moment, OauthError};

/// Begins a sign-in by code for an account.
///
/// # Errors
/// [`OauthError`].
pub async fn begin(accounts: &Accounts, account: &str) -> Result<Device, OauthError> {
    let (keeper, wire) = (accounts.keeper(account)?, accounts.wire()?);
    keeper.app().begin_by_device(&wire, Moment::now()).await
}

/// Asks again and again until somebody has signed in, and connects the account. What passes by
/// itself is waited for, for as long as the code lives. `goes_on` is asked before each question,
/// with what the one before failed by; gives whether the account is connected: not if `goes_on`
/// says no.
///
/// # Errors
/// [`OauthError`]; [`Meaning::SettingsChanged`] if the account is another application's meanwhile.
pub async fn finish(
    accounts: &Accounts,
    account: &str,
    mut device: Device,
    mut goes_on: impl FnMut(Option<&OauthError>) -> bool,
) -> Result<bool, OauthError> {
    let mut granted = None;
    let mut passing = None;
    loop {
        tokio::time::sleep(device.pause(Moment::now())).await;
        if !goes_on(passing.take().as_ref()) {
            return Ok(false);
        }
        match turn(accounts, account, &mut device, &mut granted).await {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(error) if error.is_transient() && !Moment::now().has_waited_for(device.until) => {
                passing = Some(error);
            }
            Err(error) => return Err(error),
        }
    }
}

/// One question, and what follows from its answer. The keeper is that of now: a changed
/// configuration may have replaced it since the last one, or does so before what was granted is
/// kept. Then that waits for the next turn.
async fn turn(
    accounts: &Accounts,
    account: &str,
    device: &mut Device,
    granted: &mut Option<Grant>,
) -> Result<bool, OauthError> {
    let keeper = accounts.keeper(account)?;
    if !device.is_of(keeper.app()) {
        return Err(OauthError::refused(Meaning::SettingsChanged));
    }
    if granted.is_none() {
        let wire = accounts.wire()?;
        match keeper
            .app()
            .poll_device(&wire, device, Moment::now())
            .await?
        {
            Polled::Waiting => return Ok(false),
            Polled::Granted(grant) => *granted = Some(*grant),
        }
    }
    if let Some(grant) = granted {
        keeper.connect(grant.clone(), Moment::now()).await?;
    }
    Ok(true)
}
