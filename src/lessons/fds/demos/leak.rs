//! The incident: a service that dies at 3:15 every night with EMFILE. The night in fast motion,
//! what the inspector sees before the end, and the line that opens and does not close.
//!
//! See getrlimit(2), RLIMIT_NOFILE; proc_pid_fd(5); `syslab fds inspect`.

mod lines;
mod service;

use std::io::Write;

use crate::lessons::columns::{Align, bold, head, narrow, prose};
use crate::model::curriculum::{Demo, DemoOptions};
use lines::{Opened, opened_by_line};
use service::{Died, Service, python};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "leak",
    title: "a service that dies at 3:15 every night with EMFILE, and the line that does it",
    run,
};

/// The service of the incident, as the text shows it.
const SOURCE: &str = include_str!("../../../../lessons/fds/code/app.py");

/// Descriptors that the service may have, and in the quick version.
const LIMIT: (usize, usize) = (64, 24);

/// Bytes after which it rotates its log: little, so that a night is short.
const ROTATION: u64 = 2048;

/// Orders in each minute of the night.
const ORDERS: (u32, u32) = (150, 50);

/// Minutes after 3:00 until which the night goes on at most.
const DAWN: u32 = 59;

/// Descriptors for one character of the picture.
const SCALE: usize = 2;

/// The minute, as a share of the limit, at which the inspector looks.
const LOOK_AT: (usize, usize) = (2, 3);

/// Orders that the traced service gets.
const TRACED: u32 = 240;

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(
        out,
        "{}\n",
        bold("A service that dies at 3:15", options.color)
    )?;
    let Some(python) = python(options)? else {
        let text = "Not shown here: the service is a Python program, and there is no python3.";
        out.write_all(prose(text).as_bytes())?;
        return Ok(());
    };
    let pick = |pair: (usize, usize)| if options.quick { pair.1 } else { pair.0 };
    let limit = pick(LIMIT);
    let orders = if options.quick { ORDERS.1 } else { ORDERS.0 };
    let story = format!(
        "At 3:00 a batch of orders begins to come in. The service (lessons/fds/code/app.py) may \
         have {limit} descriptors here, and rotates its log after {ROTATION} bytes; each line is \
         a minute of that night, with {orders} orders."
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let night = night(out, &python, limit, orders, options)?;
    writeln!(out)?;
    writeln!(out, "{}", prose(&night.verdict()))?;
    if let Some(seen) = &night.inspected {
        writeln!(
            out,
            "{}\n",
            bold("What the inspector saw before", options.color)
        )?;
        for line in seen.lines() {
            out.write_all(prose(line).as_bytes())?;
        }
        writeln!(out)?;
        let meaning = "All but a few are one file's name, opened again and again; \"(deleted)\" \
                       says that the name is gone, and the space on the disk is not.";
        writeln!(out, "{}", prose(meaning))?;
    }
    out.flush()?;
    options.go_on()?;
    writeln!(out, "{}\n", bold("Which line", options.color))?;
    match opened_by_line(SOURCE, TRACED, ROTATION, options)? {
        Ok(lines) => {
            let story = format!(
                "The same service under the tracer, with {TRACED} orders: where each call that \
                 made a descriptor stands, and whether the descriptor was closed again."
            );
            writeln!(out, "{}", prose(&story))?;
            writeln!(out, "{}", table(&lines))?;
        }
        Err(why) => {
            let text = format!("Not shown here: the tracer cannot watch the service ({why}).");
            writeln!(out, "{}", prose(&text))?;
        }
    }
    let read_on = "The traceback named the line that was in need of a descriptor when there was \
                   none. Try it yourself, on a service of yours: `syslab fds inspect PID`, and \
                   `syslab fds inspect PID --who`, which finds the lines while it runs. Read on: \
                   `syslab fds read leaks`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// What became of the night.
struct Night {
    /// When it died, minutes after 3:00, and how.
    died: Option<(u32, Died)>,
    /// What the inspector said of it, shortly before.
    inspected: Option<String>,
}

impl Night {
    fn verdict(&self) -> String {
        match &self.died {
            Some((minute, died)) => format!(
                "It died at 3:{minute:02}, after {} orders, and said: {}",
                died.answered, died.said
            ),
            None => "It lived until the morning, against all experience.".to_owned(),
        }
    }
}

/// Lets a night pass, a minute a line, until the service dies.
fn night(
    out: &mut dyn Write,
    python: &str,
    limit: usize,
    orders: u32,
    options: &DemoOptions,
) -> anyhow::Result<Night> {
    let mut service = Service::start(python, SOURCE, limit, ROTATION, options)?;
    let mut inspected = None;
    for minute in 1..=DAWN {
        let died = service.order(orders)?;
        if let Some(died) = died {
            return Ok(Night {
                died: Some((minute, died)),
                inspected,
            });
        }
        let open = service.descriptors()?;
        writeln!(out, "{}", minute_line(minute, open, limit))?;
        out.flush()?;
        if inspected.is_none() && open >= limit * LOOK_AT.0 / LOOK_AT.1 {
            inspected = service.inspected()?;
        }
    }
    Ok(Night {
        died: None,
        inspected,
    })
}

/// A minute of the night: how many descriptors of how many.
fn minute_line(minute: u32, open: usize, limit: usize) -> String {
    let bar = "#".repeat(open / SCALE);
    let rest = ".".repeat((limit / SCALE).saturating_sub(open / SCALE));
    format!("  3:{minute:02}  {open:>3} of {limit}  {bar}{rest}")
}

/// The lines that opened something, the worst first.
fn table(lines: &[Opened]) -> String {
    let mut rows = vec![head(["line", "function", "opened", "closed", "still open"])];
    for line in lines {
        rows.push(vec![
            format!("app.py:{}", line.line),
            match line.function.starts_with('<') {
                true => line.function.clone(),
                false => format!("{}()", line.function),
            },
            line.opened.to_string(),
            line.closed.to_string(),
            (line.opened - line.closed).to_string(),
        ]);
    }
    let right = Align::Right;
    narrow(&[Align::Left, Align::Left, right, right, right], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_drawn_to_scale() {
        assert_eq!(minute_line(7, 8, 20), "  3:07    8 of 20  ####......");
        assert_eq!(minute_line(15, 20, 20), "  3:15   20 of 20  ##########");
    }

    #[test]
    fn the_worst_line_says_what_is_left() {
        let text = table(&[Opened {
            line: 25,
            function: "rotate".to_owned(),
            opened: 6,
            closed: 0,
        }]);
        assert!(
            text.contains("app.py:25  rotate()       6       0           6"),
            "{text}"
        );
    }
}
