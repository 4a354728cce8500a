use std::os::unix::fs::PermissionsExt;

use super::*;

struct Home(tempfile::TempDir);

impl Home {
    fn new(text: &str) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::write(home.file(), text).unwrap();
        home
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("gateway.toml")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    fn files(&self) -> usize {
        fs::read_dir(self.0.path()).unwrap().count()
    }
}

#[test]
fn a_file_is_replaced_as_a_whole_and_keeps_its_permissions() {
    let home = Home::new("language = \"de\"\n");
    fs::set_permissions(home.file(), fs::Permissions::from_mode(0o640)).unwrap();
    let sheet = Sheet::read(&home.file()).unwrap();
    sheet.replace("language = \"en\"\n", &[]).unwrap();
    assert_eq!(home.text(), "language = \"en\"\n");
    let mode = fs::metadata(home.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(home.files(), 1);
    let now = Sheet::read(&home.file()).unwrap();
    assert_ne!(sheet.fingerprint(), now.fingerprint());
    assert_eq!(now.fingerprint().len(), 64);
}

#[test]
fn a_link_stays_one() {
    let home = Home::new("");
    let link = home.0.path().join("link.toml");
    std::os::unix::fs::symlink("gateway.toml", &link).unwrap();
    let sheet = Sheet::read(&link).unwrap();
    sheet.replace("language = \"en\"\n", &[]).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(home.text(), "language = \"en\"\n");
}

#[test]
fn what_is_faulty_is_not_written() {
    let home = Home::new("");
    let sheet = Sheet::read(&home.file()).unwrap();
    let error = sheet
        .replace("[[microsoft]]\nname = \"a\"\n", &[])
        .unwrap_err();
    assert!(matches!(error, EditError::Faulty(_)), "{error}");
    assert!(
        error
            .to_string()
            .contains("gateway.toml:1: microsoft[0].tenant_id"),
        "{error}"
    );
    assert_eq!((home.text().as_str(), home.files()), ("", 1));
}

#[test]
fn a_file_that_somebody_changed_is_left_alone() {
    let home = Home::new("");
    let sheet = Sheet::read(&home.file()).unwrap();
    fs::write(home.file(), "# mine\n").unwrap();
    let error = sheet.replace("language = \"en\"\n", &[]).unwrap_err();
    assert!(matches!(error, EditError::Changed { .. }), "{error}");
    assert_eq!((home.text().as_str(), home.files()), ("# mine\n", 1));
}

#[test]
fn a_file_that_is_missing_says_what_writes_one() {
    let home = Home::new("");
    let error = Sheet::read(&home.0.path().join("other.toml")).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("other.toml does not exist; `mscons-gateway init`")
    );
    fs::remove_file(home.file()).unwrap();
    assert!(matches!(
        Sheet::read(&home.file()),
        Err(EditError::Missing { .. })
    ));
}

#[test]
fn a_file_that_is_to_be_made_takes_nobodys_place() {
    let home = Home::new("");
    fs::remove_file(home.file()).unwrap();
    let blank = Sheet::blank(&home.file()).unwrap();
    let other = Sheet::blank(&home.file()).unwrap();
    assert!(blank.is_blank() && blank.is_ours().is_ok());
    blank.replace("language = \"en\"\n", &[]).unwrap();
    let mode = fs::metadata(home.file()).unwrap().permissions().mode();
    assert_eq!((mode & 0o777, home.files()), (0o600, 1));
    let error = other.replace("language = \"de\"\n", &[]).unwrap_err();
    assert!(matches!(error, EditError::Changed { .. }), "{error}");
    assert_eq!(
        (home.text().as_str(), home.files()),
        ("language = \"en\"\n", 1)
    );
}

#[test]
fn what_is_printed_of_a_file_holds_nothing_of_its_text() {
    let home = Home::new("[smtp]\npassword = \"geheim\"\n");
    let printed = format!("{:?}", Sheet::read(&home.file()).unwrap());
    assert!(
        printed.contains("gateway.toml") && !printed.contains("geheim"),
        "{printed}"
    );
}

#[test]
fn keys_of_the_environment_are_known_by_their_variable() {
    let home = Home::new("[[microsoft]]\nname = \"main\"\n");
    let sheet = Sheet::read(&home.file()).unwrap();
    let variable = "MSCONS_GATEWAY__MICROSOFT__MAIN__TENANT_ID";
    let origins = sheet.origins(&[(variable.to_owned(), "t".to_owned())]);
    assert_eq!(origins["microsoft[0].tenant_id"], variable);
}
