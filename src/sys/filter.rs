//! The seccomp filter: which calls stop for the tracer, which are refused, which run freely.
//!
//! The classic BPF program is a binary search over ranges of call numbers, so that a call which
//! nobody watches costs a handful of instructions; see seccomp(2) and
//! Documentation/networking/filter.rst of the kernel.

use std::collections::BTreeMap;

use libc::sock_filter;

/// `AUDIT_ARCH_X86_64` of linux/audit.h.
#[cfg(target_arch = "x86_64")]
const AUDIT_ARCH: u32 = 0xc000_003e;
/// `AUDIT_ARCH_AARCH64` of linux/audit.h.
#[cfg(target_arch = "aarch64")]
const AUDIT_ARCH: u32 = 0xc000_00b7;

/// Call numbers from here on belong to the x32 interface of x86-64; no other architecture has
/// numbers this large.
const X32: u32 = 0x4000_0000;

/// `SECCOMP_RET_DATA` of a stop for a watched call.
pub const WATCHED: u32 = 1;
/// `SECCOMP_RET_DATA` of a stop for a call of another architecture (int 0x80, x32).
pub const FOREIGN: u32 = 2;

/// A call that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Number of the call.
    pub nr: u32,
    /// Refused only if this holds; always if `None`.
    pub when: Option<ArgTest>,
    /// `None`: the process is killed.
    pub errno: Option<u16>,
}

/// A test of the lower half of one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArgTest {
    /// Which argument.
    pub index: u32,
    /// Bits that count.
    pub mask: u32,
    /// What they must be.
    pub value: u32,
}

/// What becomes of calls of another architecture (int 0x80) and of x32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// They stop for the tracer, with [`FOREIGN`].
    Stop,
    /// They kill the process.
    Kill,
}

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
const JUMP_EQ: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const JUMP_GE: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
const JUMP: u16 = (libc::BPF_JMP | libc::BPF_JA) as u16;
const AND: u16 = (libc::BPF_ALU | libc::BPF_AND | libc::BPF_K) as u16;

/// Offsets in struct seccomp_data.
const NR: u32 = 0;
const ARCH: u32 = 4;
const ARGS: u32 = 16;

/// Builds the program: `watched` calls stop (`SECCOMP_RET_TRACE`), `refused` ones fail.
pub fn build(
    watched: impl IntoIterator<Item = u32>,
    refused: &[Refusal],
    foreign: Foreign,
) -> Vec<sock_filter> {
    let mut rules: BTreeMap<u32, Rule> = BTreeMap::new();
    for nr in watched {
        rules.entry(nr).or_default().is_watched = true;
    }
    for refusal in refused {
        rules.entry(refusal.nr).or_default().refusals.push(*refusal);
    }
    let foreign = match foreign {
        Foreign::Stop => trace(FOREIGN),
        Foreign::Kill => op(RETURN, libc::SECCOMP_RET_KILL_PROCESS),
    };
    let mut program = vec![
        op(LOAD, ARCH),
        jump(JUMP_EQ, AUDIT_ARCH, 1, 0),
        foreign,
        op(LOAD, NR),
        jump(JUMP_GE, X32, 0, 1),
        foreign,
    ];
    program.extend(search(&ranges(&rules)));
    program
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Rule {
    is_watched: bool,
    refusals: Vec<Refusal>,
}

impl Rule {
    fn code(&self) -> Vec<sock_filter> {
        let mut code = Vec::new();
        for refusal in &self.refusals {
            let answer = match refusal.errno {
                Some(errno) => libc::SECCOMP_RET_ERRNO | u32::from(errno),
                None => libc::SECCOMP_RET_KILL_PROCESS,
            };
            let Some(test) = refusal.when else {
                code.push(op(RETURN, answer));
                return code;
            };
            // The lower half of an argument comes first on little-endian machines.
            code.push(op(LOAD, ARGS + 8 * test.index));
            code.extend([
                op(AND, test.mask),
                jump(JUMP_EQ, test.value & test.mask, 0, 1),
                op(RETURN, answer),
            ]);
        }
        code.push(if self.is_watched {
            trace(WATCHED)
        } else {
            op(RETURN, libc::SECCOMP_RET_ALLOW)
        });
        code
    }
}

/// Neighbouring numbers with the same rule as one range: (first number, rule).
fn ranges(rules: &BTreeMap<u32, Rule>) -> Vec<(u32, Rule)> {
    let mut ranges: Vec<(u32, Rule)> = Vec::new();
    let mut begin = |first: u32, rule: Rule| {
        if ranges.last().is_none_or(|(_, last)| *last != rule) {
            ranges.push((first, rule));
        }
    };
    let mut next = 0;
    for (nr, rule) in rules {
        if *nr > next {
            begin(next, Rule::default());
        }
        begin(*nr, rule.clone());
        next = nr + 1;
    }
    begin(next, Rule::default());
    ranges
}

fn search(ranges: &[(u32, Rule)]) -> Vec<sock_filter> {
    if let [(_, rule)] = ranges {
        return rule.code();
    }
    let (low, high) = ranges.split_at(ranges.len() / 2);
    let below = search(low);
    let mut code = match u8::try_from(below.len()) {
        Ok(len) => vec![jump(JUMP_GE, high[0].0, len, 0)],
        // A conditional jump reaches only 255 instructions.
        Err(_) => vec![jump(JUMP_GE, high[0].0, 0, 1), op(JUMP, below.len() as u32)],
    };
    code.extend(below);
    code.extend(search(high));
    code
}

fn op(code: u16, k: u32) -> sock_filter {
    sock_filter {
        code,
        jt: 0,
        jf: 0,
        k,
    }
}

fn jump(code: u16, k: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter { code, jt, jf, k }
}

fn trace(data: u32) -> sock_filter {
    op(RETURN, libc::SECCOMP_RET_TRACE | data)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the program as the kernel would.
    fn answer(program: &[sock_filter], arch: u32, nr: u32, args: [u32; 6]) -> u32 {
        let (mut at, mut a) = (0, 0);
        loop {
            let sock_filter { code, jt, jf, k } = program[at];
            at += 1;
            let mut branch = |is_taken: bool| at += usize::from(if is_taken { jt } else { jf });
            match code {
                LOAD if k == NR => a = nr,
                LOAD if k == ARCH => a = arch,
                LOAD => a = args[((k - ARGS) / 8) as usize],
                AND => a &= k,
                JUMP_EQ => branch(a == k),
                JUMP_GE => branch(a >= k),
                JUMP => at += k as usize,
                RETURN => return k,
                other => panic!("no such instruction: {other:#x}"),
            }
        }
    }

    #[test]
    fn every_number_gets_its_own_answer() {
        let watched: Vec<u32> = (0..440).filter(|nr| nr % 3 == 0 || nr % 7 == 0).collect();
        let refused = [
            Refusal {
                nr: 5,
                when: None,
                errno: Some(38),
            },
            Refusal {
                nr: 6,
                when: None,
                errno: None,
            },
            Refusal {
                nr: 56,
                when: Some(ArgTest {
                    index: 0,
                    mask: 0x2_0000,
                    value: 0x2_0000,
                }),
                errno: Some(1),
            },
            Refusal {
                nr: 16,
                when: Some(ArgTest {
                    index: 1,
                    mask: u32::MAX,
                    value: 0x5412,
                }),
                errno: Some(1),
            },
        ];
        let program = build(watched.iter().copied(), &refused, Foreign::Stop);
        for nr in 0..500 {
            let plain = if watched.contains(&nr) {
                libc::SECCOMP_RET_TRACE | WATCHED
            } else {
                libc::SECCOMP_RET_ALLOW
            };
            let (want, want_hit) = match nr {
                5 => (libc::SECCOMP_RET_ERRNO | 38, libc::SECCOMP_RET_ERRNO | 38),
                6 => (
                    libc::SECCOMP_RET_KILL_PROCESS,
                    libc::SECCOMP_RET_KILL_PROCESS,
                ),
                56 | 16 => (plain, libc::SECCOMP_RET_ERRNO | 1),
                _ => (plain, plain),
            };
            assert_eq!(answer(&program, AUDIT_ARCH, nr, [0; 6]), want, "call {nr}");
            let hit = [0x2_0000, 0x5412, 0, 0, 0, 0];
            assert_eq!(answer(&program, AUDIT_ARCH, nr, hit), want_hit, "call {nr}");
        }
        let foreign = libc::SECCOMP_RET_TRACE | FOREIGN;
        assert_eq!(answer(&program, 0x4000_0003, 1, [0; 6]), foreign);
        assert_eq!(answer(&program, AUDIT_ARCH, 0x4000_0001, [0; 6]), foreign);
    }

    #[test]
    fn a_filter_over_everything_stays_small() {
        let all: Vec<u32> = (0..462).collect();
        let len = build(all, &[], Foreign::Stop).len();
        assert!(len < 20, "{len}");
        let checkered: Vec<u32> = (0..462).step_by(2).collect();
        assert!(build(checkered, &[], Foreign::Stop).len() < libc::BPF_MAXINSNS as usize);
    }
}
