//! Whether there is a kernel to launch.

use super::super::facts::{Facts, Module};
use crate::gpu::launch::ParamInfo;
use crate::model::{Failure, Judgement, Objection, Pass, Trial};

/// Fails unless the module has a kernel of the name and with the parameters that the handout names.
///
/// What the compiler refuses has failed before. Blind spot: types of one size are told apart only as far as
/// the compiler does in PTX, where an `int` and a `float` may be the same.
pub(in crate::lessons::gpu) fn compiles(trial: &Trial<'_>) -> Judgement {
    let facts = Facts::of(trial)?;
    let Some(module) = facts.module() else {
        return Err(Objection::Blind(
            "nothing is known of its kernels".to_owned(),
        ));
    };
    let wanted = &module.wanted;
    let Some(function) = module.functions.iter().find(|one| one.name == *wanted) else {
        let names: Vec<&str> = module
            .functions
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        let there = match names[..] {
            [] => "there is no kernel at all".to_owned(),
            _ => format!("there is {}", names.join(", ")),
        };
        let failure = Failure::new(format!("it has no kernel that is called {wanted}: {there}"));
        return Err(failure.hint(without(module)).into());
    };
    let (has, wants) = (function.params.len(), module.parameters.len());
    let pairs = function.params.iter().zip(&module.parameters);
    let other = pairs.enumerate().find(|(_, pair)| !fits(*pair));
    let why = match other {
        _ if has != wants => {
            format!("{wanted} takes {has} parameters, and in the handout it is {wants}")
        }
        None => return Ok(Pass::of("kernels", module.functions.len())),
        Some((at, (has, (name, _)))) => format!(
            "parameter {} of {wanted} is a .{} of {} bytes, and in the handout it is {name}",
            at + 1,
            has.ptx_type,
            has.bytes
        ),
    };
    Err(Failure::new(why)
        .hint("What is it launched with, in which order, and how large is each of these?")
        .into())
}

fn without(module: &Module) -> &'static str {
    match module.functions.is_empty() {
        true => "What makes a function one that the host can launch?",
        false => {
            "By which name does a C++ compiler know a function, and how can it be told otherwise?"
        }
    }
}

/// Whether a parameter may be what the handout names.
fn fits((has, (name, bytes)): (&ParamInfo, &(String, u64))) -> bool {
    let is_float = has.ptx_type.starts_with('f');
    let is_whole = has.ptx_type.starts_with(['u', 's']);
    let contradicts = match name.as_str() {
        "a float" => is_whole,
        _ => is_float,
    };
    has.bytes == *bytes && !contradicts
}
