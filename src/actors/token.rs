//! The Microsoft accounts: renewed in time, and told of.

use std::collections::HashMap;

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Recipient, ResponseFuture,
    WrapFuture,
};
use tokio::task::AbortHandle;

use crate::actors::messages::{PollAccount, Stop};
use crate::actors::tether::Tether;
use crate::market::calendar::UtcTime;
use crate::metrics;
use crate::oauth::accounts::Standing;
use crate::oauth::{Accounts, Meaning, OauthError, upkeep};
use crate::text::Text;

/// Keeps the accounts for as long as it lives. A reload reaches them by their own handle.
pub struct TokenActor {
    accounts: Accounts,
    listener: Option<Listener>,
    work: Option<AbortHandle>,
    _tether: Option<Tether>,
}

impl TokenActor {
    /// An actor for these accounts. It says in this language what is wrong with them, and tells
    /// `works` when one works again.
    pub fn new(
        accounts: Accounts,
        text: Text,
        works: Recipient<PollAccount>,
        tether: Option<Tether>,
    ) -> Self {
        Self {
            accounts,
            listener: Some(Listener {
                text,
                works,
                before: HashMap::new(),
            }),
            work: None,
            _tether: tether,
        }
    }
}

impl Actor for TokenActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let Some(mut listener) = self.listener.take() else {
            return;
        };
        let accounts = self.accounts.clone();
        let work = tokio::spawn(async move {
            upkeep::keep(&accounts, |known| listener.hear(known)).await;
        });
        self.work = Some(work.abort_handle());
        ctx.spawn(work.into_actor(self).map(|ended, _, ctx| {
            if let Err(error) = ended
                && error.is_panic()
            {
                tracing::error!(%error, "the upkeep of the Microsoft accounts failed");
            }
            ctx.stop();
        }));
    }
}

impl Drop for TokenActor {
    fn drop(&mut self) {
        if let Some(work) = &self.work {
            work.abort();
        }
    }
}

impl Handler<Stop> for TokenActor {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Stop, _: &mut Self::Context) -> Self::Result {
        if let Some(work) = &self.work {
            work.abort();
        }
        let accounts = self.accounts.clone();
        // What Microsoft has answered is on the disk then.
        Box::pin(async move { accounts.close().await })
    }
}

/// Hears of the accounts, and tells what is new: logs, metrics, pollers.
struct Listener {
    text: Text,
    works: Recipient<PollAccount>,
    before: HashMap<String, State>,
}

/// What of an account is worth telling when it changes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct State {
    connected: Option<UtcTime>,
    trouble: Option<Meaning>,
    expires: Option<UtcTime>,
    /// Which opening of it: a replaced one may work though nothing was tried yet.
    opened: u64,
}

impl Listener {
    fn hear(&mut self, known: &[Standing]) {
        let names: Vec<String> = known.iter().map(|known| known.name.clone()).collect();
        self.before.retain(|name, _| {
            let is_kept = names.contains(name);
            if !is_kept {
                metrics::account_removed(name);
            }
            is_kept
        });
        for account in known {
            let status = account.status.as_ref().ok();
            let trouble = account.trouble();
            let state = State {
                connected: status.and_then(|status| status.connected),
                trouble: trouble.as_ref().map(OauthError::meaning),
                expires: status.and_then(|status| status.expires),
                opened: account.opened,
            };
            let before = self.before.insert(account.name.clone(), state);
            if before.is_none() {
                metrics::account_added(&account.name);
            }
            if before == Some(state) {
                continue;
            }
            metrics::token_expiry(&account.name, state.expires.map(UtcTime::seconds));
            let needs_sign_in = account.is_used && account.needs_sign_in();
            metrics::needs_sign_in(&account.name, needs_sign_in);
            self.log(account, state, before);
            if before.is_some_and(|before| before.concerns_mailboxes(state)) {
                let account = account.name.clone();
                // A full queue is that of a gateway that is stopping.
                drop(self.works.try_send(PollAccount { account }));
            }
        }
    }

    fn log(&self, known: &Standing, state: State, before: Option<State>) {
        let account = known.name.as_str();
        if let Some(connected) = state.connected
            && before.is_some_and(|before| before.connected != state.connected)
        {
            tracing::info!(account, %connected, "the Microsoft account is connected");
        }
        let told = before.and_then(|before| before.trouble);
        let Some(error) = known.trouble().filter(|_| state.trouble != told) else {
            if state.trouble.is_none() && told.is_some() {
                tracing::info!(account, "the Microsoft account works again");
            }
            return;
        };
        let what = error.explain(&self.text);
        if error.is_transient() {
            tracing::warn!(account, what, %error, "the Microsoft account gives no token now; it is tried again");
        } else if !known.is_used {
            tracing::info!(
                account,
                what,
                "the Microsoft account is not ready; nothing uses it"
            );
        } else if known.needs_sign_in() {
            tracing::error!(account, what, %error, "the Microsoft account needs a sign-in: on its page, or by `mscons-gateway connect`");
        } else {
            tracing::error!(account, what, %error, "the Microsoft account does not work");
        }
    }
}

impl State {
    /// Whether its mailboxes should look at once: those that failed by it, and those whose
    /// connection goes by a sign-in that is no more.
    fn concerns_mailboxes(self, now: Self) -> bool {
        let is_another_sign_in = now.connected != self.connected;
        let is_well_again = self.trouble.is_some() && now.trouble.is_none();
        is_another_sign_in || is_well_again || now.opened != self.opened
    }
}
