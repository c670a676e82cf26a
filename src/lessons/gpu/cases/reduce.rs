//! `reduce(in, out, n)`: out[0], which is zero before, is the sum.

use super::values::{floats, sprinkle};
use super::{
    Array, Contract, EVEN, Element, Input, Kind, LARGE, Parameter, Plan, SIZES, Start, Want,
    blocks, int, tolerance, vector,
};
use crate::lessons::chance::Source;

/// Threads of a block: whole warps.
const BLOCKS: &[usize] = &[64, 96, 256, 1024];

/// The contract.
pub(super) const CONTRACT: Contract = Contract {
    lab: "reduce",
    function: "reduce",
    parameters: &[Kind::Pointer, Kind::Pointer, Kind::Int],
    plans,
    large: || vector(1 << 26, 1024, 256).with(Input::Real),
    make,
};

fn plans() -> Vec<Plan> {
    let mut plans = Vec::new();
    for &n in SIZES {
        for &block in BLOCKS {
            plans.push(vector(n, blocks(n, block), block));
        }
        plans.push(vector(n, 5, 96));
    }
    plans.push(vector(4099, 1, 1024));
    plans.push(vector(1000, 2, 256).with(Input::Real));
    plans.push(vector(4099, 8, 256).with(Input::Real));
    plans.push(vector(1000, 4, 256).with(Input::Special));
    plans.push(vector(257, 1, 64).with(Input::Extreme));
    plans.push(vector(LARGE, 8, 256));
    plans.push(
        vector(EVEN, 8, 256)
            .counted(&["needs-few-atomics", "diverges-little"])
            .unwatched(),
    );
    plans
}

fn make(plan: &Plan, source: &mut Source) -> Vec<Parameter> {
    let [n, ..] = plan.sizes;
    let mut from = match plan.input {
        // Infinity alone: the sum is infinite, and not NaN.
        Input::Extreme => floats(source, n, Input::Real),
        input => floats(source, n, input),
    };
    if plan.input == Input::Extreme {
        sprinkle(source, &mut from, &[f32::INFINITY]);
    }
    let terms = from.iter().map(|&value| f64::from(value));
    let want = match plan.input {
        Input::Whole => tolerance::whole_sum(terms),
        _ => tolerance::sum(terms),
    };
    let sum = Array::new(
        "out",
        Element::F32,
        Start::zeros(4),
        Some(Want::Floats(vec![want])),
    );
    vec![
        Parameter::floats("in", &from),
        Parameter::Array(sum),
        int(n),
    ]
}
