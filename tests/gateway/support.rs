//! What the tests run against: a real Dovecot, a real Postfix, and servers that misbehave by script.

pub(crate) mod bed;
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

use std::path::PathBuf;

/// The program under test: the one that `MSCONS_GATEWAY_BIN` names, such as a release build, or the
/// one that was built with the tests.
pub(crate) fn binary() -> PathBuf {
    named_binary().unwrap_or_else(|| env!("CARGO_BIN_EXE_mscons-gateway").into())
}

fn named_binary() -> Option<PathBuf> {
    std::env::var_os("MSCONS_GATEWAY_BIN").map(PathBuf::from)
}

/// Whether the program under test is one that people run, and not the larger one of a debug build.
pub(crate) fn is_release() -> bool {
    named_binary().is_some() || !cfg!(debug_assertions)
}
