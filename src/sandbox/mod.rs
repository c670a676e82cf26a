//! Confines a submission: namespaces, mounts, limits, seccomp; and the workshop that holds its files.
