//! `scan(in, out, n)`: the exclusive prefix sum, by one block of 1024.

use super::values::whole;
use super::{
    Array, Contract, EVEN, Element, Input, Kind, Parameter, Plan, Start, Want, int, vector,
};
use crate::lessons::chance::Source;
use crate::ui::grouped;

/// Elements of the arrays: around warps, around a tile, and the most that the handout names.
const LENGTHS: &[usize] = &[
    1, 2, 3, 31, 32, 33, 255, 256, 257, 1000, 1023, 1024, 1025, 2048, 4099, 0,
];

/// Those with which it is launched without optimisation, too.
const PLAIN: &[usize] = &[1, 257, 1025];

/// Threads of the block.
const THREADS: usize = 1024;

/// The largest element: all prefix sums of 65,536 of them are ints.
const LARGEST: i32 = 30_000;

/// The contract.
pub(super) const CONTRACT: Contract = Contract {
    lab: "scan",
    function: "scan",
    parameters: &[Kind::Pointer, Kind::Pointer, Kind::Int],
    plans,
    large: || sized(EVEN),
    make,
};

fn plans() -> Vec<Plan> {
    let mut plans: Vec<Plan> = LENGTHS.iter().map(|&n| sized(n)).collect();
    plans.push(sized(3000).with(Input::Equal));
    plans.push(sized(EVEN - 1).unwatched());
    plans.push(sized(EVEN).counted(&["scans-in-log-steps"]).unwatched());
    plans
}

/// The block is always the same one.
fn sized(n: usize) -> Plan {
    Plan {
        told: format!("n = {}", grouped(n as u64)),
        is_plain: PLAIN.contains(&n),
        ..vector(n, 1, THREADS)
    }
}

fn make(plan: &Plan, source: &mut Source) -> Vec<Parameter> {
    let [n, ..] = plan.sizes;
    let equal = whole(source, LARGEST);
    let values: Vec<i32> = (0..n)
        .map(|_| match plan.input {
            Input::Equal => equal,
            _ => whole(source, LARGEST),
        })
        .collect();
    let mut sum = 0;
    let mut sums = Vec::with_capacity(n);
    for &value in &values {
        sums.push(sum);
        sum += i64::from(value);
    }
    let start = Start::Unwritten(4 * n);
    vec![
        Parameter::Array(Array::new("in", Element::I32, Start::ints(&values), None)),
        Parameter::Array(Array::new(
            "out",
            Element::I32,
            start,
            Some(Want::Whole(sums)),
        )),
        int(n),
    ]
}
