//! Metrics: the table of all of them, and one function for each.
