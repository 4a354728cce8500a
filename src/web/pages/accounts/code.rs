//! `/settings/accounts/{name}/code`: what a person types where to connect an account.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::web::Context;
use crate::web::door::see;
use crate::web::pages::accounts::acts::refused;
use crate::web::pages::accounts::view::notice;
use crate::web::pages::{Shell, Tab, html};
use crate::web::sign_ins::{CodeState, SignIns};

#[derive(Template)]
#[template(path = "accounts/code.html", config = "src/web/askama.toml")]
struct CodePage<'a> {
    shell: Shell<'a>,
    address: String,
    code: String,
    /// What for, as whom, until when.
    facts: Vec<(String, String)>,
}

/// The page; it loads itself again until the person is done.
pub(crate) async fn page(
    context: Data<Context>,
    sign_ins: Data<SignIns>,
    name: Path<String>,
) -> HttpResponse {
    let text = &context.text;
    let Some(begun) = sign_ins.by_code(&name) else {
        return see("/settings/accounts");
    };
    match begun.state {
        CodeState::Waiting => {
            let user = begun.user.map(|user| (text.accounts_sign_in_as(), user));
            let until = text.date_time(begun.until.seconds());
            let account = (text.accounts_account(), name.into_inner());
            let page = CodePage {
                shell: Shell::new(text, Tab::Settings, text.accounts_code_title(), 0),
                address: begun.address,
                code: begun.user_code,
                facts: [
                    Some(account),
                    user,
                    Some((text.accounts_code_until(), until)),
                ]
                .into_iter()
                .flatten()
                .collect(),
            };
            html(StatusCode::OK, page.render().unwrap_or_default())
        }
        CodeState::Connected => notice("connected", &name),
        CodeState::Failed(error) => refused(text, &name, &error),
    }
}
