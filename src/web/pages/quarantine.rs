//! `/quarantine`: what was not understood, why, and where it came from.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::store::StoreError;
use crate::store::ledger::{MailRecord, QuarantineRecord};
use crate::text::{Text, shorten};
use crate::web::Context;
use crate::web::pages::{CELL_CHARACTERS, Shell, Tab, render, show};

#[derive(Template)]
#[template(path = "quarantine.html", config = "src/web/askama.toml")]
struct QuarantinePage<'a> {
    shell: Shell<'a>,
    count: String,
    entries: Vec<Entry>,
    more: String,
}

struct Entry {
    number: String,
    name: String,
    arrived: String,
    mailbox: String,
    mail: String,
    messages: String,
    reasons: Vec<String>,
    more: String,
    /// Where its bytes are; empty if there are none.
    content_href: String,
}

/// The handler.
pub(crate) async fn page(context: Data<Context>) -> HttpResponse {
    show(context, |context| {
        let (count, entries) = gather(context)?;
        render(&view(count, &entries, &context.text))
    })
    .await
}

type WithMail = (u64, QuarantineRecord, Option<MailRecord>);

/// How many entries there are, and the newest of them.
fn gather(context: &Context) -> Result<(u64, Vec<WithMail>), StoreError> {
    let store = context.store.as_ref();
    let all = store.quarantine()?;
    let count = u64::try_from(all.len()).unwrap_or(u64::MAX);
    let newest = all
        .into_iter()
        .rev()
        .take(MOST_ENTRIES)
        .map(|(number, record)| {
            let mail = store.mail(record.mail)?;
            Ok((number, record, mail))
        })
        .collect::<Result<_, StoreError>>()?;
    Ok((count, newest))
}

fn view<'a>(count: u64, entries: &[WithMail], text: &'a Text) -> QuarantinePage<'a> {
    let shown = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    let hidden = count.saturating_sub(shown);
    QuarantinePage {
        shell: Shell::new(text, Tab::Quarantine, text.quarantine_title(), count),
        count: text.quarantine_count(count),
        entries: entries.iter().map(|entry| ready(entry, text)).collect(),
        more: if hidden > 0 {
            text.quarantine_more(hidden)
        } else {
            String::new()
        },
    }
}

fn ready((number, record, mail): &WithMail, text: &Text) -> Entry {
    let cell = |from_mail: &str| shorten(from_mail, CELL_CHARACTERS);
    let hidden = record.reasons.len().saturating_sub(MOST_REASONS);
    Entry {
        number: text.quarantine_number(&number.to_string()),
        name: cell(&record.name),
        arrived: text.date_time(record.arrived),
        mailbox: match record.mailbox.as_str() {
            "" => text.message_from_file(),
            name => text.quarantine_mailbox(name),
        },
        mail: mail.as_ref().map_or_else(String::new, |mail| {
            cell(&format!("{} · {}", mail.head.from, mail.head.subject))
        }),
        messages: if record.messages.is_empty() {
            String::new()
        } else {
            text.quarantine_messages(&cell(&record.messages.join(", ")))
        },
        reasons: record
            .reasons
            .iter()
            .take(MOST_REASONS)
            .map(|why| shorten(why, 400))
            .collect(),
        more: match u64::try_from(hidden).unwrap_or(u64::MAX) {
            0 => String::new(),
            hidden => text.quarantine_more(hidden),
        },
        content_href: match record.place {
            Some(_) => format!("/quarantine/{number}/content"),
            None => String::new(),
        },
    }
}

/// More than a person reads at once; the command line lists all.
const MOST_ENTRIES: usize = 200;
/// A broken interchange can have thousands of findings that say the same.
const MOST_REASONS: usize = 12;

#[cfg(test)]
mod tests {

    use super::*;
    use crate::text::Language;

    fn record(reasons: usize) -> QuarantineRecord {
        QuarantineRecord {
            mail: 1,
            arrived: 0,
            mailbox: String::new(),
            name: "<b>a.edi</b>".to_owned(),
            messages: vec!["1".to_owned(), "2".to_owned()],
            reasons: (0..reasons)
                .map(|at| format!("segment {at}: UNT count"))
                .collect(),
            place: None,
        }
    }

    #[test]
    fn a_flood_of_reasons_is_cut_and_counted() {
        let text = Text::new(Language::En);
        let page = view(1, &[(4, record(1000), None)], &text);
        assert_eq!(page.entries[0].reasons.len(), MOST_REASONS);
        assert_eq!(page.entries[0].more, "and 988 more");
        assert_eq!(page.entries[0].messages, "Messages 1, 2");
    }

    #[test]
    fn a_name_from_a_mail_stays_text_in_the_page() {
        let text = Text::new(Language::En);
        let page = render(&view(1, &[(4, record(1), None)], &text)).unwrap();
        assert!(page.contains("&#60;b&#62;a.edi"), "{page}");
        assert!(!page.contains("<b>a.edi"));
    }

    #[test]
    fn an_empty_quarantine_says_so() {
        let text = Text::new(Language::De);
        assert!(
            render(&view(0, &[], &text))
                .unwrap()
                .contains("Die Quarantäne ist leer")
        );
    }
}
