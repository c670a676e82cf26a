//! What is left, and what becomes of a program one of whose calls fails.

use std::collections::BTreeSet;

use super::super::runs::{self, Start, how, said};
use super::results::is_right;
use crate::gpu::host::calls::{Role, role};
use crate::gpu::host::facts::{End, Failed, Left};
use crate::model::{Failure, Judgement, Objection, Pass, Trial};

/// Exit status of a program that a call has failed.
const FAILED: i32 = 1;

/// Exit status of a program that finds no device.
const NO_DEVICE: i32 = 3;

/// Fails if something is left that was made, or given back twice.
///
/// Blind spot: what is left where a kernel took the device with it.
pub(in crate::lessons::gpu::host) fn frees_everything(trial: &Trial<'_>) -> Judgement {
    let mut calls = 0;
    for run in 0..trial.experiment.runs.len() {
        let (start, end) = runs::only(trial, run)?;
        gives_all_back(&start, &end)?;
        calls += start.calls().count();
    }
    Ok(Pass::of("calls", calls))
}

/// Fails if one run leaves something.
fn gives_all_back(start: &Start, end: &End) -> Result<(), Objection> {
    const HINT: &str = "Who owns each of these, and what happens where that owner ends?";
    if let Some(mistake) = start.misuse() {
        return Err(Failure::new(mistake).hint(HINT).into());
    }
    let left = start.left();
    if !left.is_empty() {
        let why = format!("it leaves {}", listed(&left));
        return Err(Failure::new(why)
            .hint(HINT)
            .figure("left", left.len() as f64)
            .into());
    }
    // A kernel that does something wrong is another check's business.
    if end.status != Some(0) && !start.has_lost_its_device() {
        let why = format!("it {}{}", how(end), said(end));
        return Err(Failure::new(why).into());
    }
    Ok(())
}

/// What is left, with sizes and who made it.
pub(super) fn listed(left: &[&Left]) -> String {
    /// How many are named.
    const NAMED: usize = 8;
    let mut lines: Vec<String> = left
        .iter()
        .take(NAMED)
        .map(|left| {
            let size = match left.bytes {
                0 => String::new(),
                bytes => format!("{bytes} bytes of "),
            };
            format!(
                "\n  {size}{}: {} (call {})",
                left.what, left.name, left.number
            )
        })
        .collect();
    if left.len() > NAMED {
        lines.push(format!("\n  and {} more", left.len() - NAMED));
    }
    let count = match left.len() {
        1 => "one thing".to_owned(),
        many => format!("{many} things"),
    };
    format!("{count} behind{}", lines.concat())
}

/// Fails on the first call whose failure is not reported as the handout says, or after which something is
/// left.
///
/// A call that gives something back may be failed by without a word, and so may one that comes after the last
/// wait for a result, or waits for nothing: there is nothing that it could spoil.
///
/// Blind spot: two failures in one run; calls that a program makes only if another one fails.
pub(in crate::lessons::gpu::host) fn frees_on_error(trial: &Trial<'_>) -> Judgement {
    let n = trial.experiment.runs.first();
    let n = n
        .and_then(|run| run.args.first()?.parse().ok())
        .unwrap_or(0);
    let starts = runs::starts(trial, 0)?;
    let Some((reference, failing)) = starts.split_first() else {
        return Err(Objection::Blind("the program was not started".to_owned()));
    };
    let last_wait = reference.last_wait().unwrap_or(u32::MAX);
    let mut messages = BTreeSet::new();
    let mut unnamed = None;
    let mut tried = 0;
    for start in failing {
        let (Some(refused), Some(end)) = (start.refused(), start.end()) else {
            // It did not get that far: it does not make the same calls every time.
            continue;
        };
        tried += 1;
        if let Some(failure) = unreported(start, refused, end, n, last_wait) {
            return Err(failure.into());
        }
        if end.status == Some(FAILED) && refused.name.starts_with("cu") {
            messages.insert(end.stderr.trim());
            let names = names_driver_call(refused, end);
            if unnamed.is_none() && !refused.name.starts_with("cuda") && !names {
                unnamed = Some(refused);
            }
        }
    }
    if tried == 0 {
        let why = "it makes no call of CUDA's, so that none could fail";
        return Err(Failure::new(why).into());
    }
    // A library in between has names of its own: then at least calls must differ.
    match unnamed {
        Some(refused) if messages.len() == 1 && tried > 1 => Err(Failure::new(format!(
            "it says the same whichever call fails, of {} (call {}) also{}",
            refused.name,
            refused.number,
            messages
                .iter()
                .map(|text| format!("\n  {text}"))
                .collect::<String>()
        ))
        .hint("Somebody gets this line by mail, and nothing else. Where would they look?")
        .into()),
        _ => Ok(Pass::of("failures", tried)),
    }
}

/// What is wrong with a run in which a call failed.
fn unreported(
    start: &Start,
    refused: &Failed,
    end: &End,
    n: u64,
    last_wait: u32,
) -> Option<Failure> {
    const OUT: &str =
        "On which way does it leave from there, and who is asked to clean up on that way?";
    let role = role(&refused.name);
    let when = format!("when {} (call {}) fails, it", refused.name, refused.number);
    let fail = |why: String, hint: &str| Some(Failure::new(why).hint(hint));
    let is_idle = role == Role::Wait && refused.pending == 0;
    let is_free = role == Role::Release || is_idle || refused.number > last_wait;
    let status = match (end.status, end.signal) {
        (None, _) => return fail(format!("{when} {}{}", how(end), said(end)), OUT),
        (Some(status), _) => status,
    };
    let is_quiet = status == 0 && is_right(end, n);
    match status {
        0 if is_quiet && is_free => {}
        0 => {
            let printed: String = end.stdout.trim().chars().take(200).collect();
            return fail(
                format!("{when} goes on, prints {printed:?} and exits with status 0"),
                "Who looks at what that call returns?",
            );
        }
        FAILED => {}
        NO_DEVICE if role == Role::Setup => {}
        _ => return fail(format!("{when} {}{}", how(end), said(end)), OUT),
    }
    if status != 0 && end.stderr.trim().is_empty() {
        return fail(
            format!("{when} exits with status {status} and says nothing on standard error"),
            "Who would know what went wrong?",
        );
    }
    if status == FAILED && !is_free && !names_runtime_call(refused, end) {
        return fail(
            format!(
                "{when} does not name that call on standard error{}",
                said(end)
            ),
            "Somebody gets this line by mail, and nothing else. Where would they look?",
        );
    }
    let left = left(start, refused);
    if !left.is_empty() {
        return fail(format!("{when} leaves {}", listed(&left)), OUT);
    }
    let mistake = start.misuse()?;
    fail(format!("{when} makes a mistake: {mistake}"), OUT)
}

/// What is left, less what the call that failed was to give back.
pub(super) fn left<'s>(start: &'s Start, refused: &Failed) -> Vec<&'s Left> {
    let mut left = start.left();
    if role(&refused.name) == Role::Release
        && let Some(at) = left
            .iter()
            .position(|left| is_given_back_by(&refused.name, left))
    {
        left.remove(at);
    }
    if ends_everything(&refused.name) {
        left.clear();
    }
    left
}

fn is_given_back_by(call: &str, left: &Left) -> bool {
    match left.what.as_str() {
        "stream" => call.contains("StreamDestroy"),
        "event" => call.contains("EventDestroy"),
        "device memory" => matches!(
            call,
            "cudaFree" | "cudaFreeAsync" | "cuMemFree" | "cuMemFreeAsync"
        ),
        "page-locked memory" => call.contains("FreeHost"),
        _ => call.contains("Unregister"),
    }
}

/// Whether a call gives all back at once.
fn ends_everything(call: &str) -> bool {
    matches!(
        call,
        "cudaDeviceReset" | "cuCtxDestroy" | "cuDevicePrimaryCtxRelease"
    )
}

/// Whether the message names a call of the runtime API. What starts a kernel has many names.
fn names_runtime_call(refused: &Failed, end: &End) -> bool {
    let name = refused.name.as_str();
    if !name.starts_with("cuda") || role(name) == Role::Launch {
        return true;
    }
    let words = end
        .stderr
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.len() > "cuda".len() && word.starts_with("cuda"));
    // What a program calls may be a C++ function of the header, which calls another one.
    let wrapper = match name {
        "cudaHostAlloc" => "cudaMallocHost",
        "cudaFuncGetAttributes"
        | "cudaDeviceGetAttribute"
        | "cudaOccupancyMaxActiveBlocksPerMultiprocessor" => "cudaOccupancyMaxPotentialBlockSize",
        _ => name,
    };
    let mut found = words.filter(|word| {
        *word == name || *word == wrapper || name.strip_prefix(*word).is_some_and(is_ending)
    });
    found.next().is_some()
}

/// What a header's own function leaves away from a name: `cudaEventCreate(&event, flags)`.
fn is_ending(rest: &str) -> bool {
    matches!(rest, "WithFlags" | "WithPriority")
}

fn names_driver_call(refused: &Failed, end: &End) -> bool {
    end.stderr.contains(&refused.name)
}

/// Fails unless a machine without a device gives exit status 3 and a message.
pub(in crate::lessons::gpu::host) fn says_no_device(trial: &Trial<'_>) -> Judgement {
    let (_, end) = runs::only(trial, 0)?;
    if end.status != Some(NO_DEVICE) {
        let why = format!("without a device, it {}{}", how(&end), said(&end));
        return Err(Failure::new(why)
            .hint("Which call is the first to know, and what does it return then?")
            .into());
    }
    if end.stderr.trim().is_empty() {
        let why = "without a device, it says nothing on standard error";
        return Err(Failure::new(why)
            .hint("Who would know why there is no result?")
            .into());
    }
    Ok(Pass::default())
}
