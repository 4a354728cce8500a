//! Acknowledgements: what is told to a partner of what came from it, and by when.
//!
//! [`Terms`] are what the configuration agrees with whom; [`heard`] says, without looking into the
//! store, what is to be said of an interchange; [`Acknowledgement::written`] makes it a mail. All of
//! it is pure: `ingest` decides what came for the first time, and keeps the mails with the values.

mod heard;
mod letter;
mod terms;

pub use heard::{Acknowledgement, Heard, Verdict, heard, is_answered, of_request};
pub use letter::AcknowledgeError;
pub use terms::{Agreement, Terms, TermsNow};
