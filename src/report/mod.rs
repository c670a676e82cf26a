//! Formats of a scorecard: each a function of the same value.
