//! Long scripts, of which it is plain what they print: what is measured in them is what it costs.
//!
//! Whatever somebody looks through at each line (all objects, all names, all references, what is
//! garbage so far, what is still to be freed) grows with these scripts.

use std::fmt::Write;

use crate::lessons::chance::Source;
use crate::model::{Expected, Run, Step};

/// A script, and what is to come of it.
struct Script {
    text: String,
    lines: usize,
    made: usize,
    expects: Vec<Expected>,
}

impl Script {
    fn new() -> Self {
        Self {
            text: String::new(),
            lines: 0,
            made: 0,
            expects: Vec::new(),
        }
    }

    /// A line that prints nothing.
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
        self.lines += 1;
    }

    /// A line that makes an object under this name; the object's label.
    fn make(&mut self, line: &str, name: &str) -> String {
        self.line(line);
        self.made += 1;
        format!("{name}#{}", self.made)
    }

    /// A line that prints this.
    fn prints(&mut self, line: &str, text: &str) {
        self.line(line);
        self.expects.push(Expected::Output {
            line: format!("line {}, {line}", self.lines),
            any_of: vec![format!("{} {text}\n", self.lines).into_bytes()],
        });
    }

    /// A line that frees these, which are in order.
    fn frees(&mut self, line: &str, labels: &[String]) {
        let mut text = "freed".to_owned();
        for label in labels {
            // Writing to a string cannot fail.
            let _ = write!(text, " {label}");
        }
        self.prints(line, &text);
    }

    fn run(mut self) -> Run {
        self.expects.push(Expected::Status(0));
        Run {
            steps: vec![Step::Send(self.text.into_bytes()), Step::CloseInput],
            expects: self.expects,
            ..Run::default()
        }
    }
}

/// Every so many-th object is probed, and every so many-th has a companion that is freed.
const EVERY: usize = 8;

/// Names and attributes come and go while there are more and more objects, which all go with the
/// last name.
pub(super) fn come_and_gone(seed: u64, lines: usize) -> Run {
    let mut source = Source::new(seed, "come and gone");
    let mut script = Script::new();
    // Each of them needs four lines, and the probes and companions half a line.
    let objects = lines * 2 / 9;
    let shift = source.between(0, EVERY as u64 - 1) as usize;
    let mut labels = vec![script.make("new o0", "o0")];
    for at in 1..objects {
        let name = format!("o{at}");
        labels.push(script.make(&format!("new {name}"), &name));
        script.line(&format!("set o{at}.x o{}", at - 1));
        script.line(&format!("alias t o{at}"));
        match (at + shift) % EVERY {
            0 => script.prints(&format!("probe o{}", at / 2), "count 2"),
            1 => {
                let companion = script.make("new c", "c");
                script.frees("del c", &[companion]);
            }
            _ => {}
        }
    }
    for at in 0..objects {
        script.line(&format!("del o{at}"));
    }
    script.frees("del t", &labels);
    script.run()
}

/// One collection, beside a chain in each direction, of a ring, and then a wide list that goes.
pub(super) fn collected(seed: u64, lines: usize) -> Run {
    let mut source = Source::new(seed, "collected");
    let mut script = Script::new();
    let part = lines / 7 - source.between(0, 50) as usize;
    // Newer ones lead to older ones.
    script.line("new a");
    script.made += 1;
    for _ in 0..part {
        let _ = script.make("list a a", "a");
    }
    // Older ones lead to newer ones.
    script.line("new h");
    script.line("alias b h");
    script.made += 1;
    for _ in 0..part {
        let _ = script.make("new n", "n");
        script.line("set b.x n");
        script.line("alias b n");
    }
    script.line("gc");
    let mut ring = vec![script.make("new r", "r")];
    script.line("alias s r");
    for _ in 0..part {
        ring.push(script.make("list r r", "r"));
    }
    script.line("set s.x r");
    script.line("del r");
    script.line("del s");
    let mut items: Vec<String> = Vec::new();
    let mut wide = "list w".to_owned();
    for at in 0..part {
        let name = format!("i{at}");
        items.push(script.make(&format!("new {name}"), &name));
        let _ = write!(wide, " {name}");
    }
    items.push(script.make(&wide, "w"));
    for at in 0..part {
        script.line(&format!("del i{at}"));
    }
    script.frees("gc", &ring);
    script.frees("del w", &items);
    script.prints("probe h", "count 1");
    script.run()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_about_as_long_as_is_said() {
        for script in [come_and_gone, collected] {
            for lines in [25_000, 200_000] {
                let Some(Step::Send(text)) = script(7, lines).steps.into_iter().next() else {
                    panic!("nothing is sent");
                };
                let found = text.iter().filter(|byte| **byte == b'\n').count();
                assert!((lines * 3 / 4..=lines).contains(&found), "{found}");
            }
        }
    }
}
