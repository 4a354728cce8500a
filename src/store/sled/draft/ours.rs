//! Mails of ours, what is said of them, and what waits for one.

use crate::store::StoreError;
use crate::store::keys::{self, Kind};
use crate::store::ledger::MessageRecord;
use crate::store::outbox::OutboxRecord;
use crate::store::request::{AskedRecord, NewReply, ReplyRecord};
use crate::store::sled::draft::Draft;
use crate::store::sled::records::put;

impl Draft<'_> {
    /// A request of somebody else's.
    pub(super) fn asked(&mut self, asked: &AskedRecord) -> Result<(), StoreError> {
        let key = keys::asked(&asked.interchange, &asked.message);
        put(&mut self.writes, key, asked)
    }

    /// A mail of ours as it is from now on.
    pub(super) fn outbox(&mut self, number: u64, mail: &OutboxRecord) -> Result<(), StoreError> {
        let key = keys::numbered(Kind::Outbox, number);
        let before: Option<OutboxRecord> = self.records.get(&key)?;
        if let Some(before) = before
            && let Some(due) = before.due()
        {
            if let Some(count) = self.news.outbox.of(before.state) {
                *count = count.saturating_sub(1);
            }
            self.writes.remove(keys::undone(before.route, due, number));
        }
        if let Some(count) = self.news.outbox.of(mail.state) {
            *count += 1;
        }
        if let Some(due) = mail.due() {
            put(&mut self.writes, keys::undone(mail.route, due, number), &())?;
        }
        if !mail.message_id.is_empty() {
            put(&mut self.writes, keys::sent(&mail.message_id), &number)?;
        }
        if !mail.reference.is_empty() {
            put(&mut self.writes, keys::sent(&mail.reference), &number)?;
            let whom = (number, mail.partner.clone());
            self.sent.insert(mail.reference.clone(), whom);
        }
        if let Some(answers) = &mail.answers {
            let key = keys::answer(&answers.interchange, number);
            put(&mut self.writes, key, &())?;
            if let Some(message) = &answers.message {
                self.writes
                    .remove(keys::asked(&answers.interchange, message));
            }
        }
        put(&mut self.writes, key, mail)
    }

    /// Number and receiver of the mail of ours with this reference.
    fn of_ours(&self, reference: &str) -> Result<Option<(u64, String)>, StoreError> {
        if let Some(new) = self.sent.get(reference) {
            return Ok(Some(new.clone()));
        }
        let number: Option<u64> = self.records.get(&keys::sent(reference))?;
        let Some(number) = number else {
            return Ok(None);
        };
        let mail: Option<OutboxRecord> = self.records.get(&keys::numbered(Kind::Outbox, number))?;
        Ok(mail.map(|mail| (number, mail.partner)))
    }

    /// What a message says of a mail of ours, if it comes from whom the mail went to.
    pub(super) fn reply(
        &mut self,
        new: &NewReply,
        record: &MessageRecord,
        sequence: u64,
    ) -> Result<(), StoreError> {
        let Some((number, partner)) = self.of_ours(&new.reference)? else {
            return Ok(());
        };
        if partner != record.reference.sender {
            return Ok(());
        }
        if new.reply.is_no() {
            let mail = keys::numbered(Kind::Rejected, number);
            put(&mut self.writes, mail, &record.arrived)?;
        }
        let reply = ReplyRecord {
            arrived: record.arrived,
            reply: new.reply,
            text: new.text.clone(),
        };
        put(&mut self.writes, keys::reply(number, sequence), &reply)
    }
}
