//! The instructions that the simulator knows.

/// Opcodes without their modifiers, sorted; every other one is refused when a module is loaded.
pub const OPCODES: &[&str] = &[
    "abs", "activemask", "add", "addc", "and", "atom", "bar", "barrier", "bfe", "bfi", "bfind",
    "bmsk", "bra", "brev", "brkpt", "brx", "call", "clz", "cnot", "copysign", "cos", "cp", "cvt",
    "cvta", "div", "dp4a", "elect", "ex2", "exit", "fence", "fma", "fns", "isspacep", "ld", "ldu",
    "lg2", "lop3", "mad", "mad24", "match", "max", "membar", "min", "mov", "mul", "mul24",
    "nanosleep", "neg", "not", "or", "pmevent", "popc", "prefetch", "prefetchu", "prmt", "rcp",
    "red", "redux", "rem", "ret", "rsqrt", "sad", "selp", "set", "setp", "shf", "shfl", "shl",
    "shr", "sin", "slct", "sqrt", "st", "sub", "subc", "tanh", "testp", "trap", "vote", "xor",
];

#[cfg(test)]
mod tests {
    #[test]
    fn opcodes_are_sorted() {
        assert!(super::OPCODES.is_sorted());
    }
}
