//! Judging traces of a few lines.
