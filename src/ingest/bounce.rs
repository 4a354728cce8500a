//! Mails that came back: what a delivery status notification changes of a mail of ours.

use crate::extract::report::{Action, Fate, Report};
use crate::ingest::IngestError;
use crate::market::calendar::UtcTime;
use crate::store::Store;
use crate::store::outbox::{OutboxRecord, OutboxState};

/// What a report changes: number and record of the mail of ours that it speaks of, if it is one
/// that went to this recipient and that the server took.
///
/// Whoever knows `Message-ID` and recipient of a mail can say so: it marks the mail, and nothing
/// follows from that but that a person is told.
pub(super) fn heard(
    store: &dyn Store,
    report: &Report,
    now: UtcTime,
) -> Result<Option<(u64, OutboxRecord)>, IngestError> {
    let Some(number) = store.sent(&report.message_id)? else {
        return Ok(None);
    };
    let Some(mail) = store.outbox_record(number)? else {
        return Ok(None);
    };
    let is_it = |fate: &&Fate| {
        let mut addresses = fate.addresses.iter();
        addresses.any(|address| address.eq_ignore_ascii_case(&mail.to))
    };
    let fate = report.recipients.iter().find(is_it);
    let (Some(fate), OutboxState::Sent | OutboxState::Bounced) = (fate, mail.state) else {
        return Ok(None);
    };
    if mail.message_id != report.message_id {
        return Ok(None);
    }
    let mail = match fate.action {
        Action::Failed => mail.bounced(format!("it came back: {}", fate.reason), now),
        Action::Delayed if mail.state == OutboxState::Sent => OutboxRecord {
            answer: format!("not delivered yet: {}", fate.reason),
            ..mail
        },
        Action::Delayed | Action::Done => mail,
    };
    Ok(Some((number, mail)))
}
