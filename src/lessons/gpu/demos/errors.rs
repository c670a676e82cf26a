//! What a kernel's mistake does to the calls that come after it.
//!
//! See "Error Handling" in the CUDA Runtime API, and "Error Checking" in the CUDA C++ Programming
//! Guide.

use std::io::Write;

use super::program::{Form, Program};
use super::stage::listing;
use crate::gpu::fault::Fault;
use crate::gpu::host::Fact;
use crate::lessons::columns::{head, narrow, prose};
use crate::lessons::cpython::demos::section::{opening, section};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::ui::visible;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "errors",
    title: "which call reports a kernel's mistake, and for how long",
    run,
};

const SOURCE: &str = include_str!("kernels/errors.cu");

/// CUDA's name for no error.
const SUCCESS: &str = "cudaSuccess";

/// What a launch is answered: nothing, which the program notes as [`SUCCESS`].
const LAUNCH: &str = "<<<";

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "A kernel writes one element too far. A launch returns nothing, and the host goes on: \
                 so another call reports the mistake, one that has nothing to do with it. Here runs a \
                 program in CUDA C++ against the simulator.";
    opening(out, "Somebody else's error", story, options)?;
    let Some(program) = Program::build(out, Form::Program, &[("main.cu", SOURCE)], options)? else {
        return Ok(());
    };
    let kernel = listing(SOURCE);
    let kernel: String = kernel
        .lines()
        .skip(3)
        .take(3)
        .map(|line| format!("{line}\n"))
        .collect();
    let meaning =
        "`data` and `other` have 64 elements each. With `by` = 1, thread 63 writes data[64].";
    section(out, "The kernel", &kernel, meaning, options)?;

    let seen = program.start(&[], options)?;
    let answers = answers(seen.said()?);
    let noticed = noticed(&answers);
    let meaning = "The first launch asks for a block that no device has. That is known at once: \
                   cudaGetLastError() right behind the launch says it, and forgets it. The second launch \
                   is possible, so nothing is said. Its mistake is known when the kernel has run, and the \
                   call that waits for it gets the blame. It is *sticky*: the context is lost, each call \
                   from then on fails, also those that only free memory, and only the end of the process \
                   ends that.";
    section(
        out,
        "What each call returns",
        &table(&answers),
        meaning,
        options,
    )?;

    let waiting = program.start(&["wait"], options)?;
    let waited = answers_of(waiting.said()?, noticed.as_deref());
    section(
        out,
        "With a wait behind the launch",
        &waited.0,
        &waited.1,
        options,
    )?;

    if let Some((function, fault)) = seen.facts().iter().find_map(fault) {
        let meaning = "The simulator knows each buffer's end. A GPU knows pages, and a write that is one \
                       element too far mostly stays on one: nothing is reported, and whatever lies behind \
                       the buffer is changed. compute-sanitizer finds it there, and `syslab gpu run` here.";
        section(
            out,
            "What the device saw",
            &told(function, fault),
            meaning,
            options,
        )?;
    }
    out.write_all(
        prose("Read on: `syslab gpu read host`. Try it: the lab `gpu/raii`.").as_bytes(),
    )?;
    Ok(())
}

/// Each call, and the name of what it returned.
fn answers(said: &str) -> Vec<(String, String)> {
    let lines = said.lines().filter_map(|line| line.split_once('\t'));
    lines
        .map(|(call, name)| (visible(call), visible(name)))
        .collect()
}

/// The first call that reports what no `cudaGetLastError` behind a launch knew.
fn noticed(answers: &[(String, String)]) -> Option<String> {
    let last = answers
        .iter()
        .rposition(|(call, _)| call.contains(LAUNCH))?;
    let after = answers.get(last..)?;
    let found = after.iter().find(|(_, name)| name != SUCCESS);
    found.map(|(call, _)| call.clone())
}

fn table(answers: &[(String, String)]) -> String {
    let mut rows = vec![head(["call", "returns"])];
    for (call, name) in answers {
        let name = match call.contains(LAUNCH) {
            true => "",
            false => name,
        };
        rows.push(vec![call.clone(), name.to_owned()]);
    }
    narrow(&[], &rows)
}

/// The run that waits: who notices there, and what that says.
fn answers_of(said: &str, before: Option<&str>) -> (String, String) {
    let answers = answers(said);
    let now = noticed(&answers);
    let rows = [
        head(["", "the call that reports it"]),
        row("without a wait", before),
        row("with a wait behind each launch", now.as_deref()),
    ];
    let meaning = "The wait belongs to the launch, so it names the right place. It costs what is won by \
                   not waiting: so it is for the search, as CUDA_LAUNCH_BLOCKING=1 is, and not for good.";
    (narrow(&[], &rows), meaning.to_owned())
}

fn row(what: &str, call: Option<&str>) -> Vec<String> {
    vec![what.to_owned(), call.unwrap_or("none").to_owned()]
}

fn fault(fact: &Fact) -> Option<(&str, &Fault)> {
    match fact {
        Fact::KernelFault { function, fault } => Some((function, fault)),
        _ => None,
    }
}

/// A fault, its place and its line.
fn told(function: &str, fault: &Fault) -> String {
    let name = match function.starts_with("_Z") {
        true => "the kernel".to_owned(),
        false => visible(function),
    };
    let mut text = prose(&format!("{name} {}, in {}", visible(&fault.text), fault.at));
    if let Some(site) = &fault.site {
        let line = SOURCE.lines().nth((site.line as usize).saturating_sub(1));
        text.push_str(&format!("  {site}  {}\n", line.unwrap_or_default().trim()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_that_notices_is_behind_the_last_launch() {
        let said = "cudaMalloc(&a)\tcudaSuccess\nk<<<1, 9>>>()\tcudaSuccess\n\
                    cudaGetLastError()\tcudaErrorInvalidConfiguration\nk<<<1, 1>>>()\tcudaSuccess\n\
                    cudaFree(a)\tcudaErrorIllegalAddress\n";
        assert_eq!(noticed(&answers(said)).as_deref(), Some("cudaFree(a)"));
        assert_eq!(noticed(&answers("a\tcudaSuccess\n")), None);
        assert!(!table(&answers(said)).contains("k<<<1, 1>>>()  cudaSuccess"));
    }
}
