//! One examination as the user lives it: progress while it lasts, and after an interrupt a
//! scorecard of what was found until then.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::bench::{self, BenchError, Progress, Request, verdict};
use crate::exit::{self, Trouble};
use crate::model::exhibit::Exhibit;
use crate::model::score::SCHEMA;
use crate::model::{Finding, Lab, Machine, Scorecard, Verdict};
use crate::sandbox::{Fingerprint, fingerprint};
use crate::ui::{Screen, visible};

use super::interrupt::Interrupt;

/// How a submission is examined: [`bench::examine`], or in tests something quicker.
type Examine<'a> =
    dyn Fn(&Request, &AtomicBool, &mut dyn FnMut(Progress)) -> Result<Scorecard, BenchError> + 'a;

/// What came of an examination.
#[derive(Debug)]
pub(super) struct Examined {
    /// The findings.
    pub(super) card: Scorecard,
    /// What failed checks were judged by, where the request asks for it.
    pub(super) exhibits: Vec<Exhibit>,
    /// Whether it was not interrupted.
    pub(super) is_whole: bool,
    /// The files that were examined, if they did not change on the way.
    pub(super) files: Option<Fingerprint>,
}

/// Finds out which files an examination is about: the directory may change at any time, and what is
/// examined is a copy.
pub(super) struct Sighting {
    before: Option<Fingerprint>,
    after: Option<Fingerprint>,
}

impl Sighting {
    /// Before the examination begins.
    pub(super) fn begin(submission: &Path) -> Self {
        Self {
            before: fingerprint(submission).ok(),
            after: None,
        }
    }

    /// To be told what the examination says of itself.
    pub(super) fn hear(&mut self, progress: &Progress, submission: &Path) {
        // What is built has been copied.
        if matches!(progress, Progress::Building) {
            self.after = fingerprint(submission).ok();
        }
    }

    /// The files, if they were the same before and after they were copied.
    pub(super) fn files(self) -> Option<Fingerprint> {
        self.before
            .filter(|before| Some(before) == self.after.as_ref())
    }
}

/// Examines a submission, with a progress line.
///
/// # Errors
/// If the engine has no result, and nobody interrupted it.
pub(super) fn examined(
    request: &Request,
    lab: &Lab,
    screen: &Screen,
    interrupt: &Interrupt,
) -> Result<Examined, Trouble> {
    examined_by(&bench::examine, request, lab, screen, interrupt)
}

fn examined_by(
    examine: &Examine<'_>,
    request: &Request,
    lab: &Lab,
    screen: &Screen,
    interrupt: &Interrupt,
) -> Result<Examined, Trouble> {
    let mut line = screen.progress_line();
    let mut found = Vec::new();
    let mut exhibits = Vec::new();
    let mut sighting = Sighting::begin(&request.submission);
    let result = examine(request, interrupt.flag(), &mut |progress| {
        sighting.hear(&progress, &request.submission);
        match progress {
            Progress::Building => line.show("building"),
            Progress::Check { id, done, of } => {
                let claim = lab
                    .checks
                    .iter()
                    .find(|check| check.id == id)
                    .map_or_else(|| visible(&id), |check| check.claim.to_owned());
                line.show(&format!("{done}/{of} {claim}"));
            }
            Progress::Finished(finding) => found.push(*finding),
            Progress::Exhibit(exhibit) => exhibits.push(*exhibit),
        }
    });
    drop(line);
    let files = sighting.files();
    match result {
        Ok(card) => Ok(Examined {
            card,
            exhibits,
            is_whole: true,
            files,
        }),
        Err(_) if interrupt.is_asked() => Ok(Examined {
            card: partial(request, lab, &found),
            exhibits,
            is_whole: false,
            files,
        }),
        Err(error) => Err(trouble(error)),
    }
}

/// A scorecard of what was found before the user interrupted.
fn partial(request: &Request, lab: &Lab, found: &[Finding]) -> Scorecard {
    let is_wanted = |id: &str| request.only.is_empty() || request.only.iter().any(|one| one == id);
    let checks: Vec<Finding> = lab
        .checks
        .iter()
        .filter(|check| is_wanted(check.id))
        .map(
            |check| match found.iter().find(|finding| finding.id == check.id) {
                Some(finding) => finding.clone(),
                None => Finding {
                    why: "not tried: interrupted".to_owned(),
                    ..verdict::blank(&request.lesson, check, Verdict::Skipped, "")
                },
            },
        )
        .collect();
    Scorecard {
        schema: SCHEMA,
        lab: format!("{}/{}", request.lesson, request.lab),
        title: lab.title.to_owned(),
        submission: request.submission.to_string_lossy().into_owned(),
        seed: request.seed,
        score: checks.iter().map(|check| check.points).sum(),
        max_score: checks.iter().map(|check| check.max_points).sum(),
        machine: Machine {
            syslab: env!("CARGO_PKG_VERSION").to_owned(),
            ..Machine::default()
        },
        notes: Vec::new(),
        checks,
    }
}

/// Why the engine has no result, as the user is told.
pub(super) fn trouble(error: BenchError) -> Trouble {
    match error {
        BenchError::Refused { causes, hint } => {
            // anyhow is given the innermost cause first.
            let mut causes = causes.into_iter().rev();
            let innermost = anyhow::Error::msg(causes.next().unwrap_or_default());
            let error = causes.fold(innermost, anyhow::Error::context);
            Trouble::new(exit::MACHINE, error).hint_if((!hint.is_empty()).then_some(hint))
        }
        lost @ BenchError::Lost(_) => Trouble::new(exit::BUG, lost),
        BenchError::Interrupted => Trouble::new(exit::INTERRUPTED, error),
        BenchError::Worker(_) => Trouble::new(exit::MACHINE, error),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::model::Check;

    static LAB: Lab = Lab {
        slug: "lab",
        title: "a lab",
        form: crate::model::Form::Program,
        checks: &[Check::named("first"), Check::named("second")],
    };

    #[test]
    fn an_interrupt_keeps_what_was_found() {
        let request = Request {
            shrinks: true,
            ..Request::of("lesson", "lab", Path::new("."))
        };
        let found = Finding {
            points: 50,
            ..verdict::blank("lesson", &LAB.checks[0], Verdict::Pass, "")
        };
        let examine = |_: &Request, asked: &AtomicBool, progress: &mut dyn FnMut(Progress)| {
            progress(Progress::Building);
            progress(Progress::Finished(Box::new(found.clone())));
            // As the signal's handler does.
            asked.store(true, Ordering::SeqCst);
            Err(BenchError::Interrupted)
        };
        let screen = Screen::new(crate::ui::ColorChoice::Never);
        let interrupt = Interrupt::install().unwrap();
        let examined = examined_by(&examine, &request, &LAB, &screen, &interrupt).unwrap();
        assert!(!examined.is_whole);
        let card = examined.card;
        assert_eq!((card.score, card.max_score), (50, 100));
        assert_eq!(card.checks[0], found);
        assert_eq!(card.checks[1].verdict, Verdict::Skipped);
        assert_eq!(card.checks[1].teaches, "lesson/what-it-means");
    }

    #[test]
    fn causes_are_told_one_by_one() {
        let told = trouble(BenchError::Refused {
            causes: vec!["cannot build".into(), "no compiler".into()],
            hint: "install one".into(),
        });
        let causes: Vec<String> = told.error.chain().map(ToString::to_string).collect();
        assert_eq!(causes, ["cannot build", "no compiler"]);
        assert_eq!((told.code, told.hints.len()), (exit::MACHINE, 1));
    }
}
