use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::config::secret::Secret;
use crate::config::secrets::Secrets;
use crate::vault::disk::Step;

/// A disk that fails from its n-th step on: what a crash leaves is what was done before.
#[derive(Clone)]
struct FailingDisk {
    left: Arc<AtomicUsize>,
    /// Whether it works again after the one failure.
    recovers: bool,
    failed: Arc<AtomicBool>,
    steps: Arc<Mutex<Vec<Step>>>,
}

impl FailingDisk {
    fn new(at: usize, recovers: bool) -> Self {
        Self {
            left: Arc::new(AtomicUsize::new(at)),
            recovers,
            failed: Arc::default(),
            steps: Arc::default(),
        }
    }

    fn has_failed(&self) -> bool {
        self.failed.load(Ordering::SeqCst)
    }
}

impl Disk for FailingDisk {
    fn step(&self, step: Step) -> io::Result<()> {
        self.steps.lock().unwrap().push(step);
        let left = self.left.load(Ordering::SeqCst);
        if left > 0 {
            self.left.store(left - 1, Ordering::SeqCst);
            return Ok(());
        }
        self.failed.store(true, Ordering::SeqCst);
        if self.recovers {
            self.left.store(usize::MAX, Ordering::SeqCst);
        }
        Err(io::ErrorKind::StorageFull.into())
    }
}

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn secrets(&self) -> PathBuf {
        directory(self.0.path())
    }

    fn key_file(&self) -> PathBuf {
        self.0.path().join("secret.key")
    }

    fn source(&self) -> KeySource {
        KeySource::of(&Secrets::default(), self.0.path(), None)
    }

    fn open(&self) -> Result<Vault, VaultError> {
        Vault::open(&self.secrets(), self.source())
    }

    fn on(&self, disk: FailingDisk) -> Result<Vault, VaultError> {
        Vault::on(Box::new(disk), &self.secrets(), self.source())
    }

    fn sealed(&self, name: &str) -> PathBuf {
        self.secrets().join(format!("{name}.sealed"))
    }
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn given(text: &str) -> KeySource {
    KeySource::Given(Secret::Text(text.to_owned()))
}

fn read(vault: &Vault, text: &str) -> Option<Vec<u8>> {
    let secret = vault.read(&name(text)).unwrap();
    secret.map(|secret| secret.reveal().to_vec())
}

fn all(vault: &Vault) -> BTreeMap<String, Vec<u8>> {
    let names = vault.names().unwrap().into_iter();
    names
        .map(|name| {
            let secret = read(vault, name.as_str()).unwrap();
            (name.to_string(), secret)
        })
        .collect()
}

const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER_HEX: &str = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const BASE64: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

#[test]
fn a_secret_is_read_as_it_was_written_and_stands_nowhere_in_clear() {
    let home = Home::new();
    let vault = home.open().unwrap();
    assert_eq!(read(&vault, "token"), None);
    assert!(!home.key_file().exists(), "a key before there is a secret");
    vault.write(&name("token"), b"geheim").unwrap();
    vault.write(&name("token"), b"geheimer").unwrap();
    vault.write(&name("other"), b"").unwrap();
    drop(vault);
    let vault = home.open().unwrap();
    assert_eq!(read(&vault, "token").unwrap(), b"geheimer");
    assert_eq!(read(&vault, "other").unwrap(), b"");
    assert_eq!(vault.names().unwrap(), [name("other"), name("token")]);
    let sealed = fs::read(home.sealed("token")).unwrap();
    assert!(!sealed.windows(6).any(|bytes| bytes == b"geheim"));
    vault.remove(&name("token")).unwrap();
    vault.remove(&name("token")).unwrap();
    assert_eq!(read(&vault, "token"), None);
}

#[test]
fn files_are_for_their_owner_alone() {
    let home = Home::new();
    home.open().unwrap().write(&name("token"), b"x").unwrap();
    for (path, mode) in [
        (home.key_file(), 0o600),
        (home.sealed("token"), 0o600),
        (home.secrets(), 0o700),
    ] {
        let found = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{}", path.display());
    }
}

#[test]
fn a_missing_key_is_an_error_and_none_is_made_in_its_place() {
    let home = Home::new();
    let vault = home.open().unwrap();
    vault.write(&name("token"), b"x").unwrap();
    let key = home.key_file();
    let aside = home.0.path().join("aside");
    fs::rename(&key, &aside).unwrap();
    let error = home.open().unwrap_err();
    assert!(matches!(error, VaultError::NoKey { .. }), "{error:?}");
    assert!(
        error.to_string().contains("secret.key does not exist"),
        "{error}"
    );
    assert!(!key.exists());
    fs::rename(&aside, &key).unwrap();
    assert_eq!(read(&home.open().unwrap(), "token").unwrap(), b"x");
}

#[test]
fn a_key_that_did_not_seal_is_an_error() {
    let home = Home::new();
    let with = |key| Vault::open(&home.secrets(), given(key));
    with(HEX).unwrap().write(&name("token"), b"x").unwrap();
    // The same key in other words.
    assert_eq!(read(&with(BASE64).unwrap(), "token").unwrap(), b"x");
    let error = with(OTHER_HEX).unwrap_err();
    assert!(matches!(error, VaultError::WrongKey { .. }), "{error:?}");
    let what = format!(
        "the key in secrets.key did not seal token: it is the key of another gateway, or an old one. \
         Put the right key back; if it is lost, remove {} and enter the secrets again",
        home.secrets().display()
    );
    assert_eq!(error.to_string(), what);
}

#[test]
fn what_is_no_key_is_refused_and_not_shown() {
    for (text, what) in [
        ("geheim-und-falsch", "it is neither base64 nor hex"),
        ("Z2VoZWlt", "it is not 32 bytes"),
        (&HEX.replace('0', "g"), "it is neither base64 nor hex"),
        (" \n", "it is empty"),
    ] {
        assert_eq!(Key::parse(text).unwrap_err(), what);
        let home = Home::new();
        let error = Vault::open(&home.secrets(), given(text)).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
        assert!(!format!("{error:?} {error}").contains("geheim"));
    }
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let home = Home::new();
    home.open().unwrap().write(&name("token"), b"x").unwrap();
    for mode in [0o640, 0o604, 0o660] {
        fs::set_permissions(home.key_file(), fs::Permissions::from_mode(mode)).unwrap();
        let error = home.open().unwrap_err();
        assert!(matches!(error, VaultError::KeyIsOpen { mode: found, .. } if found == mode));
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
}

#[test]
fn the_key_comes_from_configuration_else_from_systemd_else_from_a_file() {
    let home = Home::new();
    let credentials = home.0.path().join("credentials");
    fs::create_dir(&credentials).unwrap();
    let place =
        |secrets: &Secrets| KeySource::of(secrets, home.0.path(), Some(&credentials)).to_string();
    let mut secrets = Secrets::default();
    assert!(place(&secrets).ends_with("secret.key"));
    secrets.key_file = Some("/etc/gateway.key".into());
    assert_eq!(place(&secrets), "/etc/gateway.key");
    let credential = credentials.join("mscons-gateway.key");
    fs::write(&credential, BASE64).unwrap();
    assert_eq!(
        place(&secrets),
        format!("the credential {}", credential.display())
    );
    // Readable by a group, as systemd may lay it there for an ACL.
    fs::set_permissions(&credential, fs::Permissions::from_mode(0o440)).unwrap();
    let source = KeySource::of(&secrets, home.0.path(), Some(&credentials));
    let vault = Vault::open(&home.secrets(), source).unwrap();
    vault.write(&name("token"), b"x").unwrap();
    assert!(matches!(
        vault.rotate_key(),
        Err(VaultError::KeyIsGiven { .. })
    ));
    secrets.key = Secret::Text(HEX.to_owned());
    assert_eq!(place(&secrets), "secrets.key");
}

#[test]
fn names_are_plain() {
    for bad in ["", ".", ".a", "a/b", "A", "ä", "a b", &"a".repeat(129)] {
        assert_eq!(Name::new(bad), None, "{bad}");
    }
    assert!(Name::new("microsoft.netz-nord_1").is_some());
}

#[test]
fn a_secret_that_is_too_large_is_refused() {
    let home = Home::new();
    let vault = home.open().unwrap();
    vault.write(&name("token"), b"x").unwrap();
    let error = vault
        .write(&name("token"), &vec![0; (64 << 10) + 1])
        .unwrap_err();
    assert!(matches!(error, VaultError::TooLarge { .. }));
    assert_eq!(read(&vault, "token").unwrap(), b"x");
    vault.write(&name("token"), &vec![7; 64 << 10]).unwrap();
    vault.rotate_key().unwrap();
    assert_eq!(read(&vault, "token").unwrap().len(), 64 << 10);
}

#[test]
fn a_sealed_file_under_another_name_does_not_open() {
    let home = Home::new();
    let vault = home.open().unwrap();
    vault.write(&name("one"), b"1").unwrap();
    vault.write(&name("two"), b"2").unwrap();
    fs::copy(home.sealed("one"), home.sealed("two")).unwrap();
    let error = vault.read(&name("two")).unwrap_err();
    assert!(matches!(error, VaultError::Damaged { .. }), "{error:?}");
    // One that is damaged hinders none of the others.
    fs::write(home.sealed("two"), b"MGS1").unwrap();
    assert_eq!(read(&home.open().unwrap(), "one").unwrap(), b"1");
}

#[test]
fn a_new_key_opens_everything_and_the_old_one_nothing() {
    let home = Home::new();
    let vault = home.open().unwrap();
    vault.write(&name("one"), b"1").unwrap();
    vault.write(&name("two"), b"2").unwrap();
    let (before, old) = (all(&vault), fs::read_to_string(home.key_file()).unwrap());
    vault.rotate_key().unwrap();
    assert_eq!(all(&vault), before);
    assert_ne!(fs::read_to_string(home.key_file()).unwrap(), old);
    assert_eq!(all(&home.open().unwrap()), before);
    let with_old = Vault::open(&home.secrets(), given(&old));
    assert!(matches!(with_old, Err(VaultError::WrongKey { .. })));
}

#[test]
fn a_write_that_fails_at_any_step_leaves_the_old_or_the_new_secret() {
    for at in 0.. {
        let home = Home::new();
        let disk = FailingDisk::new(at, false);
        let vault = home.on(disk.clone()).unwrap();
        let first = vault.write(&name("token"), b"old").is_ok();
        let second = first && vault.write(&name("token"), b"new").is_ok();
        let done = !disk.has_failed();
        drop(vault);
        let found = read(&home.open().unwrap(), "token");
        match found.as_deref() {
            None => assert!(!first, "step {at}"),
            Some(b"old") => assert!(!second, "step {at}"),
            Some(b"new") => assert!(first, "step {at}"),
            Some(other) => panic!("step {at}: {other:?}"),
        }
        if done {
            assert!(first && second);
            assert!(at > 12, "only {at} steps");
            return;
        }
    }
}

#[test]
fn a_disk_that_works_again_loses_nothing_that_was_written() {
    for at in 0.. {
        let home = Home::new();
        let disk = FailingDisk::new(at, true);
        let vault = home.on(disk.clone()).unwrap();
        let twice = |act: &dyn Fn() -> Result<(), VaultError>| {
            act().or_else(|_| act()).unwrap();
        };
        twice(&|| vault.write(&name("token"), b"1"));
        twice(&|| vault.write(&name("token"), b"2"));
        // What is written after a change that failed is written under both keys.
        let _ = vault.rotate_key();
        twice(&|| vault.write(&name("token"), b"3"));
        twice(&|| vault.write(&name("more"), b"4"));
        drop(vault);
        let found = all(&home.open().unwrap());
        let expected = [("more", b"4".to_vec()), ("token", b"3".to_vec())];
        let expected = expected.map(|(name, secret)| (name.to_owned(), secret));
        assert_eq!(found, BTreeMap::from(expected), "step {at}");
        if !disk.has_failed() {
            assert!(at > 20, "only {at} steps");
            return;
        }
    }
}

#[test]
fn a_change_of_the_key_that_is_cut_off_at_any_step_leaves_everything_open() {
    for at in 0.. {
        let home = Home::new();
        let secrets = ["a", "b", "c"];
        let vault = home.open().unwrap();
        for text in secrets {
            vault.write(&name(text), text.as_bytes()).unwrap();
        }
        let before = all(&vault);
        drop(vault);
        let disk = FailingDisk::new(at, false);
        let vault = home.on(disk.clone()).unwrap();
        let done = vault.rotate_key();
        assert_eq!(all(&vault), before, "step {at}, before a restart");
        drop(vault);
        // What is there opens all, and after that start only one key does.
        assert_eq!(all(&home.open().unwrap()), before, "step {at}");
        for text in secrets {
            let sealed = fs::read(home.sealed(text)).unwrap();
            assert_eq!(sealed::decode(&sealed).unwrap().len(), 1, "step {at}");
        }
        if done.is_ok() {
            assert!(at > 20, "only {at} steps");
            return;
        }
    }
}

#[test]
fn a_change_to_a_given_key_leaves_everything_to_the_old_or_the_new() {
    for at in 0.. {
        let home = Home::new();
        let with = |key| Vault::open(&home.secrets(), given(key));
        for text in ["a", "b", "c"] {
            with(HEX)
                .unwrap()
                .write(&name(text), text.as_bytes())
                .unwrap();
        }
        let before = all(&with(HEX).unwrap());
        let disk = Box::new(FailingDisk::new(at, false));
        let vault = Vault::on(disk, &home.secrets(), given(HEX)).unwrap();
        let done = vault.rotate_key_to(Key::parse(OTHER_HEX).unwrap());
        let opened = [HEX, OTHER_HEX].map(with).into_iter().flatten();
        assert!(
            opened.map(|vault| all(&vault)).any(|all| all == before),
            "step {at}"
        );
        if done.is_ok() {
            assert!(at > 20, "only {at} steps");
            assert!(with(HEX).is_err());
            return;
        }
    }
}

#[test]
fn bytes_are_on_the_disk_before_the_name_is() {
    let home = Home::new();
    let disk = FailingDisk::new(usize::MAX, false);
    let vault = home.on(disk.clone()).unwrap();
    vault.write(&name("token"), b"1").unwrap();
    disk.steps.lock().unwrap().clear();
    vault.write(&name("token"), b"2").unwrap();
    let steps = disk.steps.lock().unwrap().clone();
    let expected = [
        Step::Create,
        Step::Write,
        Step::Sync,
        Step::Place,
        Step::SyncNames,
    ];
    assert_eq!(steps, expected);
}

#[test]
fn nothing_of_a_secret_is_printed() {
    let home = Home::new();
    let vault = Vault::open(&home.secrets(), given(HEX)).unwrap();
    vault.write(&name("token"), b"geheim").unwrap();
    let secret = vault.read(&name("token")).unwrap();
    let key = Key::parse(HEX).unwrap();
    let printed = format!(
        "{vault:?} {secret:?} {key:?} {:?} {}",
        given(HEX),
        given(HEX)
    );
    assert!(
        !printed.contains("geheim") && !printed.contains("0001020304"),
        "{printed}"
    );
}

proptest! {
    #[test]
    fn any_bytes_come_back_and_a_changed_byte_opens_nothing(
        secret in prop::collection::vec(any::<u8>(), 0..300),
        at in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let key = Key::parse(HEX).unwrap();
        let bound = name("token");
        let sealing = key.seal(&bound, &secret).unwrap();
        let mut bytes = sealed::encode(std::slice::from_ref(&sealing));
        prop_assert_eq!(sealed::decode(&bytes), Some(vec![sealing]));
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        for sealing in sealed::decode(&bytes).unwrap_or_default() {
            let opened = key.unseal(&bound, &sealing);
            // The id only tells keys apart: a wrong one is found out before.
            prop_assert!(opened.is_none() || sealing.key != key.id());
        }
    }

    #[test]
    fn any_bytes_can_be_decoded(bytes in prop::collection::vec(any::<u8>(), 0..200), sealed_like: bool) {
        let bytes = if sealed_like { [b"MGS1\x01", &bytes[..]].concat() } else { bytes };
        if let Some(sealings) = sealed::decode(&bytes) {
            prop_assert_eq!(sealed::encode(&sealings), bytes);
        }
    }
}
