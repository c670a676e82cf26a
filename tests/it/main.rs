//! Integration tests: one binary, one module per subject.

mod cli;
mod oracle;
mod report;
mod site;
mod tidy;
