//! (to be written)

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::config::mailbox::Mailbox;
use crate::mail::{Intake, MailError, Summary};

/// (to be written)
///
/// # Errors
/// [`MailError`]
pub async fn poll<I: Intake>(
    _mailbox: &Mailbox,
    _budget: Arc<Semaphore>,
    _intake: &I,
    _progress: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<Summary, MailError> {
    todo!()
}
