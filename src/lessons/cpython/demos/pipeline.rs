//! One function through all stages: source, tokens, tree, symbols, bytecode, control-flow graph;
//! and then instruction by instruction with the value stack. One expression is marked in all of them.
//!
//! See the documentation of `tokenize`, `ast`, `symtable`, `dis` and `sys.monitoring`; PEP 657 for
//! the places of instructions in the source.

mod graph;
mod stages;

use std::io::Write;

use serde::Deserialize;

use super::python::Python;
use super::section::{opening, section};
use crate::lessons::columns::prose;
use crate::model::curriculum::{Demo, DemoOptions};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "pipeline",
    title: "one function: tokens, tree, symbols, bytecode, graph; then step by step with its stack",
    run,
};

/// The function; nothing else is in it.
const SNIPPET: &str = "\
def total(prices, limit):
    sum = 0
    for price in prices:
        if price < limit:
            sum += price * 2
    return sum
";

/// The expression that is followed.
const EXPRESSION: &str = "price * 2";

/// What it is called with, and in the quick version: prices on both sides of the limit.
const ARGUMENTS: (&str, &str) = ("[[3, 9, 4], 5]", "[[3, 9], 5]");

/// The version from which on an instruction knows its place in the source.
const LEAST: (u32, u32) = (3, 11);

/// Line, column, last line, column behind: lines from 1, columns from 0.
type Span = [u32; 4];

#[derive(Debug, Deserialize)]
struct Token {
    name: String,
    text: String,
    span: Span,
}

#[derive(Debug, Deserialize)]
struct Node {
    depth: usize,
    label: String,
    span: Option<Span>,
}

#[derive(Debug, Deserialize)]
struct Symbol {
    name: String,
    kind: String,
}

#[derive(Clone, Debug, Deserialize)]
struct Instruction {
    offset: u32,
    name: String,
    arg: String,
    span: Option<Span>,
    /// The offset to which it may jump.
    jump: Option<u32>,
    /// Whether the next one may follow it.
    falls: bool,
}

impl Instruction {
    fn said(&self) -> String {
        format!("{} {}", self.name, self.arg).trim_end().to_owned()
    }
}

/// What the compiler's stages say.
#[derive(Debug, Default, Deserialize)]
struct Stages {
    tokens: Vec<Token>,
    tree: Vec<Node>,
    symbols: Vec<Symbol>,
    bytecode: Vec<Instruction>,
    marked: Span,
}

/// An instruction that is about to be executed, and the values on the stack.
#[derive(Debug, Deserialize)]
struct Step {
    offset: u32,
    stack: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
struct Executed {
    steps: Vec<Step>,
    result: String,
    /// Why there are no stacks.
    why_not: Option<String>,
}

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    let story = format!(
        "A function of six lines goes through all stages of the compiler, and is then executed. One \
         expression, `{EXPRESSION}`, is marked in each: `^` under it, or `>` before its line."
    );
    opening(out, "From text to a result", &story, options)?;
    let Some(python) = Python::find(out, LEAST, options)? else {
        return Ok(());
    };
    let helper = include_str!("pipeline.py");
    let stages: Stages = python.ask(helper, &[SNIPPET, EXPRESSION], options)?;
    let is_marked = |one: &Instruction| {
        one.span
            .is_some_and(|span| lies_within(span, stages.marked))
    };
    let blocks = graph::blocks(&stages.bytecode, is_marked);
    let pictures = [
        (
            "Source",
            stages::source(SNIPPET, stages.marked),
            "Bytes in a file, decoded.",
        ),
        (
            "Tokens",
            stages::tokens(&stages.tokens, stages.marked),
            "What the parser sees. Blocks have become INDENT and DEDENT, which have no text.",
        ),
        (
            "Tree",
            stages::tree(&stages),
            "Each node with its place, line:column. Brackets and colons are gone: what they said is \
             in the shape.",
        ),
        (
            "Symbols",
            stages::symbols(&stages),
            "Decided before any code is made. What is bound here is local, and so `sum` is not the \
             built-in one.",
        ),
    ];
    for (title, picture, meaning) in pictures {
        section(out, title, &picture, meaning, options)?;
    }
    let pairs = stages
        .bytecode
        .iter()
        .any(|one| one.name == "LOAD_FAST_LOAD_FAST");
    let meaning = match pairs {
        true => {
            "Each instruction knows from which piece of the source it was made. One that does the \
             work of two has the place of the first: the second load of a pair is not marked."
        }
        false => "Each instruction knows from which piece of the source it was made.",
    };
    let picture = stages::bytecode(&stages, SNIPPET);
    section(out, "Bytecode", &picture, meaning, options)?;
    let meaning = format!(
        "{} blocks: within one of them instructions follow each other without a choice. Down is the \
         next one, the lanes on the right are jumps. A lane that goes up is a loop.",
        blocks.len()
    );
    section(
        out,
        "Control flow",
        &graph::drawn(&blocks),
        &meaning,
        options,
    )?;
    let arguments = match options.quick {
        true => ARGUMENTS.1,
        false => ARGUMENTS.0,
    };
    let call = format!("total({})", &arguments[1..arguments.len() - 1]);
    let executed: Executed =
        python.ask(include_str!("vstack.py"), &[SNIPPET, arguments], options)?;
    let mut meaning = format!(
        "{} instructions were executed for {call}. ",
        executed.steps.len()
    );
    match &executed.why_not {
        None => meaning.push_str(
            "Each took its operands from the top of the stack and put its result there. The \
             iterator of the loop lies below all that happens in it.",
        ),
        Some(why) => meaning.push_str(&format!("Not shown here: the value stack ({why}).")),
    }
    let picture = stages::steps(&stages, &executed.steps, &executed.result);
    section(
        out,
        &format!("Executed: {call}"),
        &picture,
        &meaning,
        options,
    )?;
    let read_on = "The same without this demo: `python3 -m tokenize -e FILE`, `python3 -m ast FILE`, \
                   `python3 -m dis FILE`. Read on: `syslab cpython read tokens`, and `syslab cpython \
                   demo specialise`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// Whether one place is a part of another, or it itself.
fn lies_within(inner: Span, outer: Span) -> bool {
    (inner[0], inner[1]) >= (outer[0], outer[1]) && (inner[2], inner[3]) <= (outer[2], outer[3])
}
