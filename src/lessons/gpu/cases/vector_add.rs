//! `vector_add(a, b, c, n)`: c = a + b, a thread for each element.

use super::values::{floats, meet};
use super::{
    COMPUTES, Contract, EVEN, Expected, Input, Kind, LARGE, Parameter, Plan, SIZES, blocks, int,
    vector, vectors,
};
use crate::lessons::chance::Source;

/// Threads of a block.
const BLOCKS: &[usize] = &[64, 100, 256, 1024];

/// The contract.
pub(super) const CONTRACT: Contract = Contract {
    lab: "vector-add",
    function: "vector_add",
    parameters: &[Kind::Pointer, Kind::Pointer, Kind::Pointer, Kind::Int],
    plans,
    large: || vector(1 << 25, blocks(1 << 25, 256), 256).with(Input::Real),
    make,
};

fn plans() -> Vec<Plan> {
    let mut plans = vectors(SIZES, BLOCKS, blocks);
    plans.push(vector(1000, blocks(1000, 256), 256).with(Input::Special));
    plans.push(
        vector(LARGE, blocks(LARGE, 256), 256)
            .with(Input::Real)
            .of(COMPUTES),
    );
    plans.push(
        vector(EVEN, blocks(EVEN, 256), 256)
            .counted(&["coalesces"])
            .unwatched(),
    );
    plans
}

fn make(plan: &Plan, source: &mut Source) -> Vec<Parameter> {
    let [n, ..] = plan.sizes;
    let mut a = floats(source, n, plan.input);
    let mut b = floats(source, n, plan.input);
    if plan.input.is_special() {
        meet(source, &mut a, &mut b);
    }
    let c = a.iter().zip(&b).map(|(a, b)| Expected::exactly(a + b));
    vec![
        Parameter::floats("a", &a),
        Parameter::floats("b", &b),
        Parameter::result("c", c.collect()),
        int(n),
    ]
}
