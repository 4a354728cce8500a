//! What should arrive: which series, by when, and what of it has not come.
//!
//! A [`Plan`] is what the configuration says; a [`Target`] one location and OBIS code that is
//! looked at, with the series that it has in the store, if it has any. [`gaps::find`] tells what a
//! period lacks, [`overdue::survey`] what is late, and [`Watch`] keeps the latest answer for
//! whoever wants to show it.

pub mod due;
pub mod gaps;
pub mod overdue;
pub mod plan;
pub mod target;
mod watch;

pub use gaps::MissingRun;
pub use overdue::Survey;
pub use plan::Plan;
pub use target::Target;
pub use watch::Watch;
