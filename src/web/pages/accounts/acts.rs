//! What is done with an account: connected, disconnected, tried.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::config::microsoft::Flow;
use crate::oauth::{Moment, OauthError};
use crate::text::Text;
use crate::web::Context;
use crate::web::door::{Signed, is_at, see};
use crate::web::pages::accounts::view::{detail, meaning, notice};
use crate::web::pages::{DoorError, Shell, Tab, error, html};
use crate::web::sign_ins::SignIns;

/// Sends a browser to Microsoft by a page of its own: a form that leads to another site is against
/// the policy of the pages, and so is one that is sent on there.
#[derive(Template)]
#[template(path = "accounts/away.html", config = "src/web/askama.toml")]
struct AwayPage<'a> {
    shell: Shell<'a>,
    url: String,
}

/// Why a sign-in came to nothing.
#[derive(Template)]
#[template(path = "accounts/refused.html", config = "src/web/askama.toml")]
struct RefusedPage<'a> {
    shell: Shell<'a>,
    /// Empty if it is not known of which.
    account: &'a str,
    meaning: String,
    detail: String,
}

/// `POST /settings/accounts/{name}/connect`.
pub(crate) async fn connect(
    context: Data<Context>,
    sign_ins: Data<SignIns>,
    request: HttpRequest,
    signed: Signed,
    name: Path<String>,
) -> HttpResponse {
    let name = name.into_inner();
    let administrator = &context.administrator;
    let keeper = match context.accounts.keeper(&name) {
        Ok(keeper) => keeper,
        Err(error) => return refused(&context.text, &name, &error),
    };
    match keeper.app().flow {
        Flow::AuthorizationCode => {
            if !is_at(request.headers(), administrator.base_url()) {
                let elsewhere = DoorError::Elsewhere(administrator.base_url().to_owned());
                return error::answer(&context.text, &elsewhere.into());
            }
            let user = user_of(&context, &name).await;
            let session = signed.visitor.id;
            match sign_ins.begin(administrator, session, keeper.app(), user.as_deref()) {
                Ok(url) => away(&context.text, url),
                Err(error) => refused(&context.text, &name, &error),
            }
        }
        Flow::DeviceCode => {
            let user = user_of(&context, &name).await;
            let begun = sign_ins.begin_by_code(&context.accounts, &name, user);
            match begun.await {
                Ok(()) => see(&format!("/settings/accounts/{name}/code")),
                Err(error) => refused(&context.text, &name, &error),
            }
        }
        // Nobody signs in.
        Flow::ClientCredentials => attempt(&context, name).await,
    }
}

/// `POST /settings/accounts/{name}/disconnect`.
pub(crate) async fn disconnect(
    context: Data<Context>,
    _: Signed,
    name: Path<String>,
) -> HttpResponse {
    let disconnected = match context.accounts.keeper(&name) {
        Ok(keeper) => keeper.disconnect().await,
        Err(error) => Err(error),
    };
    match disconnected {
        Ok(()) => {
            tracing::info!(account = *name, "an account was disconnected");
            notice("disconnected", &name)
        }
        Err(error) => refused(&context.text, &name, &error),
    }
}

/// `POST /settings/accounts/{name}/test`.
pub(crate) async fn test(context: Data<Context>, _: Signed, name: Path<String>) -> HttpResponse {
    attempt(&context, name.into_inner()).await
}

/// Asks Microsoft for a token, now: neither one at hand nor an earlier failure is an answer.
async fn attempt(context: &Context, name: String) -> HttpResponse {
    if context.accounts.keeper(&name).is_err() {
        reopen(context, &name).await;
    }
    let asked = match context.accounts.keeper(&name) {
        Ok(keeper) => keeper.try_now(Moment::now()).await,
        Err(error) => Err(error),
    };
    match asked {
        Ok(()) => notice("works", &name),
        Err(error) => refused(&context.text, &name, &error),
    }
}

/// Takes an account up anew.
pub(super) async fn reopen(context: &Context, name: &str) {
    let (accounts, of) = (context.accounts.clone(), name.to_owned());
    let reopened = tokio::task::spawn_blocking(move || accounts.reopen(&of));
    if let Err(panic) = reopened.await {
        tracing::error!(account = name, %panic, "an account is as it was");
    }
}

/// The page of a sign-in that came to nothing. `account` is empty if it is not known of which.
pub(super) fn refused(text: &Text, account: &str, error: &OauthError) -> HttpResponse {
    tracing::warn!(account, %error, "an account could not be connected or tried");
    let page = RefusedPage {
        shell: Shell::new(text, Tab::Settings, text.accounts_refused(), 0),
        account,
        meaning: meaning(error, text),
        detail: detail(error, text),
    };
    let status = if error.is_transient() {
        StatusCode::BAD_GATEWAY
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    html(status, page.render().unwrap_or_default())
}

fn away(text: &Text, url: String) -> HttpResponse {
    let page = AwayPage {
        shell: Shell::new(text, Tab::Settings, text.accounts_away(), 0),
        url,
    };
    html(StatusCode::OK, page.render().unwrap_or_default())
}

/// The user whom Microsoft's page proposes: that of the account's first mailbox.
async fn user_of(context: &Data<Context>, name: &str) -> Option<String> {
    let (shared, name) = (context.clone(), name.to_owned());
    let user = actix_web::web::block(move || {
        let gateway = shared.settings.place()?.read().ok()?.gateway;
        let account = gateway.microsoft.iter().find(|one| one.name == name)?;
        let mut mailboxes = gateway.mailboxes_of(account);
        mailboxes.next().map(|mailbox| mailbox.username.clone())
    });
    user.await.ok().flatten()
}
