//! The control-flow graph as a picture: a box for each basic block, in the order of the code, and
//! lanes beside the boxes for jumps.

use std::collections::{BTreeMap, BTreeSet};

use super::Instruction;

/// Instructions that are always executed one after the other, and where they may lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// Offsets of the first and the last.
    pub(super) offsets: [u32; 2],
    pub(super) names: Vec<String>,
    /// Whether one of them belongs to the expression that is followed.
    pub(super) is_marked: bool,
    /// The block to which its last instruction jumps.
    pub(super) jump: Option<usize>,
    /// Whether the next block may follow it.
    pub(super) falls: bool,
}

/// Columns within a box.
const INNER: usize = 46;

/// Columns from a box to the first lane, and between two lanes.
const LANE: usize = 4;

/// Cuts code into its basic blocks.
pub(super) fn blocks(code: &[Instruction], is_marked: impl Fn(&Instruction) -> bool) -> Vec<Block> {
    let mut leaders: BTreeSet<u32> = code.iter().filter_map(|one| one.jump).collect();
    leaders.extend(code.first().map(|one| one.offset));
    for pair in code.windows(2) {
        if pair[0].jump.is_some() || !pair[0].falls {
            leaders.insert(pair[1].offset);
        }
    }
    let number: BTreeMap<u32, usize> = leaders.iter().copied().zip(0..).collect();
    let mut blocks: Vec<Block> = Vec::new();
    for one in code {
        if leaders.contains(&one.offset) {
            blocks.push(Block {
                offsets: [one.offset, one.offset],
                ..Block::default()
            });
        }
        let Some(block) = blocks.last_mut() else {
            continue;
        };
        block.offsets[1] = one.offset;
        block.names.push(one.name.clone());
        block.is_marked |= is_marked(one);
        block.jump = one.jump.and_then(|to| number.get(&to).copied());
        block.falls = one.falls;
    }
    blocks
}

/// The picture.
pub(super) fn drawn(blocks: &[Block]) -> String {
    let mut canvas = Canvas::default();
    // Where a block is entered by a jump, and where it is left by one.
    let mut doors = Vec::new();
    for (nth, block) in blocks.iter().enumerate() {
        let edge = format!("    +{}+", "-".repeat(INNER + 2));
        canvas.add(&edge);
        doors.push([canvas.rows.len(), 0]);
        let [first, last] = block.offsets;
        let title = match first == last {
            true => format!("{first}"),
            false => format!("{first} to {last}"),
        };
        let mark = if block.is_marked { ">" } else { " " };
        canvas.add(&format!("  {mark} | {title:<INNER$} |"));
        for line in folded(&block.names) {
            canvas.add(&format!("    | {line:<INNER$} |"));
        }
        if let Some(door) = doors.last_mut() {
            door[1] = canvas.rows.len() - 1;
        }
        canvas.add(&edge);
        if block.falls && nth + 1 < blocks.len() {
            canvas.add("        |");
            canvas.add("        v");
        } else if nth + 1 < blocks.len() {
            canvas.add("");
        }
    }
    let jumps: Vec<[usize; 2]> = blocks
        .iter()
        .zip(&doors)
        .filter_map(|(block, door)| Some([door[1], doors.get(block.jump?)?[0]]))
        .collect();
    let start = INNER + 8;
    for (jump, lane) in jumps.iter().zip(lanes(&jumps)) {
        canvas.jump(*jump, start, start + LANE * (lane + 1) - 1);
    }
    canvas.text()
}

/// Names in lines that fit into a box.
fn folded(names: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + name.len() <= INNER => {
                line.push(' ');
                line.push_str(name);
            }
            _ => lines.push(name.clone()),
        }
    }
    lines
}

/// A lane for each jump, so that no two are in one lane at the same height; short ones are inside.
fn lanes(jumps: &[[usize; 2]]) -> Vec<usize> {
    let reach = |jump: &[usize; 2]| (jump[0].min(jump[1]), jump[0].max(jump[1]));
    let mut order: Vec<usize> = (0..jumps.len()).collect();
    order.sort_by_key(|at| jumps[*at][0].abs_diff(jumps[*at][1]));
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut lanes = vec![0; jumps.len()];
    for at in order {
        let (top, bottom) = reach(&jumps[at]);
        let is_free =
            |lane: &Vec<(usize, usize)>| lane.iter().all(|(from, to)| bottom < *from || *to < top);
        let lane = taken.iter().position(is_free).unwrap_or(taken.len());
        if lane == taken.len() {
            taken.push(Vec::new());
        }
        taken[lane].push((top, bottom));
        lanes[at] = lane;
    }
    lanes
}

/// Characters at places.
#[derive(Default)]
struct Canvas {
    rows: Vec<Vec<char>>,
}

impl Canvas {
    fn add(&mut self, line: &str) {
        self.rows.push(line.chars().collect());
    }

    fn put(&mut self, row: usize, column: usize, what: char) {
        let row = &mut self.rows[row];
        if row.len() <= column {
            row.resize(column + 1, ' ');
        }
        // Where two lines cross, the one that goes down is whole; corners are seen from both.
        let is_kept = match row[column] {
            '+' => true,
            '|' => what == '-',
            _ => false,
        };
        if !is_kept {
            row[column] = what;
        }
    }

    /// A line from the end of one row to the end of another, by this lane.
    fn jump(&mut self, [from, to]: [usize; 2], start: usize, lane: usize) {
        for row in from.min(to)..=from.max(to) {
            self.put(row, lane, if row == from || row == to { '+' } else { '|' });
        }
        for row in [from, to] {
            for column in start..lane {
                self.put(row, column, '-');
            }
        }
        self.put(to, start, '<');
    }

    fn text(self) -> String {
        let lines = self.rows.into_iter().map(|row| {
            let line: String = row.into_iter().collect();
            format!("{}\n", line.trim_end())
        });
        lines.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(offset: u32, name: &str, jump: Option<u32>, falls: bool) -> Instruction {
        Instruction {
            offset,
            name: name.to_owned(),
            arg: String::new(),
            span: None,
            jump,
            falls,
        }
    }

    #[test]
    fn a_loop_has_two_jumps() {
        let code = [
            one(0, "LOAD_FAST", None, true),
            one(2, "GET_ITER", None, true),
            one(4, "FOR_ITER", Some(10), true),
            one(6, "STORE_FAST", None, true),
            one(8, "JUMP_BACKWARD", Some(4), false),
            one(10, "RETURN_VALUE", None, false),
        ];
        let blocks = blocks(&code, |one| one.offset == 6);
        assert_eq!(blocks.len(), 4);
        assert_eq!(
            drawn(&blocks),
            "    +------------------------------------------------+
    | 0 to 2                                         |
    | LOAD_FAST GET_ITER                             |
    +------------------------------------------------+
        |
        v
    +------------------------------------------------+
    | 4                                              |<--+
    | FOR_ITER                                       |---|---+
    +------------------------------------------------+   |   |
        |                                                |   |
        v                                                |   |
    +------------------------------------------------+   |   |
  > | 6 to 8                                         |   |   |
    | STORE_FAST JUMP_BACKWARD                       |---+   |
    +------------------------------------------------+       |
                                                             |
    +------------------------------------------------+       |
    | 10                                             |<------+
    | RETURN_VALUE                                   |
    +------------------------------------------------+
"
        );
    }

    #[test]
    fn lanes_are_shared_where_nothing_meets() {
        assert_eq!(lanes(&[[1, 5], [2, 3], [7, 9]]), [1, 0, 0]);
    }
}
