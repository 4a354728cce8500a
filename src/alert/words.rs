//! What is said of a condition, in the configured language.

use crate::alert::judge::Condition;
use crate::text::Text;

/// A few words.
pub(super) fn title(condition: &Condition, text: &Text) -> String {
    match condition {
        Condition::MailboxStale { mailbox, .. } => text.alert_mailbox_stale(mailbox),
        Condition::Quarantine { .. } => text.alert_quarantine(),
        Condition::Certificate { mailbox, .. } => text.alert_certificate(mailbox),
        Condition::Disk(_) => text.alert_disk(),
        Condition::Overdue { name, .. } if name.is_empty() => text.alert_overdue(),
        Condition::Overdue { name, .. } => text.alert_overdue_of(name),
        Condition::Account {
            account,
            needs_sign_in: true,
            ..
        } => text.alert_account_sign_in(account),
        Condition::Account { account, .. } => text.alert_account(account),
        Condition::AccountCredential { account, .. } => text.alert_account_credential(account),
        Condition::Outbox { .. } => text.alert_outbox(),
        Condition::Rejected { .. } => text.alert_rejected(),
    }
}

/// A sentence more.
pub(super) fn detail(condition: &Condition, text: &Text) -> String {
    match condition {
        Condition::MailboxStale { since, .. } => {
            text.alert_mailbox_stale_detail(&text.date_time(since.seconds()))
        }
        Condition::Quarantine { entries } => text.alert_quarantine_detail(*entries),
        Condition::Certificate { until, .. } => {
            text.alert_certificate_detail(&text.date_time(until.seconds()))
        }
        Condition::Disk(room) => {
            let (free, total) = (text.bytes(room.free_bytes), text.bytes(room.total_bytes));
            text.alert_disk_detail(&free, &total)
        }
        Condition::Overdue { series, since, .. } => {
            text.alert_overdue_detail(*series, &text.date_time(since.seconds()))
        }
        Condition::Account { what, .. } => what.clone(),
        Condition::AccountCredential { until, .. } => {
            text.alert_account_credential_detail(&text.date_time(until.seconds()))
        }
        Condition::Outbox { mails } => text.alert_outbox_detail(*mails),
        Condition::Rejected { mails } => text.alert_rejected_detail(*mails),
    }
}
