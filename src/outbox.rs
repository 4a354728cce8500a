//! The outbox: what is written goes out, once if all goes well, and never less.
//!
//! [`delivery`] hands what is due to the server, one recipient a transaction; [`verdict`] tells
//! what an answer means for the mail, and for those behind it; [`pace`] keeps to a server's rate.
//! [`history`] tells what partners said of it. All of it is durable step by step (`store::outbox`): `sending` before the first byte, the
//! outcome after the last. A crash between the two repeats the same bytes.

pub mod delivery;
pub mod history;
pub mod letter;
pub mod pace;
pub mod told;
pub mod verdict;

pub use delivery::{Courier, Rest, Routes};
pub use letter::Note;
