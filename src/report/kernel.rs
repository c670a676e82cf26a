//! What a launch of a kernel did: for people, and as JSON.

use std::fmt::Write as _;

use crate::gpu::counters::LineCounters;
use crate::gpu::fault::{Fault, Site};
use crate::gpu::launch::{End, Launched};
use crate::gpu::request::{KernelRun, ShownBuffer};
use crate::ui::{Look, Tone, visible};

/// As JSON.
///
/// # Errors
/// None that can happen: a value of these types is always JSON.
pub fn kernel_json(run: &KernelRun) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(run)? + "\n")
}

/// What was counted at a line, as `LINE NAME=COUNT ...`, without what is zero.
pub fn counted(line: &LineCounters) -> String {
    let number = line.site.as_ref().map_or(0, |site| site.line);
    let mut text = number.to_string();
    if let Ok(serde_json::Value::Object(counts)) = serde_json::to_value(line) {
        for (name, count) in counts.iter().filter(|(_, count)| count.as_u64() > Some(0)) {
            text.push_str(&format!(" {name}={count}"));
        }
    }
    text.push('\n');
    text
}

/// For people; `source` is the kernel's text.
pub fn kernel(run: &KernelRun, source: &str, has_profile: bool, look: Look) -> String {
    let Launched {
        end,
        faults,
        faults_in_all,
        counters,
        printed,
        printed_cut,
    } = &run.launched;
    let ended = match (end, faults_in_all) {
        (End::Completed, 0) => look.paint(Tone::Good, "it completed, and nothing was found"),
        (End::Completed, _) => look.paint(Tone::Bad, "it completed"),
        (End::Stopped, _) => look.paint(Tone::Bad, "it went wrong"),
    };
    let mut out = format!(
        "{}<<<{}, {}>>> on the simulator: {} threads in {} warps; {ended}\n",
        visible(&run.kernel),
        run.grid,
        run.block,
        counters.threads,
        counters.warps,
    );
    for fault in faults {
        out.push_str(&told(fault, source, look));
    }
    let shown: u64 = faults.iter().map(|fault| fault.times).sum();
    if *faults_in_all > shown {
        let more = faults_in_all - shown;
        line(&mut out, format_args!("and {more} more at other places"));
    }
    if !printed.is_empty() {
        line(
            &mut out,
            format_args!("\n{}", look.paint(Tone::Strong, "It printed")),
        );
        for text in printed.lines() {
            line(&mut out, format_args!("  {}", visible(text)));
        }
        if *printed_cut {
            line(&mut out, format_args!("  ... and more, which was not kept"));
        }
    }
    if !run.buffers.is_empty() {
        line(
            &mut out,
            format_args!("\n{}", look.paint(Tone::Strong, "Memory afterwards")),
        );
        for buffer in &run.buffers {
            out.push_str(&look.wrap(2, 2, &held(buffer)));
        }
    }
    if has_profile {
        line(
            &mut out,
            format_args!("\n{}", look.paint(Tone::Strong, "What each line did")),
        );
        out.push_str(&profile(run, source, look));
    }
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("writing to a string does not fail");
}

/// A fault with its line of source.
fn told(fault: &Fault, source: &str, look: Look) -> String {
    let mut out = String::new();
    let place = fault
        .site
        .as_ref()
        .map_or_else(String::new, |site| format!("{site}: "));
    let kind = look.paint(Tone::Bad, &fault.kind.to_string());
    let times = match fault.times {
        1 => String::new(),
        times => format!(", {times} times"),
    };
    let text = format!(
        "✗ {}{kind}: it {} ({}{times})",
        visible(&place),
        visible(&fault.text),
        fault.at
    );
    out.push_str(&look.wrap(0, 2, &text));
    quote(&mut out, fault.site.as_ref(), source, look);
    if let Some(other) = &fault.other {
        let by = fault
            .other_at
            .map_or_else(String::new, |at| format!(" ({at})"));
        line(
            &mut out,
            format_args!("  and {}{by}", visible(&other.to_string())),
        );
        quote(&mut out, Some(other), source, look);
    }
    out
}

fn quote(out: &mut String, site: Option<&Site>, source: &str, look: Look) {
    if let Some(site) = site
        && let Some(text) = source_line(source, site.line)
    {
        let text = look.paint(Tone::Code, &visible(text.trim_end()));
        line(out, format_args!("  {:>5} | {text}", site.line));
    }
}

fn source_line(source: &str, number: u32) -> Option<&str> {
    source.lines().nth((number as usize).checked_sub(1)?)
}

fn held(buffer: &ShownBuffer) -> String {
    let more = match buffer.len > buffer.numbers.len() as u64 {
        true => " ...",
        false => "",
    };
    let unwritten = match buffer.unwritten {
        0 => String::new(),
        n if n == buffer.len => "; nothing was written to it".to_owned(),
        n => format!("; nothing was written to {n} of them"),
    };
    format!(
        "{}: {}{more}{unwritten}",
        buffer.name,
        buffer.numbers.join(" ")
    )
}

/// A column of the profile: its title, what it is, and what a line has there.
type Column = (&'static str, fn(&LineCounters) -> String);

/// What a profiler would show; see the "Source" page of Nsight Compute.
const COLUMNS: [Column; 6] = [
    ("warp instr.", |line| count(line.warp_instructions)),
    ("lanes", |line| {
        ratio(line.thread_instructions, line.warp_instructions)
    }),
    ("global req.", |line| {
        count(line.global_load_requests + line.global_store_requests + line.global_atomic_requests)
    }),
    ("sectors/req.", |line| {
        ratio(
            line.global_load_sectors + line.global_store_sectors,
            line.global_load_requests + line.global_store_requests,
        )
    }),
    ("passes/shared", |line| {
        ratio(line.shared_passes, line.shared_requests)
    }),
    ("diverged", |line| match line.branches {
        0 => String::new(),
        branches => format!("{}/{branches}", line.divergent_branches),
    }),
];

fn count(number: u64) -> String {
    match number {
        0 => String::new(),
        number => number.to_string(),
    }
}

fn ratio(part: u64, of: u64) -> String {
    match of {
        0 => String::new(),
        of => format!("{:.1}", part as f64 / of as f64),
    }
}

fn profile(run: &KernelRun, source: &str, look: Look) -> String {
    let counters = &run.launched.counters;
    let mut rows: Vec<(String, [String; 6])> = counters
        .lines
        .iter()
        .map(|counted| {
            let text = counted.site.as_ref().map_or_else(
                || "(no line)".to_owned(),
                |site| {
                    let text = source_line(source, site.line).unwrap_or_default().trim();
                    format!("{site}  {}", visible(text))
                },
            );
            (text, COLUMNS.map(|(_, figure)| figure(counted)))
        })
        .collect();
    rows.push((
        "in all".to_owned(),
        COLUMNS.map(|(_, figure)| figure(&counters.total)),
    ));
    let widths: Vec<usize> = COLUMNS
        .iter()
        .enumerate()
        .map(|(at, (title, _))| {
            let widest = rows.iter().map(|(_, figures)| figures[at].len()).max();
            widest.unwrap_or(0).max(title.len())
        })
        .collect();
    let mut out = String::new();
    let titles: Vec<&str> = COLUMNS.iter().map(|(title, _)| *title).collect();
    let cells = |cells: &[&str]| {
        cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:>width$}"))
            .collect::<Vec<_>>()
            .join("  ")
    };
    line(
        &mut out,
        format_args!("{}", look.paint(Tone::Faint, &cells(&titles))),
    );
    for (text, figures) in &rows {
        let figures: Vec<&str> = figures.iter().map(String::as_str).collect();
        line(&mut out, format_args!("{}  {text}", cells(&figures)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::counters::Counters;
    use crate::gpu::fault::{At, FaultKind};
    use crate::gpu::launch::Dim3;

    #[test]
    fn a_fault_is_told_with_its_line() {
        let site = |line| {
            Some(Site {
                file: "/tmp/kernel.cu".to_owned(),
                line,
            })
        };
        let fault = Fault {
            kind: FaultKind::OutOfBounds,
            site: site(2),
            inlined: Vec::new(),
            other: None,
            at: At {
                block: Dim3::line(3),
                thread: Dim3::line(7),
            },
            other_at: None,
            space: None,
            buffer: None,
            text: "reads 4 bytes at byte 400 of a (400 bytes)".to_owned(),
            times: 24,
        };
        let counted = LineCounters {
            site: site(2),
            warp_instructions: 10,
            thread_instructions: 320,
            global_load_requests: 2,
            global_load_sectors: 8,
            ..LineCounters::default()
        };
        let run = KernelRun {
            kernel: "add".to_owned(),
            grid: Dim3::line(4),
            block: Dim3::line(256),
            launched: Launched {
                end: End::Stopped,
                faults: vec![fault],
                faults_in_all: 24,
                counters: Counters {
                    lines: vec![counted.clone()],
                    total: counted,
                    warps: 32,
                    threads: 1024,
                    blocks: 4,
                },
                printed: "a\x1b[31mb\n".to_owned(),
                printed_cut: false,
            },
            buffers: vec![ShownBuffer {
                name: "argument 1 (f32[3])".to_owned(),
                numbers: vec!["1".to_owned(), "2".to_owned()],
                len: 3,
                unwritten: 1,
            }],
        };
        let text = kernel(&run, "one\n  c[i] = a[i];\n", true, Look::PLAIN);
        insta::assert_snapshot!(text, @r"
        add<<<(4, 1, 1), (256, 1, 1)>>> on the simulator: 1024 threads in 32 warps; it went wrong
        ✗ kernel.cu:2: out of bounds: it reads 4 bytes at byte 400 of a (400 bytes) (block (3, 1, 1), thread (7, 1, 1), 24 times)
              2 |   c[i] = a[i];

        It printed
          a\x1b[31mb

        Memory afterwards
          argument 1 (f32[3]): 1 2 ...; nothing was written to 1 of them

        What each line did
        warp instr.  lanes  global req.  sectors/req.  passes/shared  diverged
                 10   32.0            2           4.0                           kernel.cu:2  c[i] = a[i];
                 10   32.0            2           4.0                           in all
        ");
        assert!(!text.contains('\x1b'));
    }
}
