//! `/messages`: what arrived, newest first.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::store::StoreError;
use crate::store::ledger::{Examined, MailRecord, MessageRecord, NotedRemark};
use crate::store::outbox::Purpose;
use crate::text::{Text, shorten};
use crate::web::Context;
use crate::web::pages::outbox::called;
use crate::web::pages::{CELL_CHARACTERS, Shell, Tab, render, show};

/// A message in a table.
pub(crate) struct MessageRow {
    /// Its number, the target of links.
    pub(crate) sequence: u64,
    /// When it arrived.
    pub(crate) arrived: String,
    /// Type and version.
    pub(crate) kind: String,
    /// Prüfidentifikator, or empty.
    pub(crate) pid: String,
    /// MP-ID of the sender.
    pub(crate) sender: String,
    /// MP-ID of the receiver.
    pub(crate) receiver: String,
    /// Document number.
    pub(crate) document: String,
    /// Whether it was cancelled.
    pub(crate) is_cancelled: bool,
    /// What else there is to say.
    pub(crate) note: String,
    /// What the rules of the market said, in short; empty if they were not asked.
    pub(crate) ahb: String,
    /// Each of it.
    pub(crate) ahb_remarks: Vec<String>,
    /// How many values it brought.
    pub(crate) values: String,
    /// Sender and subject of its mail.
    pub(crate) mail: String,
    /// The mailbox it came from.
    pub(crate) mailbox: String,
}

impl MessageRow {
    /// The ready row of a message and its mail, if that is to be shown.
    pub(crate) fn of(
        sequence: u64,
        message: &MessageRecord,
        mail: Option<&MailRecord>,
        examined: Option<&Examined>,
        text: &Text,
    ) -> Self {
        let cell = |from_mail: &str| shorten(from_mail, CELL_CHARACTERS);
        let mut notes = Vec::new();
        if let Some(dated) = message.document_date {
            notes.push(text.message_dated(&text.date_time(dated)));
        }
        if let Some(document) = &message.cancels {
            notes.push(text.message_cancels(&cell(document)));
        }
        if message.cancelled_by.is_some() {
            notes.push(text.message_cancelled());
        }
        Self {
            sequence,
            arrived: text.date_time(message.arrived),
            kind: cell(&format!("{} {}", message.kind, message.version)),
            pid: message.pid.map_or_else(String::new, |pid| pid.to_string()),
            sender: cell(&message.reference.sender),
            receiver: cell(&message.reference.receiver),
            document: cell(&message.document),
            is_cancelled: message.cancelled_by.is_some(),
            note: notes.join(", "),
            ahb: examined.map_or_else(String::new, |examined| ahb(examined, text)),
            ahb_remarks: examined.map_or_else(Vec::new, ahb_remarks),
            values: text.count(message.values),
            mail: mail.map_or_else(String::new, |mail| {
                let head = &mail.head;
                let parts = [head.from.as_str(), head.subject.as_str()];
                let known: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                cell(&known.join(" · "))
            }),
            mailbox: mail.map_or_else(String::new, |mail| match mail.mailbox.as_str() {
                "" => text.message_from_file(),
                name => name.to_owned(),
            }),
        }
    }
}

fn ahb(examined: &Examined, text: &Text) -> String {
    let (errors, warnings) = examined.counts();
    let (errors, warnings) = (errors as u64, warnings as u64);
    match (errors, warnings, examined.rules) {
        (0, 0, 0) => text.message_ahb_unchecked(),
        (0, 0, rules) => text.message_ahb_kept(rules.into()),
        (0, _, _) => format!("AHB: {}", text.message_ahb_warnings(warnings)),
        (_, 0, _) => text.message_ahb_errors(errors),
        _ => format!(
            "{}, {}",
            text.message_ahb_errors(errors),
            text.message_ahb_warnings(warnings)
        ),
    }
}

/// Which rules were asked, and what each of those that are broken says.
fn ahb_remarks(examined: &Examined) -> Vec<String> {
    let remarks = examined.remarks.iter().map(|remark| {
        let NotedRemark {
            rule,
            segment,
            times,
            detail,
            ..
        } = remark;
        let times = match times {
            0 | 1 => String::new(),
            times => format!(" (×{times})"),
        };
        format!("{segment}: {rule}: {detail}{times}")
    });
    let more = (examined.left_out > 0).then(|| format!("+{}", examined.left_out));
    let basis = std::iter::once(examined.basis.clone());
    let lines = basis.chain(remarks).chain(more);
    lines
        .map(|line| shorten(&line, REMARK_CHARACTERS))
        .collect()
}

#[derive(Template)]
#[template(path = "messages.html", config = "src/web/askama.toml")]
struct MessagesPage<'a> {
    shell: Shell<'a>,
    messages: Vec<MessageRow>,
    older: String,
    is_newest: bool,
}

/// What the address says.
#[derive(Debug, Deserialize)]
pub(crate) struct Address {
    /// Only messages below this number.
    below: Option<u64>,
}

/// What the page is made of.
struct Shown {
    rows: Vec<Arrived>,
    is_newest: bool,
    quarantine: u64,
}

struct Arrived {
    sequence: u64,
    message: MessageRecord,
    mail: Option<MailRecord>,
    /// What the rules of the market said of it, if they were asked.
    examined: Option<Examined>,
    /// What is told of it to its sender, and the numbers of the mails.
    answers: Vec<(u64, Purpose)>,
}

/// The handler.
pub(crate) async fn page(context: Data<Context>, address: Query<Address>) -> HttpResponse {
    show(context, move |context| {
        let data = gather(context, address.below)?;
        render(&view(&data, &context.text))
    })
    .await
}

fn gather(context: &Context, below: Option<u64>) -> Result<Shown, StoreError> {
    let store = context.store.as_ref();
    let messages = store
        .messages(below.unwrap_or(u64::MAX), MESSAGES_A_PAGE)?
        .into_iter()
        .map(|(at, message)| {
            let mut answers = Vec::new();
            for number in store.answers(&message.interchange)? {
                let answer = store.outbox_record(number)?;
                answers.extend(answer.map(|answer| (number, answer.purpose)));
            }
            Ok(Arrived {
                sequence: at,
                mail: store.mail(message.mail)?,
                examined: store.examined(at)?,
                message,
                answers,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(Shown {
        rows: messages,
        is_newest: below.is_none(),
        quarantine: store.totals()?.quarantine,
    })
}

fn view<'a>(data: &Shown, text: &'a Text) -> MessagesPage<'a> {
    let is_full = data.rows.len() == MESSAGES_A_PAGE;
    let last = data.rows.last().filter(|_| is_full);
    MessagesPage {
        shell: Shell::new(text, Tab::Messages, text.messages_title(), data.quarantine),
        messages: data.rows.iter().map(|arrived| row(arrived, text)).collect(),
        older: last.map_or_else(String::new, |last| {
            format!("/messages?below={}", last.sequence)
        }),
        is_newest: data.is_newest,
    }
}

/// Of what a rule says: it can name dozens of codes.
const REMARK_CHARACTERS: usize = 300;

fn row(arrived: &Arrived, text: &Text) -> MessageRow {
    let Arrived {
        sequence,
        message,
        mail,
        examined,
        answers,
    } = arrived;
    let mut row = MessageRow::of(*sequence, message, mail.as_ref(), examined.as_ref(), text);
    let answers = answers.iter().map(|(number, purpose)| {
        let what = called(*purpose, text);
        text.message_answered(&what, *number)
    });
    let own = Some(row.note).filter(|note| !note.is_empty());
    let notes: Vec<String> = own.into_iter().chain(answers).collect();
    row.note = notes.join(", ");
    row
}

/// A screen or two.
const MESSAGES_A_PAGE: usize = 50;

#[cfg(test)]
mod tests {

    use super::*;
    use crate::store::ledger::MessageReference;
    use crate::text::Language;

    fn message() -> MessageRecord {
        MessageRecord {
            interchange: [0; 32],
            mail: 1,
            reference: MessageReference {
                sender: "9905048000007".to_owned(),
                receiver: "9985046000001".to_owned(),
                interchange: "REF1".to_owned(),
                message: "1".to_owned(),
            },
            kind: "MSCONS".to_owned(),
            version: "2.4c".to_owned(),
            document: "D".repeat(500),
            pid: Some(13025),
            document_date: Some(0),
            arrived: 3600,
            cancels: None,
            values: 2976,
            offset_bytes: 0,
            length_bytes: 0,
            cancelled_by: Some(9),
        }
    }

    #[test]
    fn a_row_says_that_its_message_was_cancelled_and_cuts_what_a_mail_made_too_long() {
        let text = Text::new(Language::De);
        let row = MessageRow::of(7, &message(), None, None, &text);
        assert!(row.is_cancelled);
        assert_eq!(row.note, "vom 01.01.1970 00:00, storniert");
        assert_eq!(row.document.chars().count(), CELL_CHARACTERS + 1);
        assert_eq!(row.values, "2.976");
    }

    #[test]
    fn a_row_says_what_the_rules_of_the_market_said() {
        let text = Text::new(Language::De);
        let remark = |is_error, times| NotedRemark {
            rule: "AHB-13025-00026-QTY-6063-CODE".to_owned(),
            is_error,
            segment: 13,
            offset_bytes: 300,
            times,
            detail: "QTY: DE 6063 is \"79\"".to_owned(),
        };
        let row = |rules, remarks| {
            let examined = Examined {
                rules,
                basis: "checked: what there is".to_owned(),
                remarks,
                left_out: 0,
            };
            let row = MessageRow::of(7, &message(), None, Some(&examined), &text);
            (row.ahb, row.ahb_remarks)
        };
        let basis = "checked: what there is".to_owned();
        let (short, lines) = row(99, vec![remark(true, 3), remark(false, 1)]);
        assert_eq!(short, "AHB: 1 Fehler, 1 Warnung");
        assert_eq!(
            lines[1],
            "13: AHB-13025-00026-QTY-6063-CODE: QTY: DE 6063 is \"79\" (×3)"
        );
        assert_eq!(
            row(99, vec![]),
            ("AHB: 99 Regeln erfüllt".to_owned(), vec![basis.clone()])
        );
        assert_eq!(
            row(0, vec![]),
            ("AHB: nicht geprüft".to_owned(), vec![basis])
        );
    }

    #[test]
    fn a_full_page_leads_to_the_older_ones_and_the_last_one_does_not() {
        let text = Text::new(Language::En);
        let data = |count: u64| Shown {
            rows: (0..count)
                .rev()
                .map(|at| Arrived {
                    sequence: at + 10,
                    message: message(),
                    mail: None,
                    examined: None,
                    answers: Vec::new(),
                })
                .collect(),
            is_newest: true,
            quarantine: 0,
        };
        assert_eq!(view(&data(50), &text).older, "/messages?below=10");
        assert_eq!(view(&data(49), &text).older, "");
    }
}
