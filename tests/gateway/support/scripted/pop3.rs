//! What a good POP3 server says.

/// The mail that a good server gives under a number.
pub(crate) fn mail(number: u32) -> String {
    format!("Subject: {number}\r\n\r\nMail {number}\r\n")
}

/// The answer of a server whose mails are `Mail n`; capabilities by commas.
pub(super) fn good_answer(command: &str, capabilities: &str, mails: u32) -> String {
    let (verb, argument) = command.split_once(' ').unwrap_or((command, ""));
    match verb {
        "CAPA" => {
            let lines = capabilities.replace(',', "\r\n");
            format!("+OK\r\n{lines}\r\n.\r\n")
        }
        "UIDL" => listing(mails, |number| format!("uid-{number}")),
        "LIST" => listing(mails, |number| mail(number).len().to_string()),
        "RETR" => format!("+OK\r\n{}.\r\n", mail(argument.parse().unwrap())),
        _ => "+OK\r\n".to_owned(),
    }
}

fn listing(mails: u32, of: impl Fn(u32) -> String) -> String {
    let mut lines = vec!["+OK".to_owned()];
    lines.extend((1..=mails).map(|number| format!("{number} {}", of(number))));
    format!("{}\r\n.\r\n", lines.join("\r\n"))
}
