//! A full disk: what cannot be stored stays at the server, and the gateway goes on when there is
//! room. Needs root, for a small file system of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::gateway::{Gateway, Home, wait_for};

#[test]
fn a_full_disk_loses_nothing_and_the_gateway_goes_on_when_there_is_room() {
    let home = Home::new();
    let disk = SmallDisk::mount(&home.path("data"), "2m");
    home.configure(&[home.maildir("mails", "delete_after_fetch = true\npoll_interval = \"1s\"")]);
    for number in 0..MAILS {
        home.deliver("mails", number);
    }
    let gateway = Gateway::run(&home);
    gateway.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"mails\"} 0");
    gateway.wait_for_log("No space left on device");
    gateway.wait_for_log("poll failed");
    let left = fs::read_dir(home.path("mails/new")).unwrap().count();
    assert!(left > 0);
    // Pages that need the database answer with an error meanwhile.
    assert_eq!(gateway.get("/healthz").0, 200);
    let (_, page) = gateway.get("/series");
    assert!(!page.contains("reindex"), "{page}");

    disk.resize("256m");
    wait_for("the rest of the mails", || {
        (fs::read_dir(home.path("mails/new")).unwrap().count() == 0).then_some(())
    });
    gateway.wait_for_metric("mscons_gateway_mailbox_up{mailbox=\"mails\"} 1");
    gateway.stop("TERM");
    assert_eq!(home.values(), usize::try_from(MAILS).unwrap() * 96);
}

/// A tmpfs; unmounted when dropped.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    pub(crate) fn mount(path: &Path, size: &str) -> Self {
        fs::create_dir(path).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(path)
            .status();
        assert!(mounted.unwrap().success(), "mounting a tmpfs needs root");
        Self(path.to_owned())
    }

    fn resize(&self, size: &str) {
        self.remount(&format!("size={size}"));
    }

    /// Changes an option: `ro`, `rw`.
    pub(crate) fn remount(&self, option: &str) {
        let mounted = Command::new("mount")
            .args(["-o", &format!("remount,{option}")])
            .arg(&self.0)
            .status();
        assert!(mounted.unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the gateway may still be ending.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// More than the small disk holds.
const MAILS: u32 = 2_000;
