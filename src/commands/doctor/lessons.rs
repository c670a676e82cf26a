//! Which labs of a lesson can be checked on this machine.

use crate::model::{Capability, Check, Lab, Lesson, Machine};
use crate::probes::{Probe, Standing};
use crate::report::{LabHere, LessonHere};

/// Lessons whose labs are built with what others do not need, and the probe that looks for it.
const BUILT_WITH: &[(&str, &str)] = &[("ext", "extensions"), ("gpu", "kernels")];

/// The languages of starters, and the tools without which none of their programs runs.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("Python", &["python3"]),
    ("C", &["cc"]),
    // It links with the C compiler.
    ("Rust", &["rustc", "cc"]),
];

/// The languages that programs can be written in.
pub(super) fn languages(probes: &[Probe]) -> Vec<&'static str> {
    let has = |tool: &&str| {
        let mut named = probes.iter().filter(|probe| probe.name == *tool);
        named.any(|probe| probe.standing == Standing::Good)
    };
    LANGUAGES
        .iter()
        .filter(|(_, tools)| tools.iter().all(has))
        .map(|(language, _)| *language)
        .collect()
}

/// What works of a lesson.
pub(super) fn here(lesson: &'static Lesson, machine: &Machine, probes: &[Probe]) -> LessonHere {
    let wanted = BUILT_WITH.iter().find(|(slug, _)| *slug == lesson.slug);
    let lacking = wanted.and_then(|(_, name)| {
        let mut named = probes.iter().filter(|probe| probe.name == *name);
        named.find(|probe| probe.standing != Standing::Good)
    });
    LessonHere {
        slug: lesson.slug,
        can_trace: Capability::OBSERVING
            .iter()
            .all(|one| machine.capabilities.contains(one)),
        labs: lesson.labs.iter().map(|one| lab(one, machine)).collect(),
        lacks: lacking.map(|probe| probe.found.clone()).unwrap_or_default(),
    }
}

fn lab(lab: &'static Lab, machine: &Machine) -> LabHere {
    let lacks_any = |needs: &[Capability]| {
        let has = |one| machine.capabilities.contains(one);
        !needs.iter().all(has)
    };
    let is_asked = |check: &&Check| {
        let has_device = machine.capabilities.contains(&Capability::Device);
        has_device || !check.needs_device()
    };
    let asked = lab.checks.iter().filter(is_asked);
    let impossible = asked.clone().filter(|check| lacks_any(check.needs));
    let mut lacks = Vec::new();
    for need in impossible.clone().flat_map(|check| check.needs) {
        if !machine.capabilities.contains(need) && !lacks.contains(&need.name()) {
            lacks.push(need.name());
        }
    }
    LabHere {
        slug: lab.slug,
        checks: asked.clone().count(),
        possible: asked.count() - impossible.count(),
        lacks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons::LESSONS;

    #[test]
    fn what_lessons_are_built_with_is_looked_for() {
        let probes = crate::probes::machine();
        for (slug, name) in BUILT_WITH {
            assert!(LESSONS.iter().any(|lesson| lesson.slug == *slug), "{slug}");
            assert!(probes.iter().any(|probe| probe.name == *name), "{name}");
        }
    }

    #[test]
    fn a_language_needs_its_tools() {
        let probes = [Probe::good("rustc", "1.88"), Probe::good("python3", "3.13")];
        assert_eq!(languages(&probes), ["Python"]);
        let with_cc = [&probes[..], &[Probe::good("cc", "12")]].concat();
        assert_eq!(languages(&with_cc), ["Python", "C", "Rust"]);
        assert_eq!(languages(&[]), [] as [&str; 0]);
    }

    #[test]
    fn a_machine_that_can_do_all_lacks_nothing() {
        let machine = Machine {
            capabilities: Capability::ALL.to_vec(),
            ..Machine::default()
        };
        for lesson in LESSONS {
            let here = here(lesson, &machine, &[]);
            assert!(
                here.can_trace && here.labs.iter().all(|lab| lab.lacks.is_empty()),
                "{here:?}"
            );
        }
    }

    #[test]
    fn a_lab_lacks_what_its_checks_need() {
        let machine = Machine {
            capabilities: Capability::ALL
                .into_iter()
                .filter(|one| *one != Capability::Rings)
                .collect(),
            ..Machine::default()
        };
        let labs = LESSONS
            .iter()
            .flat_map(|lesson| here(lesson, &machine, &[]).labs);
        let lacking: Vec<&str> = labs
            .filter(|lab| lab.lacks == ["rings"])
            .map(|lab| lab.slug)
            .collect();
        assert_eq!(lacking, ["uring-copy"]);
    }
}
