//! What keeps the gateway well, by hand or by itself.

pub mod doctor;
pub mod provider;
pub mod survey;
