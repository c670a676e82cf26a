//! Which submissions have large parts in common: something for a person to look at, never a
//! penalty.
//!
//! Tokens are fingerprinted by winnowing (S. Schleimer, D. Wilkerson, A. Aiken: Winnowing: Local
//! Algorithms for Document Fingerprinting, SIGMOD 2003): of every [`WINDOW`] hashes of [`GRAM`]
//! tokens in a row the smallest is kept, so that any common run of `GRAM + WINDOW - 1` tokens is
//! found. Names, numbers and texts count as their kind alone: renaming hides nothing. What is in
//! the starter counts for nobody, nor does what very many have.
//!
//! Blind spots: so many copies with small changes that they pass for what everybody writes (copies
//! without changes are told by themselves); and order. Statements that are shuffled one by one share no long run; functions that are
//! moved as a whole do.

mod compare;
mod exports;
mod fingerprint;
mod language;
mod lexer;

pub use crate::model::similarity::{Compared, Pair, Region, Sources};
pub use compare::compare;
pub use exports::{dolos, jplag};
pub use language::Language;

/// Tokens that are hashed together: shorter common runs are chance.
pub const GRAM: usize = 20;

/// Hashes of which one is kept.
pub const WINDOW: usize = 12;
