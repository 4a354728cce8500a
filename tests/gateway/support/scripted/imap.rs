//! What a good IMAP server says.

/// The answer of a server whose mails are `Mail n`.
pub(super) fn good_answer(command: &str, capabilities: &str, mails: u32) -> String {
    let before = if command == "GREETING" {
        return format!("* OK [CAPABILITY IMAP4rev1 {capabilities}] ready\r\n");
    } else if command.starts_with("CAPABILITY") {
        format!("* CAPABILITY IMAP4rev1 {capabilities}\r\n")
    } else if command.starts_with("SELECT") || command.starts_with("EXAMINE") {
        format!(
            "* {mails} EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT {}] ok\r\n",
            mails + 1
        )
    } else if let Some(rest) = command.strip_prefix("UID FETCH ") {
        let (set, items) = rest.split_once(' ').unwrap();
        set_of(set, mails).map(|uid| fetch(uid, items)).collect()
    } else if let Some(rest) = command.strip_prefix("FETCH ") {
        let (set, items) = rest.split_once(' ').unwrap();
        set_of(set, mails).map(|uid| fetch(uid, items)).collect()
    } else if let Some(set) = command.strip_prefix("UID SEARCH UID ") {
        let found: Vec<String> = set_of(set, mails).map(|uid| uid.to_string()).collect();
        format!("* SEARCH {}\r\n", found.join(" "))
    } else if command.starts_with("UID SEARCH") {
        "* SEARCH\r\n".to_owned()
    } else {
        String::new()
    };
    format!("{before}$T OK done\r\n")
}

fn fetch(uid: u32, items: &str) -> String {
    let mail = format!("Subject: {uid}\r\n\r\nMail {uid}\r\n");
    let length = mail.len();
    if items.contains("BODY.PEEK[]") {
        format!("* {uid} FETCH (UID {uid} BODY[] {{{length}}}\r\n{mail})\r\n")
    } else {
        format!("* {uid} FETCH (UID {uid} RFC822.SIZE {length} FLAGS ())\r\n")
    }
}

/// The UIDs of a set that have a mail.
fn set_of(set: &str, mails: u32) -> impl Iterator<Item = u32> {
    let ranges: Vec<_> = set
        .split(',')
        .map(|part| {
            let (first, last) = part.split_once(':').unwrap_or((part, part));
            let number = |text: &str| text.parse().unwrap_or(mails);
            let (first, last) = (number(first), number(last));
            first.min(last)..=first.max(last).min(mails)
        })
        .collect();
    ranges.into_iter().flatten()
}
