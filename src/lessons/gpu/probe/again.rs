//! The options of `syslab gpu run` that make a launch like one of the probe's: with other numbers, of
//! the same sizes.

use super::super::cases::{Array, Element, Parameter, Plan, Start};
use crate::gpu::launch::Dim3;

/// The options.
pub(super) fn options(
    function: &str,
    plan: &Plan,
    parameters: &[Parameter],
    is_optimised: bool,
) -> String {
    let args: Vec<String> = parameters.iter().map(argument).collect();
    let level = match is_optimised {
        true => "",
        false => " -O 0",
    };
    format!(
        "--kernel {function} --grid {} --block {} --args '{}'{level}",
        extent(plan.grid),
        extent(plan.block),
        args.join(",")
    )
}

fn extent(extent: Dim3) -> String {
    match (extent.y, extent.z) {
        (1, 1) => extent.x.to_string(),
        (_, 1) => format!("{},{}", extent.x, extent.y),
        _ => format!("{},{},{}", extent.x, extent.y, extent.z),
    }
}

fn argument(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Int(number) => number.to_string(),
        Parameter::Float(number) => number.to_string(),
        Parameter::Array(array) => buffer(array),
    }
}

fn buffer(array: &Array) -> String {
    let element = match array.element {
        Element::U8 => "u8",
        Element::I32 => "i32",
        Element::U32 => "u32",
        Element::F32 => "f32",
    };
    let content = match &array.start {
        Start::Unwritten(_) => "",
        // Counters that begin at zero.
        Start::Given(bytes) if bytes.iter().all(|byte| *byte == 0) => "=0",
        Start::Given(_) => "=random",
    };
    match array.bytes() / array.element.size() {
        0 => "null".to_owned(),
        len => format!("{element}[{len}]{content}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::cases::contract;
    use super::*;
    use crate::gpu::request::arguments;
    use crate::lessons::chance::Source;

    #[test]
    fn every_launch_can_be_made_again() {
        for lab in [
            "vector-add",
            "saxpy",
            "transpose",
            "reduce",
            "histogram",
            "scan",
            "matmul",
            "softmax",
        ] {
            let contract = contract(lab).unwrap();
            for plan in (contract.plans)() {
                let parameters = (contract.make)(&plan, &mut Source::new(1, &plan.told));
                let options = options(contract.function, &plan, &parameters, false);
                let given = options.split('\'').nth(1).unwrap();
                let read = arguments::parse(given).unwrap();
                assert_eq!(read.len(), parameters.len(), "{options}");
            }
        }
        let contract = contract("saxpy").unwrap();
        let plan = &(contract.plans)()[1];
        let parameters = (contract.make)(plan, &mut Source::new(1, &plan.told));
        let options = options(contract.function, plan, &parameters, true);
        assert!(
            options.starts_with("--kernel saxpy --grid 8 --block 100 --args '"),
            "{options}"
        );
        assert!(
            options.ends_with(",f32[1]=random,f32[1]=random,1'"),
            "{options}"
        );
    }
}
