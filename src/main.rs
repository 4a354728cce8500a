//! The binary: everything is in the library.

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// What one thread allocates another one frees, in a process that runs for years.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    // One crypto provider for every TLS connection; a second call could only come from a second main.
    drop(rustls::crypto::ring::default_provider().install_default());
    mscons_gateway::cli::run()
}
