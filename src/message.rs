//! Messages: segments to meaning, and back.

pub mod mscons;
