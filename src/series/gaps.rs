//! Gaps: intervals of a regular series that no message spoke of.
