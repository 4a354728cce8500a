//! `/oauth/callback`: a browser comes back from Microsoft.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use serde::Deserialize;

use crate::oauth::pending::{Arrived, Returned};
use crate::oauth::{Accounts, Moment, OauthError};
use crate::text::Text;
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
    let text = &context.text;
    if let Some(was_given) = consent.of_tenant(&returned) {
        return consented(text, was_given);
    }
    let Some(visitor) = visitor else {
        // Anybody can have this said, as often as they like.
        tracing::debug!("a browser came back from Microsoft that is not logged in here");
        return error::answer(text, &DoorError::NoSession.into());
    };
    let arrived = match sign_ins.returned(visitor.id, &returned) {
        Ok(arrived) => arrived,
        Err(error) => return refused(text, "", &error),
    };
    let (accounts, account) = (context.accounts.clone(), arrived.account.clone());
    // In a task of its own: a browser that goes away must not cut it off between the exchange of
    // the code, which serves once, and the storage.
    let connecting = tokio::spawn(async move { connect(&accounts, arrived).await });
    match connecting.await {
        Ok(Ok(())) => {
            tracing::info!(account, "an account was connected");
            notice("connected", &account)
        }
        Ok(Err(error)) => refused(text, &account, &error),
        Err(panic) => error::answer(text, &PageError::Failed(panic.to_string())),
    }
}

impl Consent {
    /// Whether an administrator of a tenant consented to all of it or declined; `None` for the end
    /// of a sign-in. Those that are begun here have a state, and the link for consent has none.
    fn of_tenant(&self, returned: &Returned) -> Option<bool> {
        if !returned.state.is_empty() {
            return None;
        }
        // The answer says so also where it was declined.
        let is_consent = self.admin_consent.eq_ignore_ascii_case("true");
        let is_declined = !returned.error.is_empty();
        (is_declined || (is_consent && returned.code.is_empty())).then_some(!is_declined)
    }
}

/// It connects nothing, and the administrator of the tenant may be anybody here: of what the
/// address says, nothing is shown.
fn consented(text: &Text, was_given: bool) -> HttpResponse {
    let (status, title, hint) = if was_given {
        let hint = text.accounts_consented_hint();
        (StatusCode::OK, text.accounts_consented(), hint)
    } else {
        let hint = text.accounts_declined_hint();
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            text.accounts_declined(),
            hint,
        )
    };
    error::page(text, status, title, hint)
}

async fn connect(accounts: &Accounts, arrived: Arrived) -> Result<(), OauthError> {
    let (keeper, wire) = (accounts.keeper(&arrived.account)?, accounts.wire()?);
    let grant = arrived.exchange(keeper.app(), &wire, Moment::now()).await?;
    keeper.connect(grant, Moment::now()).await
}
