//! `transpose(in, out, rows, cols)`: blocks of 32 x 8, a tile of 32 x 32 for each.

use super::parameter::matrix;
use super::values::floats;
use super::{Contract, Dim3, Expected, Input, Kind, Parameter, Plan, blocks, int};
use crate::lessons::chance::Source;

/// The side of a block's tile.
const TILE: usize = 32;

/// Rows of threads in a block.
const THREADS: Dim3 = Dim3::new(32, 8, 1);

/// Rows and columns.
const SHAPES: &[(usize, usize)] = &[
    (1, 1),
    (1, 33),
    (33, 1),
    (2, 3),
    (31, 32),
    (32, 32),
    (33, 31),
    (40, 25),
    (64, 96),
    (100, 37),
    (257, 129),
    (0, 0),
    (0, 5),
];

/// The contract.
pub(super) const CONTRACT: Contract = Contract {
    lab: "transpose",
    function: "transpose",
    parameters: &[Kind::Pointer, Kind::Pointer, Kind::Int, Kind::Int],
    plans,
    large: || shaped(4096, 4096),
    make,
};

fn plans() -> Vec<Plan> {
    let mut plans: Vec<Plan> = SHAPES
        .iter()
        .map(|&(rows, cols)| shaped(rows, cols))
        .collect();
    plans.push(shaped(50, 70).with(Input::Special));
    plans.push(
        shaped(256, 128)
            .counted(&["coalesces", "avoids-bank-conflicts"])
            .unwatched(),
    );
    plans
}

fn shaped(rows: usize, cols: usize) -> Plan {
    let grid = Dim3::new(blocks(cols, TILE), blocks(rows, TILE), 1);
    let plan = Plan::new(format!("{rows} x {cols}"), [rows, cols, 1], grid, THREADS);
    Plan {
        is_plain: (1..=TILE * TILE).contains(&(rows * cols)),
        ..plan
    }
}

fn make(plan: &Plan, source: &mut Source) -> Vec<Parameter> {
    let [rows, cols, _] = plan.sizes;
    let from = floats(source, rows * cols, plan.input);
    let mut to = Vec::with_capacity(from.len());
    for col in 0..cols {
        to.extend((0..rows).map(|row| Expected::exactly(from[row * cols + col])));
    }
    vec![
        matrix(Parameter::floats("in", &from), cols),
        matrix(Parameter::result("out", to), rows),
        int(rows),
        int(cols),
    ]
}
