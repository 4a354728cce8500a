//! Libraries of a few lines of C that are preloaded into the gateway: a disk or a clock that
//! misbehaves, with no door for tests in the program itself.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles a source below `tests/gateway`; gives the library.
pub(crate) fn compile(source: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/gateway")
        .join(source);
    let shim = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(source.file_name().unwrap())
        .with_extension("so");
    let cc = Command::new("cc")
        .args([
            "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o",
        ])
        .args([&shim, &source])
        .arg("-ldl")
        .output()
        .unwrap_or_else(|error| {
            panic!("cc: {error}; install Debian package gcc, or use tests/run")
        });
    assert!(
        cc.status.success(),
        "{}",
        String::from_utf8_lossy(&cc.stderr)
    );
    shim
}
