//! What the tests run against: a real Dovecot, and servers that misbehave by script.

pub(crate) mod certificates;
pub(crate) mod cutting;
pub(crate) mod dovecot;
pub(crate) mod entra;
pub(crate) mod fault_proxy;
pub(crate) mod ledger;
pub(crate) mod polling;
pub(crate) mod scripted;
pub(crate) mod tls_server;
pub(crate) mod webhook;
