//! What a real mail server needs to run in a folder of its own: a Dovecot for mailboxes, and one
//! that looks after the sign-ins of a Postfix. Needs root (they drop their rights themselves).

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

use super::certificates;

/// The password of every user. Any user name exists.
pub(crate) const PASSWORD: &str = "secret";

/// The bed that the tests of this process share, started by the first who asks; stopped with the
/// last who has it.
pub(crate) fn shared<T>(bed: &Mutex<Weak<T>>, start: impl FnOnce() -> T) -> Arc<T> {
    let mut bed = bed.lock().unwrap_or_else(PoisonError::into_inner);
    bed.upgrade().unwrap_or_else(|| {
        let started = Arc::new(start());
        *bed = Arc::downgrade(&started);
        started
    })
}

/// A folder with certificates, and a place for the keys of tokens (`jwt`).
pub(crate) fn folder(prefix: &str) -> TempDir {
    let dir = tempfile::Builder::new()
        .prefix(prefix)
        .tempdir_in("/tmp")
        .unwrap();
    // The servers' processes are not root: they must be able to pass.
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    certificates::write(dir.path());
    fs::create_dir(dir.path().join("jwt")).unwrap();
    fs::write(dir.path().join("oauth2.conf"), oauth2(dir.path())).unwrap();
    dir
}

/// Starts a Dovecot with this file.
pub(crate) fn dovecot(config: &Path) -> Child {
    Command::new("dovecot")
        .arg("-F")
        .arg("-c")
        .arg(config)
        .stderr(Stdio::null())
        .spawn()
        .expect("dovecot must be installed")
}

/// Four ports that nobody has at the moment.
pub(crate) fn free_ports() -> [u16; 4] {
    let held = [(); 4].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.map(|listener| listener.local_addr().unwrap().port())
}

/// User and group of a system account.
pub(crate) fn account(name: &str) -> (u32, u32) {
    let accounts = fs::read_to_string("/etc/passwd").unwrap();
    let line = accounts
        .lines()
        .find(|line| line.split(':').next() == Some(name))
        .unwrap_or_else(|| panic!("no account {name}"));
    let fields: Vec<&str> = line.split(':').collect();
    (fields[2].parse().unwrap(), fields[3].parse().unwrap())
}

/// What each Dovecot's file begins with: its places, and sign-ins by token, or by any name with
/// [`PASSWORD`].
pub(crate) fn settings(dir: &Path) -> String {
    let dir = dir.display();
    format!(
        "base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/dovecot.log
instance_name = {dir}
default_internal_user = dovecot
default_login_user = dovenull
first_valid_uid = 1
auth_username_format = %Ln
auth_failure_delay = 0
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {dir}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={dir}/mail/%Ln allow_all_users=yes
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"
    )
}

/// Tokens are known by their signature, users by the name in them.
fn oauth2(dir: &Path) -> String {
    let dir = dir.display();
    format!(
        "introspection_mode = local
local_validation_key_dict = fs:posix:prefix={dir}/jwt/
username_attribute = preferred_username
username_format = %Ln
"
    )
}
