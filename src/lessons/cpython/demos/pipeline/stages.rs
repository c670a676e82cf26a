//! How each stage looks on paper, with the one expression marked in it: `>` before a line, `^`
//! under a piece of one.

use super::{Instruction, Span, Stages, Step, Token, lies_within};
use crate::lessons::columns::{Align, head, narrow};
use crate::lessons::process::demos::stage::shortened;

/// Columns for the piece of source from which an instruction was made.
const PIECE: usize = 24;

/// The source with its lines' numbers.
pub(super) fn source(source: &str, marked: Span) -> String {
    let mut text = String::new();
    for (line, number) in source.lines().zip(1..) {
        text.push_str(&format!("  {number}  {line}\n"));
        if number == marked[0] {
            let (from, to) = (marked[1] as usize, marked[3] as usize);
            text.push_str(&format!("     {:from$}{}\n", "", "^".repeat(to - from)));
        }
    }
    text
}

/// The tokens of each line: their texts, and what each is.
pub(super) fn tokens(tokens: &[Token], marked: Span) -> String {
    let mut text = String::new();
    let last = tokens.iter().map(|token| token.span[0]).max().unwrap_or(0);
    for number in 1..=last {
        let mut rows = [format!("  {number}"), "   ".to_owned(), "   ".to_owned()];
        for token in tokens.iter().filter(|token| token.span[0] == number) {
            // Nothing for what has no text of its own, and for ends of lines.
            let shown = token.text.trim();
            let under = match lies_within(token.span, marked) && !shown.is_empty() {
                true => "^".repeat(shown.len().max(token.name.len())),
                false => String::new(),
            };
            let width = shown.len().max(token.name.len());
            for (row, cell) in rows.iter_mut().zip([shown, &token.name, &under]) {
                row.push_str(&format!("  {cell:<width$}"));
            }
        }
        for row in rows {
            if !row.trim().is_empty() {
                text.push_str(&format!("{}\n", row.trim_end()));
            }
        }
    }
    text
}

/// The tree, a node a line, deeper ones further to the right.
pub(super) fn tree(stages: &Stages) -> String {
    let rows: Vec<Vec<String>> = stages
        .tree
        .iter()
        .map(|node| {
            vec![
                mark(node.span, stages.marked),
                format!("{}{}", "  ".repeat(node.depth), node.label),
                node.span.map(place).unwrap_or_default(),
            ]
        })
        .collect();
    narrow(&[], &rows)
}

/// What each name is.
pub(super) fn symbols(stages: &Stages) -> String {
    let is_used = |name: &str| {
        let mut tokens = stages.tokens.iter();
        tokens.any(|token| token.text == name && lies_within(token.span, stages.marked))
    };
    let rows: Vec<Vec<String>> = stages
        .symbols
        .iter()
        .map(|symbol| {
            let mark = if is_used(&symbol.name) { " >" } else { "" };
            vec![mark.to_owned(), symbol.name.clone(), symbol.kind.clone()]
        })
        .collect();
    narrow(&[], &rows)
}

/// The instructions, each with the piece of source from which it was made.
pub(super) fn bytecode(stages: &Stages, source: &str) -> String {
    let mut rows = vec![head(["", "at", "instruction", "made from"])];
    for one in &stages.bytecode {
        rows.push(vec![
            mark(one.span, stages.marked),
            one.offset.to_string(),
            one.said(),
            one.span
                .map(|span| piece(source, span))
                .unwrap_or_else(|| "(nothing)".to_owned()),
        ]);
    }
    narrow(&[Align::Left, Align::Right], &rows)
}

/// What was executed, with the stack after each step.
pub(super) fn steps(stages: &Stages, steps: &[Step], result: &str) -> String {
    let mut rows = vec![head([
        "",
        "at",
        "instruction",
        "stack, its top on the right",
    ])];
    for (nth, step) in steps.iter().enumerate() {
        let found = stages.bytecode.iter().find(|one| one.offset == step.offset);
        let after = match steps.get(nth + 1) {
            Some(next) => match &next.stack {
                Some(values) => values.join("  "),
                None => "?".to_owned(),
            },
            None => format!("returns {result}"),
        };
        rows.push(vec![
            mark(found.and_then(|one| one.span), stages.marked),
            step.offset.to_string(),
            found.map(Instruction::said).unwrap_or_default(),
            after,
        ]);
    }
    narrow(&[Align::Left, Align::Right], &rows)
}

fn mark(span: Option<Span>, marked: Span) -> String {
    match span.is_some_and(|span| lies_within(span, marked)) {
        true => " >".to_owned(),
        false => String::new(),
    }
}

/// `5:19 to 5:28`, and without the second line if it is the first.
fn place([line, column, last, behind]: Span) -> String {
    match line == last {
        true => format!("{line}:{column}-{behind}"),
        false => format!("{line}:{column}-{last}:{behind}"),
    }
}

/// The source at this place, in few columns.
fn piece(source: &str, [line, column, last, behind]: Span) -> String {
    let Some(text) = source.lines().nth((line as usize).saturating_sub(1)) else {
        return String::new();
    };
    let (from, to) = match line == last {
        true => (column as usize, behind as usize),
        false => (column as usize, text.len()),
    };
    let text = text.get(from..to).unwrap_or_default();
    match line == last {
        true if text.is_empty() => "(nothing)".to_owned(),
        true => shortened(text, PIECE),
        false => format!("{} ...", shortened(text, PIECE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_expression_is_marked_everywhere() {
        let text = "def f(a):\n    return a * 2\n";
        let marked = [2, 11, 2, 16];
        assert_eq!(
            source(text, marked),
            "  1  def f(a):\n  2      return a * 2\n                ^^^^^\n"
        );
        let token = |name: &str, text: &str, span| Token {
            name: name.to_owned(),
            text: text.to_owned(),
            span,
        };
        assert_eq!(
            tokens(
                &[
                    token("INDENT", "    ", [2, 0, 2, 4]),
                    token("NAME", "a", [2, 11, 2, 12]),
                    token("STAR", "*", [2, 13, 2, 14]),
                    token("NUMBER", "2", [2, 15, 2, 16]),
                    token("NEWLINE", "\n", [2, 16, 2, 17]),
                ],
                marked
            ),
            "  1
  2          a     *     2
     INDENT  NAME  STAR  NUMBER  NEWLINE
             ^^^^  ^^^^  ^^^^^^
"
        );
        assert_eq!(mark(Some([2, 15, 2, 16]), marked), " >");
        assert_eq!(mark(Some([2, 4, 2, 16]), marked), "");
        assert_eq!(piece(text, marked), "a * 2");
        assert_eq!(piece(text, [1, 0, 2, 16]), "def f(a): ...");
        assert_eq!(place([1, 0, 2, 16]), "1:0-2:16");
        assert_eq!(place(marked), "2:11-16");
    }

    #[test]
    fn the_stack_after_a_step_is_that_before_the_next() {
        let step = |offset, stack: &[&str]| Step {
            offset,
            stack: Some(stack.iter().map(|one| (*one).to_owned()).collect()),
        };
        let stages = Stages::default();
        assert_eq!(
            steps(&stages, &[step(2, &[]), step(4, &["6"])], "6"),
            "  at  instruction  stack, its top on the right
   2               6
   4               returns 6
"
        );
    }
}
