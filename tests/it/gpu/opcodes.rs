//! Which opcodes the kernels of the suite executed.
//!
//! An opcode counts if it stands, in the PTX, at a line of the source that was executed. Blind spot:
//! of several instructions at one line, which are all taken to have run.

use std::collections::BTreeSet;

use syslab::gpu::counters::Counters;
use syslab::gpu::ptx::OPCODES;

/// Operations that share an opcode: the opcode, and the modifiers that choose among them.
const OPERATIONS: &[(&str, &[&str])] = &[
    (
        "atom",
        &[
            "add", "and", "cas", "dec", "exch", "inc", "max", "min", "or", "xor",
        ],
    ),
    ("add", &["cc", "ftz", "rm", "rn", "rp", "rz", "sat"]),
    ("bar", &["and", "arrive", "or", "popc", "sync", "warp"]),
    (
        "cvt",
        &["rm", "rmi", "rn", "rni", "rp", "rpi", "rz", "rzi", "sat"],
    ),
    ("cp", &["commit_group", "wait_all", "wait_group"]),
    ("dp2a", &["hi", "lo"]),
    ("fma", &["rm", "rn", "rp", "rz"]),
    ("isspacep", &["const", "global", "local", "shared"]),
    (
        "ld",
        &[
            "acquire", "const", "global", "local", "param", "shared", "v2", "v4", "volatile",
        ],
    ),
    ("mad", &["hi", "lo"]),
    ("match", &["all", "any"]),
    ("mul", &["hi", "lo", "wide"]),
    ("prmt", &["b4e", "ecl", "ecr", "f4e", "rc16", "rc8"]),
    ("redux", &["add", "and", "max", "min", "or", "xor"]),
    (
        "setp",
        &[
            "and", "eq", "equ", "geu", "gtu", "leu", "ltu", "nan", "neu", "num",
        ],
    ),
    ("shf", &["clamp", "l", "r", "wrap"]),
    ("shfl", &["bfly", "down", "idx", "up"]),
    (
        "st",
        &[
            "global", "local", "param", "relaxed", "release", "shared", "v2", "v4", "volatile",
        ],
    ),
    ("vabsdiff2", &["add"]),
    ("vabsdiff4", &["add"]),
    ("vote", &["all", "any", "ballot", "uni"]),
];

/// The opcodes at executed lines of the file with this name, with all their modifiers.
pub(super) fn executed(ptx: &str, file: &str, counters: &Counters) -> BTreeSet<String> {
    let own = own_file(ptx, file);
    let mut found = BTreeSet::new();
    let mut is_executed = false;
    for line in ptx.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        if let Some(place) = line.strip_prefix(".loc") {
            let at = own_line(place, own);
            is_executed = at.is_some_and(|at| counters.line(file, at).is_some());
            continue;
        }
        if is_executed {
            found.extend(line.split(';').filter_map(opcode).map(str::to_owned));
        }
    }
    found
}

/// The number by which the PTX calls the kernel's file.
fn own_file(ptx: &str, file: &str) -> Option<u32> {
    let named = |line: &str| {
        let (number, path) = line.trim().strip_prefix(".file")?.trim().split_once(' ')?;
        let path = path.split('"').nth(1)?;
        path.ends_with(file).then(|| number.trim().parse().ok())?
    };
    ptx.lines().find_map(named)
}

/// The line in the kernel's file of `1 24 5` or `2 9 3, function_name $L, inlined_at 1 24 5`.
fn own_line(place: &str, own: Option<u32>) -> Option<u32> {
    let at = |text: &str| {
        let mut numbers = text.split_whitespace().map(str::parse::<u32>);
        let (file, line) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        (Some(file) == own).then_some(line)
    };
    place
        .split(',')
        .map(|part| part.trim().trim_start_matches("inlined_at"))
        .find_map(at)
}

/// The opcode of one statement, behind braces, a label and a predicate.
fn opcode(statement: &str) -> Option<&str> {
    let mut words = statement
        .split_whitespace()
        .skip_while(|word| word.starts_with(['{', '}', '@']) || word.ends_with(':'));
    let word = words.next()?.split(['\t', ' ']).next()?;
    word.starts_with(|c: char| c.is_ascii_lowercase())
        .then_some(word)
}

/// What the simulator knows and no kernel of the suite executed.
pub(super) fn missing(executed: &BTreeSet<String>) -> Vec<String> {
    let has = |name: &str, modifier: Option<&str>| {
        executed.iter().any(|opcode| {
            let mut parts = opcode.split('.');
            // An atomic operation without a result.
            let is_same = parts
                .next()
                .is_some_and(|own| own == name || own == "red" && name == "atom");
            is_same && modifier.is_none_or(|modifier| parts.any(|part| part == modifier))
        })
    };
    let opcodes = OPCODES
        .iter()
        .filter(|name| !has(name, None))
        .map(|name| (*name).to_owned());
    let operations = OPERATIONS
        .iter()
        .flat_map(|(name, modifiers)| modifiers.iter().map(move |modifier| (name, modifier)))
        .filter(|(name, modifier)| !has(name, Some(modifier)))
        .map(|(name, modifier)| format!("{name}.{modifier}"));
    opcodes.chain(operations).collect()
}

#[test]
fn opcodes_are_read_from_ptx() {
    let ptx = "\t.loc 1 3 5 // a.cu:3:5\n\tld.param.u32 %r1, [p];\n\t@%p1 bra $L1;\n\
               \t{ .reg .pred q; setp.lt.s32 q, %r1, 0; }\n$L2: mov.u32 %r2, 0;\n\
               \t.loc 2 9 1, function_name $L3, inlined_at 1 4 2\n\tpopc.b32 %r1, %r2;\n\
               \t.loc 1 5 1\n\tclz.b32 %r1, %r2;\n\t.file 1 \"/x/a.cu\"\n";
    let counters = |lines: &[u32]| Counters {
        lines: lines
            .iter()
            .map(|line| syslab::gpu::counters::LineCounters {
                site: Some(syslab::gpu::fault::Site {
                    file: "/x/a.cu".to_owned(),
                    line: *line,
                }),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    };
    let found = |lines: &[u32]| {
        executed(ptx, "a.cu", &counters(lines))
            .into_iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        found(&[3]),
        ["bra", "ld.param.u32", "mov.u32", "setp.lt.s32"]
    );
    assert_eq!(found(&[4]), ["popc.b32"]);
}
