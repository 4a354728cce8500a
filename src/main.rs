//! The binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    // One crypto provider for every TLS connection; a second call could only come from a second main.
    drop(rustls::crypto::ring::default_provider().install_default());
    mscons_gateway::cli::run()
}
