//! Arguments of programs, how children ended, limits and schedules.

use crate::tracer::decode::flags::processes as flags;
use crate::tracer::decode::moment::Moment;
use crate::tracer::decode::{signals, word};

/// The kernel takes at most this much of arguments and environment together; see execve(2).
const VARIABLES_MAX: usize = 1 << 18;

/// A program's arguments: `["ls", "-l"]`. One that cannot be read is its address.
pub(crate) fn argv(moment: &Moment<'_>, at: u64) -> Option<String> {
    let most = moment.elements(u64::MAX);
    let mut strings = Vec::new();
    loop {
        let pointer = moment.u64(at.checked_add(8 * strings.len() as u64)?)?;
        if pointer == 0 || strings.len() == most {
            return Some(word::array(&strings, pointer != 0));
        }
        strings.push(
            moment
                .quoted(pointer)
                .unwrap_or_else(|| word::address(pointer)),
        );
    }
}

/// A program's environment, counted: `0x7ffd10 /* 12 vars */`.
pub(crate) fn environment(moment: &Moment<'_>, at: u64) -> Option<String> {
    let mut count = 0;
    while count < VARIABLES_MAX {
        if moment.u64(at.checked_add(8 * count as u64)?)? == 0 {
            break;
        }
        count += 1;
    }
    Some(format!("{at:#x} /* {count} vars */"))
}

/// How a child ended, stopped or went on, in the words of wait(2).
pub(crate) fn status(moment: &Moment<'_>, at: u64) -> Option<String> {
    let status = moment.u32(at)? as i32;
    let text = if libc::WIFEXITED(status) {
        format!(
            "{{WIFEXITED(s) && WEXITSTATUS(s) == {}}}",
            libc::WEXITSTATUS(status)
        )
    } else if libc::WIFSTOPPED(status) {
        let event = status >> 16;
        let signo = signals::name(libc::WSTOPSIG(status));
        if event == 0 {
            format!("{{WIFSTOPPED(s) && WSTOPSIG(s) == {signo}}}")
        } else {
            format!("{{WIFSTOPPED(s) && WSTOPSIG(s) == {signo}}} | {event:#x} << 16")
        }
    } else if libc::WIFCONTINUED(status) {
        "{WIFCONTINUED(s)}".to_owned()
    } else if libc::WIFSIGNALED(status) {
        let core = if libc::WCOREDUMP(status) {
            " && WCOREDUMP(s)"
        } else {
            ""
        };
        let signo = signals::name(libc::WTERMSIG(status));
        format!("{{WIFSIGNALED(s) && WTERMSIG(s) == {signo}{core}}}")
    } else {
        word::hex(u64::from(status as u32))
    };
    Some(format!("[{text}]"))
}

/// What a process used: its processor time.
pub(crate) fn rusage(moment: &Moment<'_>, at: u64) -> Option<String> {
    let block = moment.block(at, size_of::<libc::rusage>())?;
    let time = |at| {
        format!(
            "{{tv_sec={}, tv_usec={}}}",
            block.i64(at),
            block.i64(at + 8)
        )
    };
    Some(format!(
        "{{ru_utime={}, ru_stime={}, ...}}",
        time(0),
        time(16)
    ))
}

/// A soft and a hard limit: `{rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}`.
pub(crate) fn rlimit(moment: &Moment<'_>, at: u64) -> Option<String> {
    const KIB: u64 = 1024;
    let block = moment.block(at, 16)?;
    let limit = |at| match block.u64(at) {
        u64::MAX => "RLIM64_INFINITY".to_owned(),
        bytes if bytes > KIB && bytes % KIB == 0 => format!("{}*1024", bytes / KIB),
        number => number.to_string(),
    };
    Some(format!("{{rlim_cur={}, rlim_max={}}}", limit(0), limit(8)))
}

/// A priority: `[10]`.
pub(crate) fn sched_param(moment: &Moment<'_>, at: u64) -> Option<String> {
    super::files::int(moment, at)
}

/// A set of processors: `[0 1]`; its size in bytes is in argument `SIZE`, or is the answer.
pub(crate) fn cpus<const SIZE: usize>(moment: &Moment<'_>, at: u64) -> Option<String> {
    /// More than any machine has, in bytes.
    const MOST: u64 = 1024;
    let given = moment.args[SIZE];
    let size = moment.raw.map_or(given, |raw| raw as u64).min(MOST);
    let block = moment.block(at, size as usize)?;
    let cpus: Vec<String> = (0..block.0.len() * 8)
        .filter(|cpu| block.0[cpu / 8] >> (cpu % 8) & 1 == 1)
        .map(|cpu| cpu.to_string())
        .collect();
    Some(format!("[{}]", cpus.join(" ")))
}

/// Supplementary groups: `[4, 20]`.
pub(crate) fn groups(moment: &Moment<'_>, at: u64) -> Option<String> {
    let count = moment.raw.map_or(moment.args[0], |raw| raw as u64);
    let shown = moment.elements(u64::from(count as u32));
    let block = moment.block(at, shown * 4)?;
    let ids: Vec<String> = (0..shown)
        .map(|nth| block.u32(nth * 4).to_string())
        .collect();
    Some(word::array(&ids, count > shown as u64))
}

/// The flags of a clone call that is not clone(2) itself: those of clone3(2).
pub(crate) fn clone_flags(bits: u64) -> String {
    let mut text = String::new();
    let rest = flags::CLONE.append_bits(&mut text, bits);
    let rest = flags::CLONE3.append_bits(&mut text, rest);
    match (text.is_empty(), rest) {
        (true, 0) => "0".to_owned(),
        (true, _) => word::hex(rest),
        (false, 0) => text,
        (false, _) => format!("{text}|{rest:#x}"),
    }
}
