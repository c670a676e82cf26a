//! Which opcodes the kernels of the suite executed.
