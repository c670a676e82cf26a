//! `matmul(a, b, c, m, n, k)`: blocks of 16 x 16, any shape.

use super::parameter::matrix;
use super::values::floats;
use super::{Contract, Dim3, Expected, Input, Kind, Parameter, Plan, blocks, int, row, tolerance};
use crate::lessons::chance::Source;

/// The side of a block.
const SIDE: usize = 16;

/// The threads of a block.
const THREADS: Dim3 = Dim3::new(16, 16, 1);

/// m, n and k.
const SHAPES: &[[usize; 3]] = &[
    [1, 1, 1],
    [2, 3, 4],
    [16, 16, 16],
    [17, 15, 16],
    [15, 17, 33],
    [1, 40, 7],
    [40, 1, 50],
    [33, 48, 31],
    [20, 70, 100],
    [3, 4, 0],
    [0, 5, 3],
    [0, 0, 0],
];

/// The contract.
pub(super) const CONTRACT: Contract = Contract {
    lab: "matmul",
    function: "matmul",
    parameters: &[
        Kind::Pointer,
        Kind::Pointer,
        Kind::Pointer,
        Kind::Int,
        Kind::Int,
        Kind::Int,
    ],
    plans,
    large: || shaped([1024, 1024, 512]).with(Input::Real),
    make,
};

fn plans() -> Vec<Plan> {
    let mut plans: Vec<Plan> = SHAPES.iter().map(|&shape| shaped(shape)).collect();
    plans.push(shaped([30, 20, 45]).with(Input::Real));
    plans.push(shaped([20, 30, 25]).with(Input::Special));
    plans.push(shaped([256, 256, 256]).counted(&["tiles"]).unwatched());
    plans
}

fn shaped(shape: [usize; 3]) -> Plan {
    let [m, n, k] = shape;
    let grid = Dim3::new(blocks(n, SIDE), blocks(m, SIDE), 1);
    let plan = Plan::new(format!("m = {m}, n = {n}, k = {k}"), shape, grid, THREADS);
    Plan {
        is_plain: (1..=2 * SIDE * SIDE * SIDE).contains(&(m * n * k)),
        ..plan
    }
}

fn make(plan: &Plan, source: &mut Source) -> Vec<Parameter> {
    let [m, n, k] = plan.sizes;
    let mut a = floats(source, m * k, plan.input);
    let mut b = floats(source, k * n, plan.input);
    if plan.input.is_special() {
        bound(&mut a, &mut b, [m, n, k]);
    }
    let mut c = Vec::with_capacity(m * n);
    for y in 0..m {
        for x in 0..n {
            c.push(element(&a[row(y, k)], &b, x, n, plan.input));
        }
    }
    vec![
        matrix(Parameter::floats("a", &a), k),
        matrix(Parameter::floats("b", &b), n),
        matrix(Parameter::result("c", c), n),
        int(m),
        int(n),
        int(k),
    ]
}

/// Has both matrices begin and end with infinity, the second row of `a` too, and nothing else that is not finite
/// in the first and the last row of `a` and in those columns of `b`. Whoever fills a tile up with one of
/// these times 0, has NaN where infinity is right.
fn bound(a: &mut [f32], b: &mut [f32], [m, n, k]: [usize; 3]) {
    let temper = |value: &mut f32| {
        if !value.is_finite() {
            *value = 1.0;
        }
    };
    for y in [0, m - 1] {
        a[row(y, k)].iter_mut().for_each(temper);
    }
    for x in [0, n - 1] {
        b.iter_mut().skip(x).step_by(n).for_each(temper);
    }
    for at in [0, k, m * k - 1] {
        a[at] = f32::INFINITY;
    }
    for at in [0, k * n - 1] {
        b[at] = f32::INFINITY;
    }
}

/// A row times a column.
fn element(of_a: &[f32], b: &[f32], x: usize, n: usize, input: Input) -> Expected {
    let terms = of_a
        .iter()
        .enumerate()
        .map(|(i, &a)| f64::from(a) * f64::from(b[i * n + x]));
    match input {
        Input::Whole => tolerance::whole_sum(terms),
        _ => tolerance::sum(terms),
    }
}
