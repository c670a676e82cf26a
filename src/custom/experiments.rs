//! Experiments as an author writes them: files, runs, and perhaps a sweep.

use toml::de::DeValue;

use super::source::Sources;
use super::{claims, faults, steps, words};
use crate::model::toml_reader::Reader;
use crate::model::{Claim, Experiment, Idle, InputFile, InputKind, Limits, Run, Step};

/// What is watched of a run whose claims are about what comes out of it alone: that it ends.
const END: &str = "exit_group";

/// One experiment. Its run is in the same table, or its runs are a list.
pub(super) fn experiment(table: &mut Reader<'_, '_>, sources: &Sources<'_>) -> Experiment {
    let problems = table.problem_count();
    let story = table.needed_text("story");
    let files = table.tables("files", |file| input(file, sources));
    let sweep = table.table("sweep", faults::sweep);
    let has_list = table.has("run");
    let mut runs = table.tables("run", |run| self::run(run, sources));
    if !has_list {
        runs.push(run(table, sources));
    }
    if runs.iter().all(|run| run.claims.is_empty()) && table.problem_count() == problems {
        table.refuse(
            "claims",
            "is missing: nothing must be so, and no program could fail",
        );
    }
    let is_sweep = sweep.is_some();
    for (nth, run) in runs.iter_mut().enumerate() {
        prepare(run, is_sweep && nth == 0);
    }
    measure(table, &mut runs);
    Experiment {
        story,
        files,
        runs,
        sweep,
        oracle: None,
    }
}

/// Has the runs measured whose cost is compared.
fn measure(table: &mut Reader<'_, '_>, runs: &mut [Run]) {
    let costs = |run: &Run| {
        run.claims.iter().find_map(|stated| match stated.claim {
            Claim::Cost { of_run, .. } => Some(of_run),
            _ => None,
        })
    };
    for nth in 0..runs.len() {
        let Some(of_run) = costs(&runs[nth]) else {
            continue;
        };
        if of_run >= nth {
            table.refuse(
                "claims",
                "has a cost of_run that is no earlier run: they are counted from 1",
            );
            continue;
        }
        runs[nth].measures_usage = true;
        runs[of_run].measures_usage = true;
    }
}

/// Has everything recorded that the claims are about.
fn prepare(run: &mut Run, is_swept: bool) {
    let mut needs_calls = is_swept || !run.faults.is_empty();
    for stated in &run.claims {
        match &stated.claim {
            Claim::Ends(_) | Claim::Prints { .. } | Claim::Cost { .. } => {}
            Claim::File { path, .. } => add(&mut run.collect, path),
            Claim::Holds { directory, .. } => add(&mut run.lists, directory),
            Claim::Durable { path, .. } => {
                add(&mut run.collect, path);
                needs_calls = true;
            }
            _ => needs_calls = true,
        }
    }
    if !needs_calls {
        run.watch = vec![END.to_owned()];
    }
}

fn add(paths: &mut Vec<String>, path: &str) {
    if !paths.iter().any(|known| known == path) {
        paths.push(path.to_owned());
    }
}

fn run(table: &mut Reader<'_, '_>, sources: &Sources<'_>) -> Run {
    let args = table.texts("args");
    if args.iter().any(|arg| arg.contains('\0')) {
        table.refuse("args", "has a NUL byte in it, which no argument can have");
    }
    let steps = steps::steps(table, sources);
    let claims = table.tables("claims", |table| claims::claim(table, sources));
    let run = Run {
        args,
        env: environment(table),
        faults: (table.tables("faults", faults::fault))
            .into_iter()
            .flatten()
            .collect(),
        limits: table.table("limits", limits).unwrap_or_default(),
        has_terminal: table.flag("terminal"),
        claims: claims.into_iter().flatten().collect(),
        steps,
        ..Run::default()
    };
    hold_steps(table, &run);
    run
}

/// Complains of claims about moments that no step makes.
fn hold_steps(table: &mut Reader<'_, '_>, run: &Run) {
    let count = |is_it: fn(&Step) -> bool| run.steps.iter().filter(|step| is_it(step)).count();
    for stated in &run.claims {
        let missing = match stated.claim {
            Claim::KeepsNone { .. } if count(|step| *step == Step::Inspect) < 2 => {
                "has keeps-no-descriptor, which takes two steps \"inspect\""
            }
            Claim::Reaps if count(|step| *step == Step::ListZombies) == 0 => {
                "has reaps, which takes a step \"zombies\""
            }
            Claim::Calls {
                during: Idle::Passing,
                ..
            } if count(|step| matches!(step, Step::Pass { .. })) == 0 => {
                "has calls during \"pass\", which takes a step { pass_ms = 2000 }"
            }
            _ => continue,
        };
        table.refuse("claims", missing);
    }
}

fn environment(table: &mut Reader<'_, '_>) -> Vec<(String, String)> {
    let env = table.value("env", |value| {
        let DeValue::Table(pairs) = value else {
            return Err(r#"must be a table of texts: { NAME = "value" }"#.to_owned());
        };
        (pairs.into_iter())
            .map(|(name, value)| match value.into_inner() {
                DeValue::String(text)
                    if !text.contains('\0') && !name.get_ref().contains(['=', '\0']) =>
                {
                    Ok((name.into_inner().into_owned(), text.into_owned()))
                }
                _ => Err(format!(
                    "has {:?}, which must be a text in quotes",
                    name.get_ref()
                )),
            })
            .collect::<Result<Vec<_>, String>>()
    });
    env.unwrap_or_default()
}

/// The most that a limit can be set to.
const MOST: Limits = Limits {
    time_ms: 600_000,
    cpu_ms: 600_000,
    memory_kib: 8 << 20,
    tasks: 4096,
    output: 64 << 20,
    events: 5_000_000,
    file_size: 1 << 30,
    shm_kib: 0,
    files: (1024, 1024),
};

fn limits(table: &mut Reader<'_, '_>) -> Limits {
    let usual = Limits::default();
    let mut limit = |key: &str, most: u64, usual: u64| {
        let found = table.whole(key, most);
        if found == Some(0) {
            table.refuse(key, "must be more than 0: nothing would get done");
        }
        found.unwrap_or(usual)
    };
    let descriptors = limit("descriptors", MOST.files.1, usual.files.0);
    Limits {
        time_ms: limit("time_ms", MOST.time_ms, usual.time_ms),
        cpu_ms: limit("cpu_ms", MOST.cpu_ms, usual.cpu_ms),
        memory_kib: limit("memory_kib", MOST.memory_kib, usual.memory_kib),
        tasks: limit("tasks", MOST.tasks, usual.tasks),
        output: limit("output_bytes", MOST.output, usual.output),
        events: limit("events", MOST.events, usual.events),
        file_size: limit("file_bytes", MOST.file_size, usual.file_size),
        files: (descriptors, usual.files.1),
        ..usual
    }
}

/// A file that is there before the first run.
fn input(table: &mut Reader<'_, '_>, sources: &Sources<'_>) -> InputFile {
    let path = words::needed_path(table, "path");
    let content = table.value("content", |value| sources.bytes(value));
    let link = table.text("link");
    let is_fifo = table.flag("fifo");
    let mode = table.parsed(
        "mode",
        r#"permissions as an octal number in quotes: "0644""#,
        |text| {
            (u32::from_str_radix(text, 8).ok())
                .filter(|mode| *mode <= 0o7777 && text.starts_with('0'))
        },
    );
    let kinds = [content.is_some(), link.is_some(), is_fifo];
    if kinds.iter().filter(|is_it| **is_it).count() != 1 && !table.has_complained("content") {
        table.refuse(
            "content",
            "is missing, or one too many: a file has one of content, link and fifo = true",
        );
    }
    InputFile {
        path,
        content: content.unwrap_or_default(),
        mode: mode.filter(|_| link.is_none()),
        kind: match link {
            Some(target) => InputKind::Link(target),
            None if is_fifo => InputKind::Fifo,
            None => InputKind::Content,
        },
        ..InputFile::default()
    }
}
