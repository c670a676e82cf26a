//! `softmax(in, out, rows, cols)`: a block for each row.

use super::parameter::matrix;
use super::values::{below, real, sprinkle};
use super::{Contract, Dim3, Expected, Input, Kind, Parameter, Plan, blocks, int, line, row};
use crate::lessons::chance::Source;

/// Rows, columns, and the threads of a block.
const SHAPES: &[(usize, usize, usize)] = &[
    (1, 1, 64),
    (1, 1, 1024),
    (2, 3, 96),
    (3, 31, 64),
    (2, 33, 256),
    (2, 64, 64),
    (3, 100, 96),
    (2, 255, 256),
    (2, 256, 256),
    (2, 257, 256),
    (2, 1000, 96),
    (2, 1000, 1024),
    (1, 1025, 64),
    (1, 1025, 1024),
    (1, 4096, 256),
    (1, 4096, 64),
    (0, 5, 64),
    (3, 0, 64),
];

/// Rows of extreme numbers, each of another kind.
const EXTREMES: usize = 13;

/// The contract.
pub(super) const CONTRACT: Contract = Contract {
    lab: "softmax",
    function: "softmax",
    parameters: &[Kind::Pointer, Kind::Pointer, Kind::Int, Kind::Int],
    plans,
    large: || shaped(8192, 2048, 256),
    make,
};

fn plans() -> Vec<Plan> {
    let mut plans: Vec<Plan> = SHAPES
        .iter()
        .map(|&(rows, cols, block)| shaped(rows, cols, block))
        .collect();
    plans.push(shaped(6, 70, 64).with(Input::Special));
    for (cols, block) in [(1, 64), (40, 64), (257, 96), (300, 256)] {
        plans.push(
            shaped(EXTREMES, cols, block)
                .with(Input::Extreme)
                .of(&["is-stable"]),
        );
    }
    plans.push(
        shaped(8, 4096, 256)
            .counted(&["reads-twice-at-most"])
            .unwatched(),
    );
    plans
}

fn shaped(rows: usize, cols: usize, block: usize) -> Plan {
    let told = format!("{rows} x {cols}, blocks of {block}");
    let grid = Dim3::line(blocks(rows, 1));
    let plan = Plan::new(told, [rows, cols, 1], grid, line(block));
    Plan {
        is_plain: (1..=300).contains(&(rows * cols)) && block <= 256,
        ..plan
    }
}

fn make(plan: &Plan, source: &mut Source) -> Vec<Parameter> {
    let [rows, cols, _] = plan.sizes;
    let mut from = Vec::with_capacity(rows * cols);
    for number in 0..rows {
        from.extend(match plan.input {
            Input::Extreme => extreme(source, number, cols),
            input => ordinary(source, number, cols, input),
        });
    }
    let want = (0..rows).flat_map(|number| softmax(&from[row(number, cols)]));
    vec![
        matrix(Parameter::floats("in", &from), cols),
        matrix(Parameter::result("out", want.collect()), cols),
        int(rows),
        int(cols),
    ]
}

/// Numbers between -8 and 8; where special ones are asked for, some are -inf, and a row has a NaN.
fn ordinary(source: &mut Source, number: usize, cols: usize, input: Input) -> Vec<f32> {
    let mut values: Vec<f32> = (0..cols).map(|_| 8.0 * real(source)).collect();
    if input == Input::Special {
        sprinkle(source, &mut values, &[f32::NEG_INFINITY, -0.0, 1e-40]);
        if number == 2 {
            sprinkle(source, &mut values, &[f32::NAN]);
        }
    }
    values
}

/// Rows which overflow, underflow, or have no largest number to take off.
fn extreme(source: &mut Source, number: usize, cols: usize) -> Vec<f32> {
    let mut fractions = |scale: f32, about: f32| -> Vec<f32> {
        (0..cols).map(|_| about + scale * real(source)).collect()
    };
    let mut values = match number % EXTREMES {
        0 => fractions(1e30, 0.0),
        1 => fractions(0.0, 1e30),
        2 => fractions(0.0, -1e30),
        3 => fractions(5.0, 1000.0),
        4 => fractions(5.0, -1000.0),
        5 | 10 | 12 => fractions(0.0, f32::NEG_INFINITY),
        6 => fractions(5.0, 100.0),
        7 => fractions(5.0, -150.0),
        8 => fractions(5.0, 0.0),
        9 => fractions(80.0, 0.0),
        _ => fractions(4.0, 3.0),
    };
    match number % EXTREMES {
        // One that is far above all others.
        8 if cols > 0 => values[below(source, cols)] = 1e30,
        // One that is there at all.
        10 if cols > 0 => values[below(source, cols)] = -1e30,
        // Everything is beside infinity.
        11 if cols > 0 => values[below(source, cols)] = f32::INFINITY,
        // No number at all.
        12 if cols > 0 => values[below(source, cols)] = f32::NAN,
        _ => {}
    }
    values
}

/// What is right of a row: nothing but zeros where all is -inf; NaN wherever NaN or infinity is in it.
fn softmax(values: &[f32]) -> Vec<Expected> {
    let largest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let is_undefined = values.iter().any(|value| value.is_nan()) || largest == f32::INFINITY;
    let part = |value: f32| match value == f32::NEG_INFINITY {
        true => 0.0,
        false => (f64::from(value) - f64::from(largest)).exp(),
    };
    let sum: f64 = values.iter().map(|&value| part(value)).sum();
    let expected = |value: f32| {
        let exact = match (is_undefined, sum == 0.0) {
            (true, _) => f64::NAN,
            (false, true) => 0.0,
            (false, false) => part(value) / sum,
        };
        Expected {
            value: exact,
            within: exact.abs() * relative(values.len()) + SMALL,
        }
    };
    values.iter().map(|&value| expected(value)).collect()
}

/// What approximate exponentials may cost, and each addition of the sum.
fn relative(cols: usize) -> f64 {
    5e-5 + cols as f64 / 16_777_216.0
}

/// What is as good as nothing.
const SMALL: f64 = 1e-9;
