//! What /proc says of a process; see proc(5).
