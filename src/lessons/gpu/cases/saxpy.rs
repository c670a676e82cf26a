//! `saxpy(a, x, y, n)`: y = a x + y, by eight blocks.

use super::values::{floats, meet, real};
use super::{
    Array, Contract, EVEN, Element, Input, Kind, LARGE, Parameter, Plan, SIZES, Start, Want, int,
    tolerance, vector,
};
use crate::lessons::chance::Source;

/// Blocks of the grid.
const GRID: u32 = 8;

/// Threads of a block.
const BLOCKS: &[usize] = &[64, 100, 256, 1024];

/// The contract.
pub(super) const CONTRACT: Contract = Contract {
    lab: "saxpy",
    function: "saxpy",
    parameters: &[Kind::Float, Kind::Pointer, Kind::Pointer, Kind::Int],
    plans,
    large: || Plan {
        input: Input::Real,
        ..vector(1 << 22, GRID, 1024)
    },
    make,
};

fn plans() -> Vec<Plan> {
    let mut plans = Vec::new();
    for &n in SIZES {
        for &block in BLOCKS {
            plans.push(sized(n, block));
        }
    }
    for input in [
        Input::Special,
        Input::SpecialByZero,
        Input::SpecialByInfinity,
    ] {
        plans.push(sized(1000, 256).with(input));
    }
    // Of eight steps that are taken at once, not all are there for some threads.
    plans.push(sized(3800, 64));
    plans.push(sized(LARGE, 256));
    plans.push(sized(EVEN, 256).counted(&["strides"]).unwatched());
    plans
}

/// What the grid has no thread for is a question of strides.
fn sized(n: usize, block: usize) -> Plan {
    let plan = Plan {
        input: Input::Real,
        ..vector(n, GRID, block)
    };
    match n > block * GRID as usize {
        true => plan.of(&["strides"]),
        false => plan,
    }
}

fn make(plan: &Plan, source: &mut Source) -> Vec<Parameter> {
    let [n, ..] = plan.sizes;
    let a = match plan.input {
        Input::SpecialByZero => 0.0,
        Input::SpecialByInfinity => f32::INFINITY,
        _ => 2.0 + real(source),
    };
    let mut x = floats(source, n, plan.input);
    let mut y = floats(source, n, plan.input);
    if plan.input.is_special() {
        meet(source, &mut x, &mut y);
    }
    let want = x
        .iter()
        .zip(&y)
        .map(|(&x, &y)| tolerance::multiply_add(a, x, y));
    let want = Some(Want::Floats(want.collect()));
    vec![
        Parameter::Float(a),
        Parameter::floats("x", &x),
        Parameter::Array(Array::new("y", Element::F32, Start::floats(&y), want)),
        int(n),
    ]
}
