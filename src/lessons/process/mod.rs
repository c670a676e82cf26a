//! The lesson `process`: signals, fork, exec, limits.
