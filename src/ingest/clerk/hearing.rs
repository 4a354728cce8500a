//! What partners hear of what came: once, and the same again if they ask again.

use crate::acknowledge::{Acknowledgement, Verdict};
use crate::clock;
use crate::ingest::IngestError;
use crate::ingest::clerk::Clerk;
use crate::ingest::clerk::draft::Draft;
use crate::ingest::dispatch;
use crate::mailbox::MailId;
use crate::store::ledger::{Hash, MailRecord};
use crate::store::outbox::Step;

impl Clerk {
    /// Puts an acknowledgement into the outbox. One that cannot be written keeps nothing from being
    /// taken in.
    pub(super) fn say(
        &mut self,
        hash: Hash,
        said: Acknowledgement,
        draft: &mut Draft,
    ) -> Result<(), IngestError> {
        let slot = self.next_slot();
        let verdicts: Vec<Verdict> = said.verdicts().collect();
        let mail = match said.written(hash, &slot) {
            Ok(mail) => mail,
            Err(error) => {
                let mailbox = &draft.mail.mailbox;
                tracing::error!(mailbox, %error, "an acknowledgement cannot be written; nothing is said");
                return Ok(());
            }
        };
        let (record, _) = dispatch::file(mail, &slot, &self.archive)?;
        draft.outbox.push((slot.number, record));
        draft.verdicts.extend(verdicts);
        Ok(())
    }

    /// What was said of an interchange goes again as the same mail, since the interchange came again:
    /// its sender may not have heard it.
    ///
    /// Not so if it is the mail that it came with before: a server that renews its UIDs, and a start
    /// after a crash, show mails again that nobody sent again. Of a file, nobody can tell.
    pub(super) fn say_again(
        &self,
        hash: &Hash,
        busy: &dyn Fn(u64) -> bool,
        draft: &mut Draft,
    ) -> Result<(), IngestError> {
        let numbers = self.store.answers(hash)?;
        if numbers.is_empty() || self.came_before(hash, &draft.mail)? {
            return Ok(());
        }
        let now = clock::now();
        for number in numbers.into_iter().filter(|number| !busy(*number)) {
            let record = self.store.outbox_record(number)?;
            let record = record.filter(|record| record.may_repeat(now));
            let record = record.map(|record| record.step(Step::Repeat, now));
            if let Some(Ok(record)) = record {
                draft.outbox.push((number, record));
                draft.repeated += 1;
            }
        }
        Ok(())
    }

    /// Whether a mail is one with this interchange that was taken in before.
    fn came_before(&self, hash: &Hash, mail: &MailRecord) -> Result<bool, IngestError> {
        let MailRecord {
            mailbox,
            folder,
            id,
            ..
        } = mail;
        let is_settled = match id {
            MailId::File { .. } | MailId::Ours { .. } => true,
            MailId::Imap { validity, uid } => {
                let cursor = self.store.cursor(mailbox, folder)?;
                cursor.is_some_and(|cursor| cursor.validity == *validity && cursor.is_settled(*uid))
            }
            MailId::Pop3 { .. } | MailId::Maildir { .. } => {
                self.store.settled(mailbox, std::slice::from_ref(id))? == [true]
            }
        };
        if is_settled {
            return Ok(true);
        }
        let Some(interchange) = self.store.interchange(hash)? else {
            return Ok(false);
        };
        let first = self.store.mail(interchange.mail)?;
        let message_id = &mail.head.message_id;
        Ok(first
            .is_some_and(|first| !message_id.is_empty() && first.head.message_id == *message_id))
    }
}
