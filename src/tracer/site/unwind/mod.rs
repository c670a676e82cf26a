//! Call frame information: from a code address to the rule that finds the caller.
//!
//! `.eh_frame_hdr` and `.eh_frame` as the compiler wrote them (LSB, "Exception Frames"; DWARF 5,
//! 6.4). gimli parses; what is here bounds it, because the bytes are hostile: no entry longer
//! than real ones are, no expression that loops.

mod table;

use std::collections::HashMap;

use addr2line::gimli::{CfaRule, RegisterRule, UnwindContext};

use self::table::{Table, register_of};
use super::image::Segment;
use super::memory::{Memory, Stack};
use super::registers::MACHINE;

/// Rules remembered for each image, by address.
const RULES: usize = 8192;

/// Registers that are followed from frame to frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Address of an instruction of the frame: for a caller, inside its call instruction.
    pub(super) pc: u64,
    pub(super) sp: u64,
    pub(super) fp: u64,
    pub(super) lr: u64,
    /// Whether the frame is the stopped one, or one that a signal interrupted, and not a caller.
    pub(super) is_innermost: bool,
}

/// How to find a register of the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Saved {
    /// It has not changed.
    Same,
    /// It was stored at this offset from the canonical frame address.
    At(i64),
    /// It is this far from the canonical frame address.
    Value(i64),
}

/// How to find the caller of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// The canonical frame address is a register plus an offset.
    Simple {
        from_fp: bool,
        offset: i64,
        ra: Saved,
        fp: Saved,
    },
    /// Expressions are needed (signal trampolines): evaluated each time.
    Complex,
    /// There is no caller.
    Outermost,
    /// No unwinding data for this address.
    None,
}

/// The result of one step.
pub(super) enum Step {
    /// The caller.
    Caller(Frame),
    /// There is none, or it cannot be found.
    End,
    /// Nothing is known of this address: try the frame pointer.
    Unknown,
}

/// The unwinding data of one image, and the rules that they gave so far.
#[derive(Default)]
pub(super) struct Unwinding {
    table: Table,
    rules: HashMap<u64, Rule>,
}

impl Unwinding {
    /// Reads the data that `header` (`.eh_frame_hdr`) leads to; `None` if it is not as linkers
    /// write it. At most `budget` bytes, which are taken from it.
    pub(super) fn read(
        memory: Memory,
        bias: u64,
        header: Segment,
        loads: &[Segment],
        budget: &mut usize,
    ) -> Option<Self> {
        Table::read(memory, bias, header, loads, budget).map(Self::of)
    }

    /// The same for data that have no header.
    pub(super) fn index(
        memory: Memory,
        bias: u64,
        frames: Segment,
        budget: &mut usize,
    ) -> Option<Self> {
        Table::index(memory, bias, frames, budget).map(Self::of)
    }

    fn of(table: Table) -> Self {
        Self {
            table,
            rules: HashMap::new(),
        }
    }

    /// Finds the caller of `frame`, which runs code of this image, mapped with `bias`.
    pub(super) fn step(
        &mut self,
        bias: u64,
        frame: Frame,
        stack: &mut Stack,
        context: &mut UnwindContext<usize>,
    ) -> Step {
        let address = frame.pc.wrapping_sub(bias);
        let rule = match self.rules.get(&address) {
            Some(rule) => *rule,
            None => {
                let rule = self.rule(address, context).unwrap_or(Rule::None);
                if self.rules.len() >= RULES {
                    self.rules.clear();
                }
                self.rules.insert(address, rule);
                rule
            }
        };
        match rule {
            Rule::Simple {
                from_fp,
                offset,
                ra,
                fp,
            } => simple(frame, from_fp, offset, ra, fp, stack).map_or(Step::End, Step::Caller),
            Rule::Complex => self
                .complex(address, frame, stack, context)
                .map_or(Step::End, Step::Caller),
            Rule::Outermost => Step::End,
            Rule::None => Step::Unknown,
        }
    }

    /// The rule for an address as the file's own headers count it.
    fn rule(&self, address: u64, context: &mut UnwindContext<usize>) -> Option<Rule> {
        self.table.row(address, context, |row, _| {
            let ra = match row.register(MACHINE.ra) {
                Some(RegisterRule::Undefined) => return Some(Rule::Outermost),
                // x86-64 calls push the return address: every real entry says where it is.
                None | Some(RegisterRule::SameValue) if MACHINE.has_link => Saved::Same,
                None | Some(RegisterRule::SameValue) => return Some(Rule::Outermost),
                Some(RegisterRule::Offset(offset)) => Saved::At(offset),
                Some(RegisterRule::ValOffset(offset)) => Saved::Value(offset),
                Some(_) => return Some(Rule::Complex),
            };
            let fp = match row.register(MACHINE.fp) {
                None | Some(RegisterRule::Undefined | RegisterRule::SameValue) => Saved::Same,
                Some(RegisterRule::Offset(offset)) => Saved::At(offset),
                Some(RegisterRule::ValOffset(offset)) => Saved::Value(offset),
                Some(_) => return Some(Rule::Complex),
            };
            Some(match row.cfa() {
                CfaRule::RegisterAndOffset { register, offset } => Rule::Simple {
                    from_fp: match *register {
                        register if register == MACHINE.sp => false,
                        register if register == MACHINE.fp => true,
                        _ => return None,
                    },
                    offset: *offset,
                    ra,
                    fp,
                },
                CfaRule::Expression(_) => Rule::Complex,
            })
        })
    }

    /// Evaluates what an address' row says, expressions included.
    fn complex(
        &self,
        address: u64,
        frame: Frame,
        stack: &mut Stack,
        context: &mut UnwindContext<usize>,
    ) -> Option<Frame> {
        self.table.row(address, context, |row, entry| {
            let cfa = match row.cfa() {
                CfaRule::RegisterAndOffset { register, offset } => {
                    register_of(frame, *register)?.wrapping_add_signed(*offset)
                }
                CfaRule::Expression(expression) => {
                    entry.evaluate(expression, None, frame, stack)?
                }
            };
            let mut find = |register, current| {
                Some(match row.register(register) {
                    None | Some(RegisterRule::SameValue) => current,
                    Some(RegisterRule::Offset(offset)) => {
                        stack.word(cfa.wrapping_add_signed(offset))?
                    }
                    Some(RegisterRule::ValOffset(offset)) => cfa.wrapping_add_signed(offset),
                    Some(RegisterRule::Register(other)) => register_of(frame, other)?,
                    Some(RegisterRule::Expression(expression)) => {
                        let at = entry.evaluate(&expression, Some(cfa), frame, stack)?;
                        stack.word(at)?
                    }
                    Some(RegisterRule::ValExpression(expression)) => {
                        entry.evaluate(&expression, Some(cfa), frame, stack)?
                    }
                    Some(_) => return None,
                })
            };
            let ra = find(MACHINE.ra, frame.lr)?;
            let fp = find(MACHINE.fp, frame.fp)?;
            Some(caller(ra, cfa, fp, entry.is_signal))
        })
    }
}

fn simple(
    frame: Frame,
    from_fp: bool,
    offset: i64,
    ra: Saved,
    fp: Saved,
    stack: &mut Stack,
) -> Option<Frame> {
    let base = if from_fp { frame.fp } else { frame.sp };
    let cfa = base.wrapping_add_signed(offset);
    // Callers lie above; only a leaf that keeps its return address in a register takes no room.
    if cfa < frame.sp || (cfa == frame.sp && !frame.is_innermost) {
        return None;
    }
    let mut find = |saved, current| match saved {
        Saved::Same => Some(current),
        Saved::At(offset) => stack.word(cfa.wrapping_add_signed(offset)),
        Saved::Value(offset) => Some(cfa.wrapping_add_signed(offset)),
    };
    let ra = find(ra, frame.lr)?;
    let fp = find(fp, frame.fp)?;
    Some(caller(ra, cfa, fp, false))
}

/// The calling frame, or the interrupted one if `is_signal`.
fn caller(ra: u64, sp: u64, fp: u64, is_signal: bool) -> Frame {
    let address = ra & MACHINE.code_bits;
    Frame {
        // The return address may already belong to the next line, or to the next function.
        pc: if is_signal {
            address
        } else {
            address.wrapping_sub(1)
        },
        sp,
        fp,
        lr: ra,
        is_innermost: is_signal,
    }
}

/// The caller by the frame pointer: what to try where there is no unwinding data.
///
/// A frame that may be a leaf without a frame of its own is tried as one first: `is_code` says
/// whether a word is an address of code.
pub(super) fn by_frame_pointer(
    frame: Frame,
    stack: &mut Stack,
    is_code: impl Fn(u64) -> bool,
) -> Option<Frame> {
    if frame.is_innermost {
        if MACHINE.has_link {
            return Some(caller(frame.lr, frame.sp, frame.fp, false));
        }
        if let Some(ra) = stack.word(frame.sp).filter(|ra| is_code(*ra)) {
            return Some(caller(ra, frame.sp.checked_add(8)?, frame.fp, false));
        }
    }
    if frame.fp < frame.sp || !frame.fp.is_multiple_of(8) {
        return None;
    }
    let fp = stack.word(frame.fp)?;
    let ra = stack.word(frame.fp.checked_add(8)?)?;
    Some(caller(ra, frame.fp.checked_add(16)?, fp, false))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::image::Images;
    use super::super::maps::Maps;
    use super::*;

    /// The test program itself: its mappings, and its unwinding data.
    fn own() -> (Memory, u64, u64, Table) {
        let memory = Memory {
            tid: std::process::id().cast_signed(),
        };
        let here = own as fn() -> (Memory, u64, u64, Table) as usize as u64;
        let maps = Maps::of(memory.tid);
        let mapping = &maps.code[maps.at(here).expect("our code")];
        let head = mapping.head.expect("an image");
        let mut images = Images::new();
        let image = images
            .find(memory, mapping.file, &mapping.path, head)
            .expect("an image");
        let bias = images.get(image).bias(head);
        let unwinding = std::mem::take(images.unwinding(image, memory, bias));
        (memory, bias, here, unwinding.table)
    }

    #[test]
    fn finds_rules_for_compiled_code() {
        let (_, bias, here, table) = own();
        let unwinding = Unwinding::of(table);
        let rule = unwinding.rule(here - bias, &mut UnwindContext::new());
        // At its first instruction, a function has what its caller pushed.
        let expected = if MACHINE.has_link {
            (0, Saved::Same)
        } else {
            (8, Saved::At(-8))
        };
        assert_eq!(
            rule,
            Some(Rule::Simple {
                from_fp: false,
                offset: expected.0,
                ra: expected.1,
                fp: Saved::Same,
            })
        );
        assert_eq!(unwinding.rule(0, &mut UnwindContext::new()), None);
    }

    #[test]
    fn survives_data_that_lie() {
        let (memory, bias, here, table) = own();
        // Instructions that take expressions, and a branch back for these; or anything.
        let byte = || {
            prop_oneof![
                prop::sample::select(vec![0x0f, 0x10, 0x16, 0x04, 0x2f, 0xfd, 0xff, 0x77, 0x06]),
                any::<u8>(),
            ]
        };
        let at = || prop_oneof![12 => 0..12_usize, 1 => 0..96_usize];
        proptest!(ProptestConfig::with_cases(4000), |(
            changes in prop::collection::vec((at(), byte()), 0..12),
            offset in 0..20_000_u64,
            (sp, fp, lr) in any::<(u64, u64, u64)>(),
        )| {
            let (mut stack, mut context) = (Stack::new(), UnwindContext::new());
            stack.reset(memory);
            let pc = here + offset;
            let Some(table) = table.damaged(pc - bias, &changes) else {
                return Ok(());
            };
            let mut unwinding = Unwinding::of(table);
            // Near the stack of this thread, so that there is something to be read.
            let near = &raw const stack as u64;
            for sp in [near, sp] {
                let frame = Frame { pc, sp, fp: near ^ (fp & 0xff), lr, is_innermost: false };
                unwinding.step(bias, frame, &mut stack, &mut context);
                by_frame_pointer(Frame { fp, ..frame }, &mut stack, |_| true);
            }
        });
    }

    #[test]
    fn an_expression_that_loops_comes_to_an_end() {
        let (memory, bias, here, table) = own();
        // DW_CFA_def_cfa_expression, 3 bytes: DW_OP_skip -3.
        let looping = [0xff, 0xfd, 0x2f, 3, 0x0f];
        let changes: Vec<_> = looping.into_iter().enumerate().collect();
        let (mut stack, mut context) = (Stack::new(), UnwindContext::new());
        // Some entry is long enough for that.
        let (pc, mut unwinding) = (here..here + 100_000)
            .step_by(16)
            .find_map(|pc| {
                let table = table.damaged(pc - bias, &changes)?;
                let unwinding = Unwinding::of(table);
                let rule = unwinding.rule(pc - bias, &mut context);
                (rule == Some(Rule::Complex)).then_some((pc, unwinding))
            })
            .expect("an entry");
        stack.reset(memory);
        let sp = &raw const stack as u64;
        let frame = Frame {
            pc,
            sp,
            fp: sp,
            lr: 0,
            is_innermost: true,
        };
        let step = unwinding.step(bias, frame, &mut stack, &mut context);
        assert!(matches!(step, Step::End));
    }
}
