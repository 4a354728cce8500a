//! Messages: segments to meaning, and back.
//!
//! [`mscons`] brings values. [`orders`] asks for them, [`ordrsp`] answers that, [`contrl`] and
//! [`aperak`] say how something was received, and [`acknowledgement`] by when. [`transfer`] is the
//! interchange that carries one of ours, [`incoming`] reads those of others. [`ahb`] puts a message
//! before the rules of the market.

pub mod acknowledgement;
pub mod ahb;
pub mod aperak;
pub mod contrl;
pub mod incoming;
pub mod message_type;
pub mod mscons;
pub mod orders;
pub mod ordrsp;
mod reading;
pub mod transfer;

#[cfg(test)]
mod tests;
