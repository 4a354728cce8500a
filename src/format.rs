//! Values as text: CSV, JSON, NDJSON and a table for the terminal. One record, the same names everywhere.

pub mod csv;
pub mod json;
pub mod record;
pub mod table;

pub use record::Record;
