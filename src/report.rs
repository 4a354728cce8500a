//! Reports: from figures to content, and from content to HTML, plain text and PDF.
//!
//! Pure: what it tells of was read by `press`. A [`Content`] is the same words, tables and charts
//! in each form, so that a mail with its pictures blocked, and one read as plain text, say as much.

pub mod compared;
pub mod content;
pub mod digest;
pub mod energy;
pub mod figures;
pub mod html;
pub mod pdf;
pub mod plain;
pub mod scorecard;
pub mod span;

pub use content::Content;
pub use figures::Figures;
pub use span::Span;
