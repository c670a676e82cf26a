//! What objects are made of: their words in memory, their sizes, their counts of references, and
//! which of them exist once or are never counted.
//!
//! See `Include/object.h` of CPython, PEP 393 for strings and PEP 683 for immortal objects.

use std::io::Write;

use serde::Deserialize;

use super::python::Python;
use super::section::{opening, section};
use crate::lessons::columns::{Align, head, narrow, prose};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::ui::visible;

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "objects",
    title: "objects in memory: headers, sizes, counts, small integers, immortals",
    run,
};

/// The oldest version whose words are known.
const LEAST: (u32, u32) = (3, 9);

#[derive(Debug, Deserialize)]
struct Found {
    /// Why no memory can be read.
    why_not: Option<String>,
    sizes: Vec<Size>,
    dumps: Vec<Dump>,
    counted: Vec<Counted>,
    /// How many references were made for `immortal`.
    many: i64,
    immortal: Vec<Moved>,
    once: Once,
    interned: Vec<Interned>,
}

#[derive(Debug, Deserialize)]
struct Size {
    r#type: String,
    value: String,
    bytes: u64,
}

/// An object, word by word.
#[derive(Debug, Deserialize)]
struct Dump {
    value: String,
    bytes: u64,
    words: Vec<Word>,
}

#[derive(Debug, Deserialize)]
struct Word {
    offset: u64,
    bits: u64,
    meaning: String,
}

#[derive(Debug, Deserialize)]
struct Counted {
    what: String,
    count: i64,
}

/// A count, and by how much it was changed by many new references.
#[derive(Debug, Deserialize)]
struct Moved {
    value: String,
    before: i64,
    moved: i64,
}

/// The integers that exist once.
#[derive(Debug, Deserialize)]
struct Once {
    first: i64,
    last: i64,
    /// Bytes from each to the next, if that is always the same.
    step: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Interned {
    what: String,
    is_one: bool,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = "Every value is a block of memory that begins with a count of references and the \
                 address of its type. What follows are the blocks themselves, read with ctypes by a \
                 Python that looks at its own objects.";
    opening(out, "What objects are made of", story, options)?;
    let Some(python) = Python::find(out, LEAST, options)? else {
        return Ok(());
    };
    let found: Found = python.ask(include_str!("objects.py"), &[], options)?;
    if let Some(why) = &found.why_not {
        let text = format!("Not shown here: memory and counts ({}).", visible(why));
        writeln!(out, "{}", prose(&text))?;
    }
    if !found.dumps.is_empty() {
        let meaning = "A name, an element, an attribute is the address of such a block. The tuple \
                       holds addresses: what they lead to is elsewhere, and may be somebody else's, \
                       too.";
        section(out, "In memory", &dumped(&found.dumps), meaning, options)?;
    }
    let meaning = "A string has 1, 2 or 4 bytes for each character, as the widest one in it needs; \
                   an integer 4 for each 30 bits. What containers hold is not included, and what is \
                   in front of those that the collector watches is.";
    section(out, "Bytes", &sizes(&found.sizes), meaning, options)?;
    if !found.counted.is_empty() {
        let meaning = "Each place that holds a reference counts. The list is in itself then, and \
                       that changed its own count and not the object's.";
        let picture = counted(&found.counted);
        section(out, "The count of one object", &picture, meaning, options)?;
    }
    let meaning = format!("{} {}", small(&found.once), INTERNED);
    section(
        out,
        "One or two",
        &interned(&found.interned),
        &meaning,
        options,
    )?;
    if !found.immortal.is_empty() {
        let title = format!("{} more references", found.many);
        let meaning = immortals(&found.immortal, &python.version());
        section(out, &title, &moved(&found.immortal), &meaning, options)?;
    }
    let read_on = "Look yourself: `python3 -c 'import sys; print(sys.getsizeof(10**100))'`. Read \
                   on: `syslab cpython read objects`, and `syslab cpython read counts`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// What follows from the table of strings.
const INTERNED: &str = "A string that is a name is kept in a table, where all who need the same \
                        text find the same object. None of this is promised: for values there is ==.";

/// Objects, word by word; bits as the number that they are.
fn dumped(dumps: &[Dump]) -> String {
    let mut text = String::new();
    for (nth, dump) in dumps.iter().enumerate() {
        if nth > 0 {
            text.push('\n');
        }
        text.push_str(&format!(
            "  {}, {} bytes\n",
            visible(&dump.value),
            dump.bytes
        ));
        let rows: Vec<Vec<String>> = dump
            .words
            .iter()
            .map(|word| {
                vec![
                    format!("  {:>4}", format!("+{}", word.offset)),
                    format!("{:016x}", word.bits),
                    visible(&word.meaning),
                ]
            })
            .collect();
        text.push_str(&narrow(&[], &rows));
    }
    text
}

fn sizes(sizes: &[Size]) -> String {
    let mut rows = vec![head(["type", "value", "bytes"])];
    for size in sizes {
        rows.push(vec![
            size.r#type.clone(),
            visible(&size.value),
            size.bytes.to_string(),
        ]);
    }
    narrow(&[Align::Left, Align::Left, Align::Right], &rows)
}

fn counted(steps: &[Counted]) -> String {
    let mut rows = vec![head(["after", "count"])];
    for step in steps {
        rows.push(vec![step.what.clone(), step.count.to_string()]);
    }
    narrow(&[Align::Left, Align::Right], &rows)
}

/// Which integers exist once.
fn small(once: &Once) -> String {
    let mut text = format!(
        "The integers from {} to {} exist once: whoever computed one of them twice got the same \
         object.",
        once.first, once.last
    );
    if let Some(step) = once.step {
        text.push_str(&format!(
            " They lie in memory in their order, {step} bytes from each to the next."
        ));
    }
    text
}

fn interned(pairs: &[Interned]) -> String {
    let mut rows = vec![head(["two equal strings", "are"])];
    for pair in pairs {
        let are = match pair.is_one {
            true => "one object",
            false => "two objects",
        };
        rows.push(vec![pair.what.clone(), are.to_owned()]);
    }
    narrow(&[], &rows)
}

fn moved(counts: &[Moved]) -> String {
    let mut rows = vec![head(["object", "count before", "changed by"])];
    for count in counts {
        rows.push(vec![
            visible(&count.value),
            count.before.to_string(),
            count.moved.to_string(),
        ]);
    }
    narrow(&[Align::Left, Align::Right, Align::Right], &rows)
}

/// What the counts say.
fn immortals(counts: &[Moved], version: &str) -> String {
    let still = counts.iter().filter(|count| count.moved == 0).count();
    match still {
        0 => format!(
            "All of these were counted, None and the type int, too: Python {version} is older than \
             immortal objects, which came with 3.12. Each return of None is a write to the memory \
             in which it lies."
        ),
        _ => format!(
            "{still} of these {} counts have not moved: these objects are immortal, and their \
             memory is not written to, however many references come and go. Pages on which they lie \
             stay shared after a fork.",
            counts.len()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_shown_with_its_meaning() {
        let word = |offset, bits, meaning: &str| Word {
            offset,
            bits,
            meaning: meaning.to_owned(),
        };
        let dump = Dump {
            value: "1.5".to_owned(),
            bytes: 24,
            words: vec![
                word(0, 5, "ob_refcnt"),
                word(16, 0x3ff8_0000_0000_0000, "a C double: 1.5"),
            ],
        };
        assert_eq!(
            dumped(&[dump]),
            "  1.5, 24 bytes
    +0  0000000000000005  ob_refcnt
   +16  3ff8000000000000  a C double: 1.5
"
        );
    }

    #[test]
    fn what_is_said_of_immortals_is_what_was_seen() {
        let count = |moved| Moved {
            value: "None".to_owned(),
            before: 7,
            moved,
        };
        assert!(immortals(&[count(1000)], "3.11.2").contains("3.11.2 is older"));
        assert!(immortals(&[count(1000), count(0)], "3.12.1").starts_with("1 of these 2 counts"));
        let once = |step| Once {
            first: -5,
            last: 256,
            step,
        };
        assert!(small(&once(None)).ends_with("same object."));
        assert!(small(&once(Some(32))).contains("-5 to 256"));
    }
}
