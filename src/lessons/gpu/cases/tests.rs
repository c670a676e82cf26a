//! What plans are made into.

use super::*;

const LABS: [&str; 8] = [
    "vector-add",
    "saxpy",
    "transpose",
    "reduce",
    "histogram",
    "scan",
    "matmul",
    "softmax",
];

#[test]
fn what_is_made_has_the_types_that_the_contract_names() {
    for lab in LABS {
        let contract = contract(lab).unwrap();
        for plan in (contract.plans)() {
            let made = (contract.make)(&plan, &mut Source::new(7, lab));
            let kinds: Vec<Kind> = made.iter().map(Parameter::kind).collect();
            assert_eq!(kinds, contract.parameters, "{lab}: {}", plan.told);
            let wanted = made
                .iter()
                .filter(|one| matches!(one, Parameter::Array(array) if array.want.is_some()));
            assert_eq!(wanted.count(), 1, "{lab}: {}", plan.told);
        }
    }
}

#[test]
fn each_array_is_as_long_as_what_is_wanted_of_it() {
    for lab in LABS {
        let contract = contract(lab).unwrap();
        for plan in (contract.plans)() {
            for made in (contract.make)(&plan, &mut Source::new(7, lab)) {
                let Parameter::Array(array) = made else {
                    continue;
                };
                let wanted = match &array.want {
                    None => continue,
                    Some(Want::Whole(numbers)) => numbers.len(),
                    Some(Want::Floats(numbers)) => numbers.len(),
                };
                assert_eq!(
                    array.bytes(),
                    wanted * array.element.size(),
                    "{}",
                    plan.told
                );
            }
        }
    }
}

#[test]
fn launches_are_told_apart_and_follow_from_the_seed() {
    for lab in LABS {
        let contract = contract(lab).unwrap();
        let plans = (contract.plans)();
        let told: std::collections::BTreeSet<_> = plans
            .iter()
            .map(|plan| (plan.told.as_str(), plan.checks))
            .collect();
        assert_eq!(told.len(), plans.len(), "{lab}");
        for plan in &plans {
            let made = |seed| format!("{:?}", (contract.make)(plan, &mut Source::new(seed, lab)));
            assert_eq!(made(3), made(3));
            if plan.sizes[0] > 2 && plan.sizes[1] > 0 && plan.sizes[2] > 0 {
                assert_ne!(made(3), made(4), "{lab}: {}", plan.told);
            }
        }
    }
}

/// The floats of a parameter.
fn floats_of(made: &[Parameter], at: usize) -> Vec<f32> {
    let Parameter::Array(array) = &made[at] else {
        panic!("no array")
    };
    let Start::Given(bytes) = &array.start else {
        panic!("nothing in it")
    };
    let words = bytes.chunks_exact(4);
    words
        .map(|word| f32::from_le_bytes(word.try_into().unwrap()))
        .collect()
}

/// What a lab's launches with these numbers are made with.
fn special(lab: &str, inputs: &[Input]) -> Vec<Vec<Parameter>> {
    let contract = contract(lab).unwrap();
    let plans = (contract.plans)();
    let chosen = plans.iter().filter(|plan| inputs.contains(&plan.input));
    chosen
        .flat_map(|plan| (0..9).map(|seed| (contract.make)(plan, &mut Source::new(seed, lab))))
        .collect()
}

#[test]
fn special_numbers_meet_each_other() {
    let all = [
        Input::Special,
        Input::SpecialByZero,
        Input::SpecialByInfinity,
    ];
    for (lab, first) in [("vector-add", 0), ("saxpy", 1)] {
        for made in special(lab, &all) {
            let (a, b) = (floats_of(&made, first), floats_of(&made, first + 1));
            let both = |is: fn(f32) -> bool, is_too: fn(f32) -> bool| {
                a.iter().zip(&b).any(|(&a, &b)| is(a) && is_too(b))
            };
            let (denormal, infinite) = (|x: f32| x.is_subnormal(), |x: f32| x.is_infinite());
            assert!(
                both(denormal, denormal) && both(infinite, infinite),
                "{lab}"
            );
            assert!(
                both(f32::is_nan, denormal) && both(denormal, f32::is_nan),
                "{lab}"
            );
        }
    }
}

#[test]
fn infinity_is_right_at_the_edges_of_a_product() {
    for made in special("matmul", &[Input::Special]) {
        let [Parameter::Int(m), Parameter::Int(n), Parameter::Int(k)] = made[3..] else {
            panic!("no sizes")
        };
        assert_ne!(k % 16, 0);
        let Parameter::Array(Array {
            want: Some(Want::Floats(want)),
            ..
        }) = &made[2]
        else {
            panic!("no result")
        };
        let (m, n) = (m as usize, n as usize);
        let is_infinite = |at: usize| want[at].value.is_infinite();
        // In the first and the last row, and in the first and the last column.
        for row in [0, m - 1] {
            assert!((0..n).any(|x| is_infinite(row * n + x)));
        }
        for column in [0, n - 1] {
            assert!((0..m).any(|y| is_infinite(y * n + column)));
        }
        assert!(want.iter().any(|want| want.value.is_finite()));
    }
}

#[test]
fn not_a_number_is_right_only_where_it_is_expected() {
    let exactly = Expected::exactly;
    assert!(exactly(f32::NAN).admits(f64::NAN));
    assert!(!exactly(f32::NAN).admits(0.0));
    assert!(!exactly(0.0).admits(f64::NAN));
    assert!(exactly(f32::INFINITY).admits(f64::INFINITY));
    assert!(!exactly(f32::INFINITY).admits(f64::NEG_INFINITY));
    assert!(!exactly(f32::INFINITY).admits(f64::NAN));
    assert!(exactly(0.0).admits(-0.0));
    assert!(!exactly(1.0).admits(1.000_000_2));
}

#[test]
fn a_sum_may_round_and_may_not_lose_a_term() {
    let terms: Vec<f64> = (0..1000)
        .map(|i| f64::from((i * 37 % 101 - 50) as f32 / 64.0))
        .collect();
    let want = tolerance::sum(terms.iter().copied());
    let forwards = terms.iter().fold(0.0_f32, |sum, &term| sum + term as f32);
    assert!(want.admits(forwards.into()));
    assert!(!want.admits(f64::from(forwards) - 0.25));
    let whole = tolerance::whole_sum([3.0, -1.0].into_iter());
    assert!(whole.admits(2.0) && !whole.admits(2.000_001));
}

#[test]
fn a_fused_multiplication_is_as_right_as_one_that_rounds_twice() {
    for (a, x, y) in [
        (2.3, 1.7, -3.9),
        (1.9, 1e-40, 1e-45),
        (2.0, f32::INFINITY, 1.0),
    ] {
        let want = tolerance::multiply_add(a, x, y);
        assert!(want.admits(f32::mul_add(a, x, y).into()), "{a} {x} {y}");
        assert!(want.admits((a * x + y).into()), "{a} {x} {y}");
    }
    let undefined = tolerance::multiply_add(2.0, f32::INFINITY, f32::NEG_INFINITY);
    assert!(undefined.value.is_nan());
}

#[test]
fn places_are_named_as_the_kernel_would_reach_them() {
    let array = Array {
        cols: Some(32),
        ..Array::new("out", Element::F32, Start::Unwritten(4096), None)
    };
    assert_eq!(array.place(65), "out[65] (row 2, column 1)");
    assert_eq!(
        Array {
            cols: None,
            ..array
        }
        .place(3),
        "out[3]"
    );
}
