//! What the tests run against: a real Dovecot, a real Postfix, and servers that misbehave by script.

pub(crate) mod certificates;
pub(crate) mod cutting;
pub(crate) mod dovecot;
pub(crate) mod entra;
pub(crate) mod fault_proxy;
pub(crate) mod ledger;
pub(crate) mod memory;
pub(crate) mod polling;
pub(crate) mod postfix;
pub(crate) mod scripted;
pub(crate) mod shim;
pub(crate) mod tls_server;
pub(crate) mod webhook;
