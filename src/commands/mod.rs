//! One file per verb: from parsed arguments to calls into the rooms below.

pub mod confine;
