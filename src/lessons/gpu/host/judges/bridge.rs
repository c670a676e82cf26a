//! What becomes of calls of bridge.py.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::runs::{self, Start, how, said};
use super::failures::{self, listed};
use crate::gpu::host::Fact;
use crate::gpu::host::calls::{Role, role};
use crate::gpu::host::facts::{End, Failed, Left};
use crate::model::{Failure, Judgement, Objection, Pass, Trial};

/// A fact of the probe's, which runs beside the module: hostile like anything else that comes from there.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
enum Seen {
    /// The module cannot be imported.
    ImportFailed {
        #[serde(rename = "type")]
        kind: String,
        message: String,
    },
    /// This is tried next.
    Case { call: String },
    /// What came of it.
    Outcome(Outcome),
    /// The probe has come to its end.
    Done,
}

/// What came of a call.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Outcome {
    call: String,
    came: String,
    #[serde(rename = "type")]
    kind: String,
    message: String,
    refuses: bool,
    agrees: Option<bool>,
    difference: Option<String>,
    /// Whether this one is right, and does not have to be refused.
    sound: bool,
    /// Address and length, by name.
    arrays: BTreeMap<String, (u64, u64)>,
}

impl Outcome {
    fn raised(&self) -> bool {
        self.came == "raised"
    }

    /// What came, in words that follow the call.
    fn told(&self) -> String {
        match self.raised() {
            true => format!("raises {}: {}", self.kind, self.message),
            false => format!("returns a {}", self.kind),
        }
    }

    /// Why it is not the sum that it should be.
    fn wrong(&self) -> Option<String> {
        if self.raised() {
            return Some(format!("`{}` {}", self.call, self.told()));
        }
        let difference = self.difference.as_deref().unwrap_or("it is not the sum");
        (self.agrees == Some(false))
            .then(|| format!("what `{}` returns is wrong: {difference}", self.call))
    }
}

/// What the probe saw in one start.
#[derive(Clone, Debug, Default)]
struct Probed {
    outcomes: Vec<Outcome>,
    import_failed: Option<String>,
    last_case: Option<String>,
    is_done: bool,
}

fn probed(end: &End) -> Probed {
    let mut probed = Probed::default();
    for seen in end
        .stdout
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
    {
        match seen {
            Seen::ImportFailed { kind, message } => {
                probed.import_failed = Some(format!("{kind}: {message}"));
            }
            Seen::Case { call } => probed.last_case = Some(call),
            Seen::Outcome(outcome) => probed.outcomes.push(outcome),
            Seen::Done => probed.is_done = true,
        }
    }
    probed
}

/// What the probe saw, if the process lived through it.
fn lived(end: &End) -> Result<Probed, Objection> {
    let probed = probed(end);
    if let Some(error) = &probed.import_failed {
        let why = format!("bridge.py cannot be imported: {error}");
        return Err(Failure::new(why)
            .hint("What does `python3 -c 'import bridge'` say?")
            .into());
    }
    if !probed.is_done || end.status != Some(0) {
        let call = probed.last_case.as_deref().unwrap_or("importing it");
        let why = format!("at `{call}`, the process {}{}", how(end), said(end));
        return Err(Failure::new(why)
            .hint("What does C know of the type, the length and the lifetime of what it is given?")
            .into());
    }
    Ok(probed)
}

/// The start of a probe that the process lived through, and what was seen.
fn seen(trial: &Trial<'_>, run: usize) -> Result<(Start, Probed), Objection> {
    let (start, end) = runs::only(trial, run)?;
    let probed = lived(&end)?;
    Ok((start, probed))
}

/// Fails on the first sum that is wrong, or whose kernel does something wrong.
pub(in crate::lessons::gpu::host) fn adds(trial: &Trial<'_>) -> Judgement {
    let (start, end) = runs::only(trial, 0)?;
    let probed = probed(&end);
    // A wrong sum says more than the crash that comes of it later.
    if let Some(why) = probed.outcomes.iter().find_map(Outcome::wrong) {
        return Err(Failure::new(why)
            .hint("How many elements are there, in how many dimensions, and which of them does the kernel touch?")
            .into());
    }
    if let Some(mistake) = start.kernel_fault() {
        return Err(Failure::new(mistake)
            .hint("How many threads are there, and how many elements?")
            .into());
    }
    Ok(Pass::of("calls", lived(&end)?.outcomes.len()))
}

/// Fails on the first array that is not refused with TypeError, ValueError or BufferError.
pub(in crate::lessons::gpu::host) fn refuses_wrong_arrays(trial: &Trial<'_>) -> Judgement {
    let (_, end) = runs::only(trial, 0)?;
    for outcome in &probed(&end).outcomes {
        if outcome.sound {
            if let Some(why) = outcome.wrong() {
                return Err(Failure::new(why).into());
            }
            continue;
        }
        let why = match (outcome.raised(), outcome.refuses, outcome.message.trim()) {
            (true, true, "") => {
                format!("`{}` raises {} without a word", outcome.call, outcome.kind)
            }
            (true, true, _) => continue,
            _ => format!(
                "`{}` {} instead of raising TypeError, ValueError or BufferError",
                outcome.call,
                outcome.told()
            ),
        };
        return Err(Failure::new(why)
            .hint("Which of an array's properties does the C side rely on, and who has looked at them by then?")
            .into());
    }
    Ok(Pass::of("calls", lived(&end)?.outcomes.len()))
}

/// Fails on the first call of CUDA's whose failure does not come out as a Python exception that says what it
/// was.
///
/// Blind spot: two failures in one run.
pub(in crate::lessons::gpu::host) fn raises_cuda_errors(trial: &Trial<'_>) -> Judgement {
    let starts = runs::starts(trial, 0)?;
    let mut tried = 0;
    for start in starts.iter().skip(1) {
        let (Some(refused), Some(end)) = (start.refused(), start.end()) else {
            continue;
        };
        tried += 1;
        if let Some(failure) = unraised(start, refused, end)? {
            return Err(failure.into());
        }
    }
    match tried {
        0 => Err(Failure::new("it makes no call of CUDA's, so that none could fail").into()),
        _ => Ok(Pass::of("failures", tried)),
    }
}

fn unraised(start: &Start, refused: &Failed, end: &End) -> Result<Option<Failure>, Objection> {
    const HINT: &str =
        "What does that call return, who looks at it, and how does Python hear of it?";
    let when = format!("when {} (call {}) fails", refused.name, refused.number);
    let fail = |why: String| Ok(Some(Failure::new(why).hint(HINT)));
    let probed = probed(end);
    // What it would have given back, or waited for where there is nothing: no result depends on that.
    let is_release = match role(&refused.name) {
        Role::Release => true,
        Role::Wait => refused.pending == 0,
        _ => false,
    };
    if let Some(error) = &probed.import_failed {
        return match names(error, refused) || is_release {
            true => Ok(None),
            false => fail(format!(
                "{when}, the exception does not say what failed:\n  {error}"
            )),
        };
    }
    if !probed.is_done || end.status != Some(0) {
        let call = probed.last_case.as_deref().unwrap_or("importing it");
        return fail(format!(
            "{when}, `{call}` ends the process: it {}{}",
            how(end),
            said(end)
        ));
    }
    // The failing call may be made by either.
    for outcome in &probed.outcomes {
        if !outcome.raised() && outcome.agrees == Some(false) {
            let why = outcome.wrong().unwrap_or_default();
            return fail(format!("{when}, {why}, and there is no exception"));
        }
    }
    let raised: Vec<&Outcome> = probed.outcomes.iter().filter(|one| one.raised()).collect();
    if raised.is_empty() && !is_release {
        return fail(format!("{when}, there is no exception"));
    }
    if let Some(outcome) = raised.first()
        && !names(&outcome.message, refused)
        && !is_release
    {
        return fail(format!(
            "{when}, the exception does not say what failed:\n  {}: {}",
            outcome.kind, outcome.message
        ));
    }
    Ok(start.misuse().map(|mistake| {
        Failure::new(format!("{when}, {mistake}"))
            .hint("Who gives back what there is by then, and what is there?")
    }))
}

/// Whether a message has the error, in one of its names, or the call.
fn names(message: &str, refused: &Failed) -> bool {
    let known: &[&str] = match refused.code {
        2 => &[
            "out of memory",
            "cudaErrorMemoryAllocation",
            "CUDA_ERROR_OUT_OF_MEMORY",
        ],
        701 => &[
            "too many resources",
            "cudaErrorLaunchOutOfResources",
            "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES",
        ],
        _ => &["unknown error", "cudaErrorUnknown", "CUDA_ERROR_UNKNOWN"],
    };
    let number = refused.code.to_string();
    known.iter().any(|text| message.contains(text))
        || message.contains(&refused.name)
        || message
            .split(|c: char| !c.is_ascii_digit())
            .any(|word| word == number)
}

/// Fails if a byte reaches the device from elsewhere than the arrays, or the result does, or twice.
pub(in crate::lessons::gpu::host) fn copies_once(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "Which function of NumPy's returns another array, and whose memory does the copy read or write?";
    let (start, probed) = seen(trial, 0)?;
    let Some(outcome) = probed.outcomes.first() else {
        return Err(Objection::Blind("the probe made no call".to_owned()));
    };
    if let Some(why) = outcome.wrong() {
        return Err(Failure::new(why).into());
    }
    let place = |name: &str| outcome.arrays.get(name).copied().unwrap_or_default();
    let inputs = [place("a"), place("b")];
    let bytes = inputs[0].1;
    let (mut copied_in, mut copied_out) = (0_u64, 0_u64);
    for call in start.calls() {
        let (places, copied, what) = match call.work.as_str() {
            "copy-in" => (&inputs[..], &mut copied_in, "an argument"),
            "copy-out" => (&[place("result")][..], &mut copied_out, "what it returns"),
            _ => continue,
        };
        if !places
            .iter()
            .any(|place| is_in(call.host, call.bytes, *place))
        {
            let why = format!(
                "{} (call {}) copies {} bytes that are not those of {what}",
                call.name, call.number, call.bytes
            );
            return Err(Failure::new(why).hint(HINT).into());
        }
        *copied = copied.saturating_add(call.bytes);
    }
    for (copied, want, way) in [
        (copied_in, bytes.saturating_mul(2), "to the device"),
        (copied_out, bytes, "from the device"),
    ] {
        if copied != want {
            let why = format!("{copied} bytes are copied {way}, where there are {want}");
            return Err(Failure::new(why).hint(HINT).into());
        }
    }
    Ok(Pass::default())
}

fn is_in(address: u64, bytes: u64, (begin, len): (u64, u64)) -> bool {
    address
        .checked_sub(begin)
        .and_then(|offset| offset.checked_add(bytes))
        .is_some_and(|end| end <= len)
}

/// Fails if more is left after many calls than after few, or after one that failed than after one that did not,
/// or if something is given back twice.
///
/// What is made once, and used by every call, may stay.
pub(in crate::lessons::gpu::host) fn frees_what_it_got(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "On which way out of a call is that not given back?";
    let (few, _) = seen(trial, 0)?;
    let (many, probed) = seen(trial, 1)?;
    for start in [&few, &many] {
        if let Some(mistake) = start.misuse() {
            return Err(Failure::new(mistake).hint(HINT).into());
        }
    }
    let (before, after) = (few.left(), many.left());
    if after.len() > before.len() {
        let more = after.get(before.len()..).unwrap_or_default();
        let why = format!(
            "{} calls leave {} things more than a few do; the last leave {}",
            probed.outcomes.len(),
            after.len() - before.len(),
            listed(more)
        );
        return Err(Failure::new(why)
            .hint(HINT)
            .figure("left", after.len() as f64)
            .into());
    }
    let starts = runs::starts(trial, 2)?;
    for start in starts.iter().skip(1) {
        let Some(refused) = start.refused() else {
            continue;
        };
        let more = left_by_failure(&starts[0], start, refused);
        if !more.is_empty() {
            let why = format!(
                "when {} (call {}) fails, more is left than where nothing fails: it leaves {}",
                refused.name,
                refused.number,
                listed(&more)
            );
            return Err(Failure::new(why)
                .hint(HINT)
                .figure("left", more.len() as f64)
                .into());
        }
    }
    Ok(Pass::of("calls", probed.outcomes.len()))
}

/// All of a kind of which there is more left than in a start in which nothing failed; nothing, if the process did
/// not come to its end.
fn left_by_failure<'s>(whole: &Start, start: &'s Start, refused: &Failed) -> Vec<&'s Left> {
    let has_ended = |end: &End| probed(end).is_done && end.status == Some(0);
    if !start.end().is_some_and(has_ended) {
        return Vec::new();
    }
    let kept = whole.left();
    let mut left = failures::left(start, refused);
    let count = |all: &[&Left], one: &Left| all.iter().filter(|it| it.what == one.what).count();
    let all = left.clone();
    left.retain(|one| count(&all, one) > count(&kept, one));
    left
}

/// Fails if a wait for the device is made with the lock, or no other thread can run meanwhile.
pub(in crate::lessons::gpu::host) fn releases_the_gil(trial: &Trial<'_>) -> Judgement {
    const HINT: &str = "Which of ctypes' ways to load a library gives the lock away during a call?";
    let (start, probed) = seen(trial, 0)?;
    let held = start.facts.iter().find_map(|fact| match fact {
        Fact::Held {
            number,
            has_python_lock,
        } => Some((*number, *has_python_lock)),
        _ => None,
    });
    if let Some(why) = probed.outcomes.iter().find_map(Outcome::wrong) {
        return Err(Failure::new(why).into());
    }
    let Some((number, has_lock)) = held else {
        return Err(Objection::Blind("nothing was waited for".to_owned()));
    };
    if has_lock {
        let name = start.calls().find(|call| call.number == number);
        let name = name.map_or("it", |call| call.name.as_str());
        let why = format!(
            "{name} (call {number}) waits for the device while its thread has the lock: no other thread can run Python until the device is done"
        );
        return Err(Failure::new(why).hint(HINT).into());
    }
    Ok(Pass::of("waits", 1))
}
