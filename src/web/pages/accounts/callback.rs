//! `/oauth/callback`: a browser comes back from Microsoft.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde::Deserialize;

use crate::oauth::pending::Returned;
use crate::oauth::{Accounts, Moment, OauthError};
use crate::web::Context;
use crate::web::door::Visitor;
use crate::web::pages::accounts::acts::refused;
use crate::web::pages::accounts::view::notice;
use crate::web::pages::{DoorError, PageError, error};
use crate::web::sign_ins::SignIns;

/// What Microsoft adds where an administrator has consented for a whole tenant.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Consent {
    admin_consent: String,
}

/// `GET /oauth/callback`. What it brings counts in the session that began it, and nowhere else.
pub(crate) async fn callback(
    context: Data<Context>,
    sign_ins: Data<SignIns>,
    visitor: Option<Visitor>,
    returned: Query<Returned>,
    consent: Query<Consent>,
) -> HttpResponse {
    // The answer says so whether it was given or declined.
    let is_consent = consent.admin_consent.eq_ignore_ascii_case("true");
    if is_consent && returned.code.is_empty() && returned.error.is_empty() {
        // It connects nothing, and the administrator of the tenant may be anybody here.
        return error::answer(&context.text, &DoorError::Consented.into());
    }
    let Some(visitor) = visitor else {
        tracing::warn!("a browser came back from Microsoft that is not logged in here");
        return error::answer(&context.text, &DoorError::NoSession.into());
    };
    let accounts = context.accounts.clone();
    let sign_ins = SignIns::clone(&sign_ins);
    // In a task of its own: a browser that goes away must not cut it off between the exchange of
    // the code, which serves once, and the storage.
    let connecting =
        tokio::spawn(async move { connect(&accounts, &sign_ins, &visitor, &returned).await });
    match connecting.await {
        Ok(Ok(account)) => {
            tracing::info!(account, "an account was connected");
            notice("connected", &account)
        }
        Ok(Err(error)) => refused(&context.text, &error),
        Err(panic) => error::answer(&context.text, &PageError::Failed(panic.to_string())),
    }
}

/// Gives the name of the account.
async fn connect(
    accounts: &Accounts,
    sign_ins: &SignIns,
    visitor: &Visitor,
    returned: &Returned,
) -> Result<String, OauthError> {
    let arrived = sign_ins.returned(visitor.id, returned)?;
    let account = arrived.account.clone();
    let (keeper, wire) = (accounts.keeper(&account)?, accounts.wire()?);
    let grant = arrived.exchange(keeper.app(), &wire, Moment::now()).await?;
    keeper.connect(grant, Moment::now()).await?;
    Ok(account)
}
