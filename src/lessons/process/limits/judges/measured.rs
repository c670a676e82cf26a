//! What CMD used is what the kernel counted.

use crate::lessons::process::limits::observed::Observed;
use crate::model::{ExitStatus, Failure, Judgement, Objection, Pass, Trial, Usage, What};

/// How far the processor time may be from the kernel's, milliseconds; the handout says so. Figures
/// in hundredths of a second are cut off by as much as 20; RUSAGE_CHILDREN counts a helper that
/// was waited for as well; whoever says user time only, or time on the clock, is off by 500.
const CPU_MS: u64 = 100;

/// How far the memory may be from the kernel's, KiB; the handout says so. The kernel's counters of
/// a live process (VmHWM) lag behind by some pages for each processor; whoever takes KiB for bytes
/// or for pages is off by far more.
const MAXRSS_KIB: u64 = 4096;

/// What CMD must have used for its memory to be its own: a smaller maxrss may be that of the
/// forked image, which other ways of measuring do not count.
const OWN_KIB: u64 = 64 * 1024;

/// Fails if the report's figures are not the kernel's of the process that became CMD.
///
/// Blind spot: of a CMD that uses little, memory is not compared.
pub(in crate::lessons::process::limits) fn measures_the_command(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let command = observed.command()?;
    let (end, status) = observed.end(&command)?;
    if status != ExitStatus::Code(0) {
        let why = format!("CMD should have come to its own end, and ended with {status}");
        return Err(Failure::new(why)
            .hint("What may end CMD beside itself, and was that asked for?")
            .showing(end)
            .into());
    }
    let events = observed.recording.events.iter().enumerate().take(end);
    let usage = events.rev().find_map(|(at, event)| match event.what {
        What::Usage(task, usage) if task == command.task => Some((at, usage)),
        _ => None,
    });
    let Some((at, usage)) = usage else {
        return Err(Objection::Blind(
            "what CMD used was not recorded".to_owned(),
        ));
    };
    let report = observed.report()?;
    let Some(used) = report.used else {
        let why = format!(
            "it said {:?}, which does not end in cpu=S.SSS maxrss=KIB",
            report.text
        );
        return Err(Failure::new(why)
            .hint("How would it write 7 milliseconds, and how a second and 7 milliseconds?")
            .showing(report.at)
            .into());
    };
    let Usage {
        cpu_us, maxrss_kib, ..
    } = usage;
    let cpu_ms = cpu_us / 1000;
    let failure = if used.cpu_ms.abs_diff(cpu_ms) > CPU_MS {
        let why = format!(
            "it said {}, and the kernel counted {}",
            seconds("cpu=", used.cpu_ms),
            seconds("", cpu_ms) + " s"
        );
        Failure::new(why).hint("Which process' time is that, which parts has it, and which clock?")
    } else if maxrss_kib >= OWN_KIB && used.maxrss_kib.abs_diff(maxrss_kib) > MAXRSS_KIB {
        let said = used.maxrss_kib;
        let why = format!("it said maxrss={said}, and the kernel counted {maxrss_kib} KiB");
        Failure::new(why).hint("Which process' memory is that, at which moment, and in which unit?")
    } else {
        let figures = [("cpu_ms", cpu_ms), ("maxrss_kib", maxrss_kib)];
        return Ok(Pass {
            figures: figures
                .map(|(name, figure)| (name.to_owned(), figure as f64))
                .into(),
        });
    };
    Err(failure.showing(at).showing(report.at).into())
}

/// Milliseconds as seconds, behind a prefix.
fn seconds(prefix: &str, ms: u64) -> String {
    format!("{prefix}{}.{:03}", ms / 1000, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{START, asking, judged};
    use super::*;
    use insta::assert_snapshot;

    const BURNT: &str = r#"
        2 fork 3
        3 exec "/actor" fds= blocked=[] ignored=[]
        3 usage cpu=1112934 maxrss=104321
        3 +++ exit 0
        2 write(2<pipe:[3]>, "exit 0 cpu=1.112 maxrss=104321\n", 31) = 31
        * stderr "exit 0 cpu=1.112 maxrss=104321\n"
        2 +++ exit 0
    "#;

    fn said(trace: &str) -> String {
        let asked = asking("-- /actor burn 1100 100");
        judged(measures_the_command, &asked, &[format!("{START}{trace}")])
    }

    #[test]
    fn the_kernels_figures_pass_and_so_do_those_near() {
        assert_eq!(said(BURNT), "pass");
        assert_eq!(
            said(
                &BURNT
                    .replace("1.112", "1.090")
                    .replace("=104321\\n", "=103999\\n")
            ),
            "pass"
        );
    }

    #[test]
    fn user_time_alone_fails() {
        assert_snapshot!(said(&BURNT.replace("1.112", "0.556")), @r#"
        fail: it said cpu=0.556, and the kernel counted 1.112 s
          0.4 3 usage cpu=1112934 maxrss=104321
          0.6 2 write(2<pipe:[3]>, "exit 0 cpu=0.556 maxrss=104321\n", 31) = 31
        hint: Which process' time is that, which parts has it, and which clock?
        "#);
    }

    #[test]
    fn memory_in_another_unit_fails() {
        assert_snapshot!(said(&BURNT.replace("=104321\\n", "=101\\n")), @r#"
        fail: it said maxrss=101, and the kernel counted 104321 KiB
          0.4 3 usage cpu=1112934 maxrss=104321
          0.6 2 write(2<pipe:[3]>, "exit 0 cpu=1.112 maxrss=101\n", 31) = 31
        hint: Which process' memory is that, at which moment, and in which unit?
        "#);
    }

    #[test]
    fn a_small_command_is_not_asked_for_its_memory() {
        let small = BURNT.replace("maxrss=104321\n", "maxrss=1200\n");
        assert_eq!(said(&small), "pass");
    }

    #[test]
    fn thousandths_have_three_digits() {
        assert_snapshot!(said(&BURNT.replace("1.112", "1.112934")), @r#"
        fail: it said "exit 0 cpu=1.112934 maxrss=104321", which does not end in cpu=S.SSS maxrss=KIB
          0.6 2 write(2<pipe:[3]>, "exit 0 cpu=1.112934 maxrss=104321\n", 31) = 31
        hint: How would it write 7 milliseconds, and how a second and 7 milliseconds?
        "#);
        assert!(said(&BURNT.replace("1.112", "0.1112")).starts_with("fail: it said"));
    }

    #[test]
    fn what_was_not_recorded_cannot_be_compared() {
        let trace = BURNT.replace("3 usage", "4 usage");
        assert_eq!(said(&trace), "blind: what CMD used was not recorded");
    }
}
