//! `histogram(in, bins, n)`: 256 bins, which are zero before.

use super::{
    Array, Contract, EVEN, Element, Input, Kind, LARGE, Parameter, Plan, SIZES, Start, Want,
    blocks, int, vector,
};
use crate::lessons::chance::Source;

/// Threads of a block.
const BLOCKS: &[usize] = &[64, 100, 256, 1024];

/// How many different bytes there are.
const BINS: usize = 256;

/// The contract.
pub(super) const CONTRACT: Contract = Contract {
    lab: "histogram",
    function: "histogram",
    parameters: &[Kind::Pointer, Kind::Pointer, Kind::Int],
    plans,
    large: || vector(1 << 25, 1024, 256),
    make,
};

fn plans() -> Vec<Plan> {
    let mut plans = Vec::new();
    for &n in SIZES {
        for &block in BLOCKS {
            plans.push(vector(n, blocks(n, block), block));
        }
    }
    plans.push(vector(4099, 3, 100).with(Input::Real));
    plans.push(vector(1000, 1, 64).with(Input::Equal));
    plans.push(vector(4099, 8, 256).with(Input::Equal));
    plans.push(vector(LARGE, 8, 256));
    plans.push(vector(LARGE, 1, 1024).with(Input::Equal).unwatched());
    plans.push(vector(EVEN, 8, 256).counted(&["privatises"]).unwatched());
    plans.push(
        vector(EVEN, 8, 256)
            .with(Input::Equal)
            .counted(&["privatises"])
            .unwatched(),
    );
    plans
}

fn make(plan: &Plan, source: &mut Source) -> Vec<Parameter> {
    let [n, ..] = plan.sizes;
    let equal = (source.next() % BINS as u64) as u8;
    let bytes: Vec<u8> = (0..n)
        .map(|_| match plan.input {
            Input::Equal => equal,
            // Skewed: the product of two is small more often than not.
            Input::Real => (source.between(0, 255) * source.between(0, 255) / 255) as u8,
            _ => (source.next() % BINS as u64) as u8,
        })
        .collect();
    let mut bins = vec![0; BINS];
    for &byte in &bytes {
        bins[usize::from(byte)] += 1;
    }
    let start = Start::zeros(4 * BINS);
    vec![
        Parameter::Array(Array::new("in", Element::U8, Start::Given(bytes), None)),
        Parameter::Array(Array::new(
            "bins",
            Element::U32,
            start,
            Some(Want::Whole(bins)),
        )),
        int(n),
    ]
}
