//! The lines go through memory, and through nothing else.

use crate::lessons::shm::ring::observed::{Observed, shown};
use crate::lessons::shm::ring::stage::{SHM, Side};
use crate::lessons::sight::hinted;
use crate::model::recording::Made;
use crate::model::{Arg, Failure, Judgement, Pass, Trial};

/// Bytes of a line by which it is known.
const SAMPLE: usize = 24;

const HINT: &str = "by which call do these bytes leave the process, and what does the ring have that \
                    they go another way?";

/// Fails if a call of the producer's hands on a piece of a line, or half as many bytes as the lines
/// have, or if one of the two never maps a shared memory object.
///
/// Messages on standard error do not count. Blind spot: lines that are handed on changed, in small
/// pieces of other things.
pub(in crate::lessons::shm::ring) fn uses_only_shared_memory(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let samples: Vec<&[u8]> = observed
        .lines
        .split(|byte| *byte == b'\n')
        .filter_map(|line| line.get(..SAMPLE))
        .collect();
    let mut sum = 0_u64;
    let mut first = None;
    for made in observed.recording.calls() {
        if observed.side(made.task) != Some(Side::Producer) || !hands_on(&made) {
            continue;
        }
        if let Some(sample) = samples.iter().find(|sample| carries(&made, sample)) {
            let why = format!(
                "produce hands on the line that begins with {} by {}",
                shown(sample),
                made.call.name
            );
            return Err(Failure::new(why).showing(made.enter).hint(HINT).into());
        }
        first = first.or(Some(made.enter));
        sum = sum.saturating_add(made.value().unwrap_or(0).unsigned_abs());
    }
    if let Some(first) = first.filter(|_| sum > observed.lines.len() as u64 / 2) {
        let why = format!(
            "produce hands on {sum} bytes by calls, and the lines have {}",
            observed.lines.len()
        );
        return Err(Failure::new(why).showing(first).hint(HINT).into());
    }
    observed
        .delivered(HINT)
        .map_err(|objection| hinted(objection, HINT))?;
    for side in [Side::Producer, Side::Consumer] {
        let mut calls = observed.recording.calls();
        let maps = |made: Made<'_>| {
            observed.side(made.task) == Some(side)
                && made.call.name == "mmap"
                && made
                    .object(4)
                    .is_some_and(|object| object.name.starts_with(SHM))
        };
        if !calls.any(maps) {
            let why = format!("{} maps no shared memory object", side.verb());
            return Err(Failure::new(why).hint(HINT).into());
        }
    }
    Ok(Pass::of("bytes", sum as usize))
}

/// Whether a call hands bytes on, to something other than standard error.
fn hands_on(made: &Made<'_>) -> bool {
    let to = match made.call.name.as_str() {
        "mmap" => return false,
        "splice" | "tee" | "copy_file_range" => 2,
        _ => 0,
    };
    !matches!(made.call.args.get(to), Some(Arg::Fd(fd)) if fd.number == libc::STDERR_FILENO)
}

fn carries(made: &Made<'_>, sample: &[u8]) -> bool {
    let holds = |bytes: &[u8]| bytes.windows(sample.len()).any(|window| window == sample);
    made.call.args.iter().any(|arg| match arg {
        Arg::Str(bytes) => holds(&bytes.data),
        Arg::Word(word) => holds(word.as_bytes()),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::{DELIVERED, judged, story};
    use super::*;

    const LINE: &str = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";

    fn said(before: &str) -> String {
        let maps =
            "3 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 5</dev/shm/q [8]>, 0) = 4096\n";
        let trace = DELIVERED.replace("one\\n\\ntwo\\nthree", LINE).replace(
            "* stdin closed",
            &format!("{before}{maps}{}* stdin closed", maps.replace("3 m", "4 m")),
        );
        judged(uses_only_shared_memory, &story(&[LINE.as_bytes()]), &trace)
    }

    #[test]
    fn a_bell_and_a_message_pass() {
        let bell = "3 write(6<pipe:[5]>, \"!\", 1) = 1\n";
        let message = format!("3 write(2<pipe:[3]>, \"{LINE}\", 52) = 52\n");
        assert_eq!(said(&(bell.repeat(9) + &message)), "pass");
        // The consumer's output is what it is for.
        assert_eq!(
            said(&format!("4 write(1<pipe:[2]>, \"{LINE}\", 52) = 52\n")),
            "pass"
        );
    }

    #[test]
    fn a_line_in_a_call_fails() {
        assert_snapshot!(said(&format!("3 sendto(6<socket:[5]>, \"{LINE}\", 52, 0, NULL, 0) = 52\n")), @r#"
        fail: produce hands on the line that begins with "abcdefghijklmnopqrstuvwx" by sendto
          0.5 3 sendto(6<socket:[5]>, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", 52, 0, NULL, 0) = 52
        hint: by which call do these bytes leave the process, and what does the ring have that they go another way?
        "#);
        let spliced = said("3 splice(0<pipe:[1]>, NULL, 6<pipe:[5]>, NULL, 4096, 0) = 52\n");
        assert!(spliced.starts_with("fail: produce hands on 52 bytes by calls"));
    }

    #[test]
    fn no_mapping_fails() {
        let trace = DELIVERED.replace("one\\n\\ntwo\\nthree", LINE);
        let said = judged(uses_only_shared_memory, &story(&[LINE.as_bytes()]), &trace);
        assert!(said.starts_with("fail: produce maps no shared memory object"));
    }
}
