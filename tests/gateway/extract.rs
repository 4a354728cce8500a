//! The mails of `fixtures/mail`, each with what must come out of it beside it.

use std::path::Path;
use std::{fs, io};

use mscons_gateway::extract::{Bounds, Candidate, Extract, Head, Refused, candidates};
use sha2::{Digest, Sha256};

#[test]
fn every_mail_gives_what_is_expected() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail");
    let mut mails = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "eml") {
            mails += 1;
            let found = candidates(&fs::read(&path)?, &Bounds::default());
            let expected = fs::read_to_string(path.with_extension("expected"))?;
            assert_eq!(print(&found), expected, "{}", path.display());
        }
    }
    assert!(mails > 20, "only {mails} mails in fixtures/mail");
    Ok(())
}

fn print(extract: &Extract) -> String {
    let Head {
        from,
        subject,
        message_id,
    } = &extract.head;
    let mut lines = vec![
        format!("from: {from}"),
        format!("subject: {subject}"),
        format!("message-id: {message_id}"),
    ];
    for Candidate { name, bytes } in &extract.candidates {
        let digest: Vec<String> = Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        lines.push(format!(
            "candidate: {name}, {} bytes, sha256 {}",
            bytes.len(),
            digest.concat()
        ));
    }
    for Refused { name, reason } in &extract.refused {
        lines.push(format!("refused: {name}: {reason}"));
    }
    lines.join("\n") + "\n"
}
