//! How the first process ends.

use super::{Held, with_end};
use crate::lessons::sight::how;
use crate::model::text::signal_name;
use crate::model::{Ended, ExitStatus, Failure, Recording};

/// Fails unless the first process ends like this.
pub(super) fn ends(recording: &Recording, due: Ended) -> Held {
    let wanted = match due {
        Ended::Status(code) => format!("status {code} is due"),
        Ended::Failure => "a status other than 0 is due".to_owned(),
        Ended::Signal(signo) => format!("{} was to end it", signal_name(signo)),
    };
    let Some((_, status)) = recording.outcome() else {
        return Err(
            Failure::new(format!("it was not seen to end, where {wanted}"))
                .hint("What is it waiting for?")
                .into(),
        );
    };
    let is_it = match (due, status) {
        (Ended::Status(due), ExitStatus::Code(code)) => due == code,
        (Ended::Failure, ExitStatus::Code(code)) => code != 0,
        (Ended::Signal(due), ExitStatus::Signal(signo)) => due == signo,
        _ => false,
    };
    if is_it {
        return Ok(());
    }
    let failure = Failure::new(format!("it {}, where {wanted}", how(status)));
    Err(with_end(recording, failure)
        .hint("Whom does the way in which a program ends tell what, and where is it decided?")
        .into())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::testing::said;
    use super::*;
    use crate::model::Claim;

    #[test]
    fn what_ends_as_it_should_passes() {
        for (due, end) in [
            (Ended::Status(3), "exit 3"),
            (Ended::Failure, "exit 1"),
            (Ended::Signal(15), "signal SIGTERM"),
        ] {
            assert_eq!(said(Claim::Ends(due), &format!("2 +++ {end}")), "pass");
        }
    }

    #[test]
    fn what_does_not_fails() {
        let trace = "* stderr \"no\"\n2 +++ signal SIGSEGV";
        assert_snapshot!(said(Claim::Ends(Ended::Status(0)), trace), @r#"
        fail: it is ended by SIGSEGV, where status 0 is due
          0.0 * stderr "no"
          0.1 2 +++ signal SIGSEGV
        hint: Whom does the way in which a program ends tell what, and where is it decided?
        "#);
        for (due, end) in [
            (Ended::Failure, "exit 0"),
            (Ended::Failure, "signal SIGTERM"),
            (Ended::Signal(15), "exit 0"),
            (Ended::Signal(15), "signal SIGKILL"),
            (Ended::Status(1), "exit 2"),
        ] {
            assert!(said(Claim::Ends(due), &format!("2 +++ {end}")).starts_with("fail"));
        }
        assert!(said(Claim::Ends(Ended::Status(0)), "3 +++ exit 0").contains("not seen to end"));
    }
}
