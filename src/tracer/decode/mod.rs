//! From registers to arguments: what a system call was asked, in strace's notation.
