//! Line tables of CPython's code objects: from a bytecode offset to a line.
//!
//! Three formats, described in CPython's `Objects/lnotab_notes.txt` (to 3.10) and
//! `InternalDocs/code_objects.md` (from 3.11). The tables are hostile: whatever they say, the
//! result has at most one span for each of their bytes.

use super::layout::Lines;

/// Bytecode up to `end` (exclusive, in bytes) belongs to `line`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    end: u32,
    /// 0 where the compiler gave none.
    line: u32,
}

/// Decodes a table.
pub(super) fn decode(lines: Lines, table: &[u8], first_line: i32) -> Vec<Span> {
    match lines {
        Lines::Increments => increments(table, first_line),
        Lines::Ranges => ranges(table, first_line),
        Lines::Locations => locations(table, first_line),
    }
}

/// The line of the instruction at `offset`; 0 if the table does not say.
pub(super) fn find(spans: &[Span], offset: u32) -> u32 {
    spans
        .get(spans.partition_point(|span| span.end <= offset))
        .map_or(0, |span| span.line)
}

/// Adds a span, or lengthens the last one.
fn push(spans: &mut Vec<Span>, end: u32, line: i32) {
    let line = u32::try_from(line).unwrap_or(0);
    match spans.last_mut() {
        Some(last) if last.line == line => last.end = end,
        _ => spans.push(Span { end, line }),
    }
}

/// Pairs of an unsigned bytecode increment and a signed line increment.
fn increments(table: &[u8], first_line: i32) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut at, mut line) = (0_u32, first_line);
    for pair in table.chunks_exact(2) {
        if pair[0] > 0 {
            at = at.saturating_add(pair[0].into());
            push(&mut spans, at, line);
        }
        line = line.wrapping_add(i32::from(pair[1].cast_signed()));
    }
    push(&mut spans, u32::MAX, line);
    spans
}

/// Pairs of a length in bytes and a signed line increment, -128 meaning "no line".
fn ranges(table: &[u8], first_line: i32) -> Vec<Span> {
    const NO_LINE: i8 = -128;
    let mut spans = Vec::new();
    let (mut end, mut line) = (0_u32, first_line);
    for pair in table.chunks_exact(2) {
        end = end.saturating_add(pair[0].into());
        let increment = pair[1].cast_signed();
        if increment != NO_LINE {
            line = line.wrapping_add(increment.into());
        }
        if pair[0] > 0 {
            push(&mut spans, end, if increment == NO_LINE { 0 } else { line });
        }
    }
    spans
}

/// Entries of a first byte (1, four bits of kind, three bits of length less one) and operands.
fn locations(table: &[u8], first_line: i32) -> Vec<Span> {
    /// Bytes of an instruction or of a cache entry: lengths count these.
    const UNIT: u32 = 2;
    let mut spans = Vec::new();
    let mut rest = table.iter().copied().peekable();
    let (mut end, mut line) = (0_u32, first_line);
    while let Some(first) = rest.next() {
        let kind = first >> 3 & 15;
        end = end.saturating_add((u32::from(first & 7) + 1) * UNIT);
        let increment = match kind {
            0..=9 => 0,
            10..=12 => i32::from(kind) - 10,
            13 | 14 => signed(&mut rest),
            _ => 0,
        };
        line = line.wrapping_add(increment);
        push(&mut spans, end, if kind == 15 { 0 } else { line });
        // Columns do not matter to us: entries begin with a byte whose top bit is set.
        while rest.next_if(|byte| byte & 0x80 == 0).is_some() {}
    }
    spans
}

/// A signed number: sign in the lowest bit, then six bits a byte, least significant first.
fn signed(bytes: &mut std::iter::Peekable<impl Iterator<Item = u8>>) -> i32 {
    let (mut value, mut shift) = (0_u32, 0);
    while let Some(byte) = bytes.next_if(|byte| byte & 0x80 == 0) {
        value |= u32::from(byte & 63).checked_shl(shift).unwrap_or(0);
        shift += 6;
        if byte & 64 == 0 {
            break;
        }
    }
    let magnitude = (value >> 1).cast_signed();
    if value & 1 == 1 {
        -magnitude
    } else {
        magnitude
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(lines: Lines, table: &[u8], first_line: i32, offsets: &[u32]) -> Vec<u32> {
        let spans = decode(lines, table, first_line);
        offsets.iter().map(|at| find(&spans, *at)).collect()
    }

    /// `def f():`, a loop whose body steps back one line, a long jump of 300 lines.
    #[test]
    fn increments_step_both_ways() {
        let table = [0, 1, 8, 1, 6, 255, 4, 127, 0, 127, 0, 46];
        assert_eq!(
            lines(Lines::Increments, &table, 10, &[0, 7, 8, 14, 17, 18, 999]),
            [11, 11, 12, 11, 11, 311, 311]
        );
    }

    #[test]
    fn ranges_may_have_no_line() {
        let table = [4, 1, 6, 0x80, 2, 255, 0, 100, 2, 0];
        assert_eq!(
            lines(Lines::Ranges, &table, 10, &[0, 3, 4, 9, 10, 12, 14]),
            [11, 11, 0, 0, 10, 110, 0]
        );
    }

    #[test]
    fn locations_of_every_kind() {
        let table = [
            0x80,
            5, // short form, 1 unit
            0x80 | 11 << 3 | 1,
            0,
            4, // one line on, 2 units
            0x80 | 13 << 3,
            3, // no column: one line back
            0x80 | 14 << 3,
            0x40 | 8,
            2,
            0,
            1,
            1,              // long: (2 << 6 | 8) >> 1 = 68 lines on
            0x80 | 15 << 3, // no location
            0x80,
            1, // short form again
        ];
        assert_eq!(
            lines(Lines::Locations, &table, 10, &[0, 2, 5, 6, 8, 10, 12, 14]),
            [10, 11, 11, 10, 78, 0, 78, 0]
        );
    }

    proptest! {
        #[test]
        fn any_table_is_decoded(table: Vec<u8>, first_line: i32, offset: u32) {
            for format in [Lines::Increments, Lines::Ranges, Lines::Locations] {
                let spans = decode(format, &table, first_line);
                prop_assert!(spans.len() <= table.len() + 1);
                find(&spans, offset);
            }
        }
    }
}
