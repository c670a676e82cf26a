//! Call sites: which line of the learner's program made a system call.
