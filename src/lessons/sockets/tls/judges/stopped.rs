//! SIGTERM.

use crate::lessons::sight::how;
use crate::lessons::sockets::served;
use crate::model::{ExitStatus, Failure, Judgement, Objection, Pass, Trial};

/// Fails if the program, or a process of it, is still there a second and a half after SIGTERM, or if
/// it ends with another status than 0.
///
/// Blind spot: what its clients are told is free.
pub(in crate::lessons::sockets::tls) fn stops_on_sigterm(trial: &Trial<'_>) -> Judgement {
    let hint = "Who learns of SIGTERM, and for whom does the program wait before it ends?";
    let (recording, told) = served::told_to_end(trial).map_err(|objection| match objection {
        Objection::Fail(failure) => failure.hint(hint).into(),
        other @ (Objection::Blind(_) | Objection::Skipped(_)) => other,
    })?;
    let Some((ended, status)) = served::end(recording) else {
        return Err(Objection::Blind("its end was not seen".to_owned()));
    };
    let (when, told) = match told.filter(|told| *told < ended) {
        Some(told) if status == ExitStatus::Code(0) => {
            return Ok(Pass::of("events", ended - told));
        }
        Some(told) => ("after", Some(told)),
        None => ("before", None),
    };
    let failure = Failure::new(format!("it {} {when} SIGTERM", how(status)));
    let failure = told.into_iter().fold(failure, Failure::showing);
    Err(failure.hint(hint).showing(ended).into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, judged};
    use super::*;
    use insta::assert_snapshot;

    fn said(trace: &str) -> String {
        judged(stops_on_sigterm, &asked(), trace)
    }

    #[test]
    fn an_exit_with_status_0_passes() {
        assert_eq!(said("* signal SIGTERM\n2 +++ exit 0"), "pass");
    }

    #[test]
    fn another_end_fails() {
        assert_snapshot!(said("* signal SIGTERM\n2 +++ signal SIGTERM"), @"
        fail: it is ended by SIGTERM after SIGTERM
          0.1 * signal SIGTERM
          0.2 2 +++ signal SIGTERM
        hint: Who learns of SIGTERM, and for whom does the program wait before it ends?
        ");
        assert_snapshot!(said("2 +++ exit 1\n* signal SIGTERM"), @"
        fail: it exits with status 1 before SIGTERM
          0.1 2 +++ exit 1
        hint: Who learns of SIGTERM, and for whom does the program wait before it ends?
        ");
        assert_snapshot!(said("* signal SIGTERM\n* limit exit 1500"), @"
        fail: it had not ended 1.5 s after SIGTERM
          0.1 * signal SIGTERM
          0.2 * limit exit 1500
        hint: Who learns of SIGTERM, and for whom does the program wait before it ends?
        ");
    }
}
