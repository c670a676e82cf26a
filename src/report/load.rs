//! What a load has found out, for people.

use crate::model::load::{Bar, Latency, LoadReport};
use crate::ui::{Look, Tone, grouped, padded, plural, visible};

/// Columns of the longest bar.
const BAR: usize = 40;

/// The report as text, with a histogram of latencies. Lines end with a newline.
pub fn load(report: &LoadReport, look: Look) -> String {
    let mut text = format!(
        "{}  {}, {}, by {}{}\n",
        look.paint(Tone::Strong, &visible(&report.target)),
        plural(report.connections, "connection", "connections"),
        plural(report.threads, "thread", "threads"),
        report.engine,
        match report.rate {
            Some(rate) => format!(", {} requests/s wanted", grouped(rate.round() as u64)),
            None if report.pipeline > 1 => format!(", {} requests ahead on each", report.pipeline),
            None => String::new(),
        }
    );
    let each = |count: u64| match report.seconds > 0.0 {
        true => count as f64 / report.seconds,
        false => 0.0,
    };
    let mut row = |name: &str, value: &str| {
        text.push_str(&format!("  {name:10} {value}\n"));
    };
    row(
        "requests",
        &format!(
            "{} in {:.2} s: {}/s",
            grouped(report.requests),
            report.seconds,
            grouped(report.requests_per_second.round() as u64)
        ),
    );
    for (name, count) in [("received", report.received), ("sent", report.sent)] {
        row(
            name,
            &format!("{}: {}/s", bytes(count as f64), bytes(each(count))),
        );
    }
    row(
        "generator",
        &format!(
            "{:.0} % of a processor",
            percent(report.cpu_seconds, report.seconds)
        ),
    );
    if report.unanswered > 0 {
        row("unanswered", &grouped(report.unanswered));
    }
    if report.unsent > 0 {
        let what = "their time came, and no connection was free";
        row("unsent", &format!("{}: {what}", grouped(report.unsent)));
    }
    for (error, count) in &report.errors {
        let line = format!("{} times {}", grouped(*count), visible(error));
        row("error", &look.paint(Tone::Bad, &line));
    }
    if let Some(latency) = &report.latency {
        text.push('\n');
        text.push_str(&latencies(latency, look));
    }
    text
}

fn latencies(latency: &Latency, look: Look) -> String {
    let mut head = String::new();
    let mut values = String::new();
    for (name, value) in [
        ("min", latency.min_ns as f64),
        ("mean", latency.mean_ns),
        ("p50", latency.p50_ns as f64),
        ("p90", latency.p90_ns as f64),
        ("p99", latency.p99_ns as f64),
        ("p99.9", latency.p999_ns as f64),
        ("max", latency.max_ns as f64),
    ] {
        head.push_str(&format!("{name:>10}"));
        values.push_str(&format!("{:>10}", time(value)));
    }
    let mut text = format!(
        "  latency {}\n          {values}\n\n",
        look.paint(Tone::Faint, &head)
    );
    let all: u64 = latency.bars.iter().map(|bar| bar.count).sum();
    let most = latency.bars.iter().map(|bar| bar.count).max().unwrap_or(1);
    for bar in &latency.bars {
        text.push_str(&line(bar, all, most));
    }
    text
}

/// A bar with what it stands for.
fn line(bar: &Bar, all: u64, most: u64) -> String {
    let range = format!("{} - {}", time(bar.from_ns as f64), time(bar.to_ns as f64));
    let eighths = (bar.count as f64 / most as f64 * (BAR * 8) as f64).round() as usize;
    // What there is can be seen.
    let eighths = match bar.count {
        0 => 0,
        _ => eighths.max(1),
    };
    let mut drawn = "█".repeat(eighths / 8);
    if let Some(part) = " ▏▎▍▌▋▊▉"
        .chars()
        .nth(eighths % 8)
        .filter(|_| eighths % 8 > 0)
    {
        drawn.push(part);
    }
    let share = match bar.count {
        0 => String::new(),
        count => format!("{:6.2} %", percent(count as f64, all as f64)),
    };
    let line = format!("  {range:>17}  {} {share}", padded(&drawn, BAR));
    format!("{}\n", line.trim_end())
}

fn percent(part: f64, whole: f64) -> f64 {
    match whole > 0.0 {
        true => part / whole * 100.0,
        false => 0.0,
    }
}

/// `1.5 MB`: in powers of 1,000.
fn bytes(count: f64) -> String {
    scaled(count, 1000.0, &["B", "kB", "MB", "GB", "TB"])
}

/// `1.5 ms`, of nanoseconds.
fn time(ns: f64) -> String {
    scaled(ns, 1000.0, &["ns", "µs", "ms", "s"])
}

fn scaled(mut value: f64, step: f64, units: &[&str]) -> String {
    let mut units = units.iter();
    let mut unit = units.next().unwrap_or(&"");
    while value >= step
        && let Some(next) = units.next()
    {
        value /= step;
        unit = next;
    }
    // Three digits, none after the point where the number is a whole one.
    match value {
        value if value >= 100.0 || value.fract() < 0.005 => format!("{value:.0} {unit}"),
        value if value >= 10.0 => format!("{value:.1} {unit}"),
        value => format!("{value:.2} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use insta::assert_snapshot;

    use super::*;
    use crate::model::load::SCHEMA;

    fn report() -> LoadReport {
        LoadReport {
            schema: SCHEMA,
            target: "http://127.0.0.1:8080/".to_owned(),
            engine: "io_uring".to_owned(),
            no_uring: None,
            threads: 1,
            connections: 64,
            pipeline: 1,
            rate: None,
            seconds: 2.0,
            cpu_seconds: 1.5,
            requests: 500_000,
            requests_per_second: 250_000.0,
            received: 592_000_000,
            sent: 20_000_000,
            unanswered: 3,
            unsent: 0,
            errors: BTreeMap::from([("status 404".to_owned(), 7)]),
            latency: Some(Latency {
                min_ns: 90_000,
                mean_ns: 241_000.0,
                p50_ns: 231_000,
                p90_ns: 402_000,
                p99_ns: 1_250_000,
                p999_ns: 3_000_000,
                max_ns: 12_500_000,
                bars: vec![
                    Bar {
                        from_ns: 50_000,
                        to_ns: 100_000,
                        count: 1_000,
                    },
                    Bar {
                        from_ns: 100_000,
                        to_ns: 200_000,
                        count: 400_000,
                    },
                    Bar {
                        from_ns: 200_000,
                        to_ns: 500_000,
                        count: 0,
                    },
                    Bar {
                        from_ns: 500_000,
                        to_ns: 1_000_000,
                        count: 99_000,
                    },
                ],
            }),
        }
    }

    #[test]
    fn a_report_fits_a_terminal() {
        let text = load(&report(), Look::PLAIN);
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        assert_snapshot!(text);
    }

    #[test]
    fn numbers_are_short() {
        let shown = [0.0, 7.0, 999.0, 1500.0, 99_500.0, 1e12].map(time);
        assert_eq!(
            shown,
            ["0 ns", "7 ns", "999 ns", "1.50 µs", "99.5 µs", "1000 s"]
        );
    }
}
