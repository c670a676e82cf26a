//! The command line as a user meets it: help, errors, exit codes, streams.
