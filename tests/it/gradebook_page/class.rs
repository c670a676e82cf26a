//! Classes that never were: the same number gives the same class.

use syslab::grade::fair::{histogram, items};
use syslab::grade::similarity::{Compared, Sources, compare};
use syslab::model::gradebook::{
    Entry, GRADEBOOK_SCHEMA, Grade, GradeStep, Gradebook, Graded, Lateness, Outcome, Override,
    Student, Visibility,
};
use syslab::model::items::{Bin, Items};
use syslab::model::score::{Evidence, Figure, Finding, Machine, Repeats, SCHEMA, Scorecard, Site};
use syslab::model::{Fraction, Verdict};
use syslab::report::html::ClassReport;

/// Claims of checks; what is asked for more often comes again with a number.
const CLAIMS: &[&str] = &[
    "the command runs",
    "its arguments arrive unchanged",
    "the exit code is passed on",
    "every child is reaped",
    "no orphan is left a zombie",
    "SIGTERM ends everything",
    "a stopped child stays its child",
    "descriptors are closed on exec",
    "it sleeps while nothing happens",
    "a broken pipe is no error",
    "short writes are completed",
    "interrupted calls are made again",
];

const GIVEN: &[&str] = &[
    "Ada",
    "Grace",
    "Alan",
    "Barbara",
    "Edsger",
    "Frances",
    "Dennis",
    "Radia",
    "Ken",
    "Margaret",
    "Linus",
    "Katherine",
    "Søren",
    "Zoë",
];

const FAMILY: &[&str] = &[
    "Lovelace", "Hopper", "Turing", "Liskov", "Dijkstra", "Allen", "Ritchie", "Perlman",
    "Thompson", "Hamilton", "Torvalds", "Johnson", "Nguyễn",
];

/// A report's parts.
pub(super) struct Class {
    pub(super) book: Gradebook,
    pub(super) items: Items,
    pub(super) bins: Vec<Bin>,
    pub(super) compared: Compared,
    pub(super) sources: Vec<Sources>,
}

impl Class {
    /// So many submissions by so many checks.
    pub(super) fn of(submissions: usize, checks: usize) -> Self {
        let book = book(submissions, checks);
        let sources = sources();
        Self {
            items: items(&book),
            bins: histogram(&book, 20),
            compared: compare(&sources, &[]),
            sources,
            book,
        }
    }

    /// What the page is made of.
    pub(super) fn report(&self) -> ClassReport<'_> {
        ClassReport {
            book: &self.book,
            items: &self.items,
            bins: &self.bins,
            compared: Some(&self.compared),
            sources: &self.sources,
        }
    }
}

/// Numbers that look like chance (G. Marsaglia: Xorshift RNGs, 2003).
struct Dice(u64);

impl Dice {
    fn of(seed: usize) -> Self {
        let mut dice = Self((seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        dice.below(2);
        dice.below(2);
        dice
    }

    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % most
    }
}

fn book(submissions: usize, checks: usize) -> Gradebook {
    let mut entries: Vec<Entry> = (0..submissions).map(|nth| entry(nth, checks)).collect();
    entries.sort_by(|one, other| one.key.cmp(&other.key));
    Gradebook {
        schema: GRADEBOOK_SCHEMA,
        course: "Systems Programming".to_owned(),
        assignment: "Lab 7".to_owned(),
        lab: "process/reaper".to_owned(),
        out_of: Fraction::from(checks as u64 * 4),
        entries,
        absent: vec![Student {
            id: "s999999".to_owned(),
            name: "Kay, Alan".to_owned(),
            ..Student::default()
        }],
        notes: vec![
            "the override of \"rings\" for \"s4\" has no effect: the lab has no such check"
                .to_owned(),
        ],
    }
}

fn entry(nth: usize, checks: usize) -> Entry {
    let mut dice = Dice::of(nth);
    let given = GIVEN[dice.below(GIVEN.len() as u64) as usize];
    let family = FAMILY[dice.below(FAMILY.len() as u64) as usize];
    let key = format!("s{nth:06}");
    let student = Student {
        id: key.clone(),
        name: format!("{family}, {given}"),
        email: format!("{key}@example.org"),
        login: key.clone(),
        ..Student::default()
    };
    let outcome = match nth % 97 {
        13 => Outcome::NotGraded {
            because: "its archive could not be opened: the directory at its end is missing"
                .to_owned(),
        },
        _ => Outcome::Graded(Box::new(graded(nth, checks, &mut dice))),
    };
    Entry {
        key,
        students: if nth % 211 == 5 {
            Vec::new()
        } else {
            vec![student]
        },
        group: (nth % 31 == 7).then(|| format!("group {}", nth / 31)),
        late: match nth % 11 {
            3 => Lateness::LateBy(dice.below(4000)),
            _ => Lateness::InTime,
        },
        notes: match nth % 23 {
            4 => vec!["left out: a.out, which is a program".to_owned()],
            _ => Vec::new(),
        },
        outcome,
    }
}

fn graded(nth: usize, checks: usize, dice: &mut Dice) -> Graded {
    let skill = dice.below(100);
    let findings: Vec<Finding> = (0..checks)
        .map(|check| finding(nth, check, skill, dice))
        .collect();
    let card = Scorecard {
        schema: SCHEMA,
        lab: "process/reaper".to_owned(),
        title: "a small init".to_owned(),
        submission: format!("submissions/s{nth:06}"),
        seed: 4711,
        score: findings.iter().map(|finding| finding.points).sum(),
        max_score: findings.iter().map(|finding| finding.max_points).sum(),
        machine: Machine {
            kernel: "6.1.0 x86_64".to_owned(),
            tracer: "ptrace".to_owned(),
            confinement: "full".to_owned(),
            syslab: "0.1.0".to_owned(),
            ..Machine::default()
        },
        notes: Vec::new(),
        checks: findings,
    };
    let mut grade = Grade::plain(&card);
    if let Some(last) = grade.checks.last_mut() {
        last.visibility = Visibility::Hidden;
    }
    if nth % 7 == 2 {
        let (from, part) = (grade.points, Fraction::new(2, 3).unwrap());
        grade.points = from * part;
        grade.steps = vec![GradeStep {
            why: "a third off: late by 2 days".to_owned(),
            from,
            to: grade.points,
        }];
    }
    if nth % 53 == 11 {
        let check = &mut grade.checks[1];
        check.points = check.out_of;
        check.overridden = Some(Override {
            student: format!("s{nth:06}"),
            check: check.id.clone(),
            points: check.out_of,
            why: "the handout was unclear".to_owned(),
            by: "grace".to_owned(),
            on: "2026-11-26".to_owned(),
        });
    }
    if grade.checks.iter().any(|check| check.is_open) && matches!(nth % 4, 0 | 2) {
        grade.withheld = Some("could not be decided".to_owned());
    }
    Graded { card, grade }
}

fn finding(nth: usize, check: usize, skill: u64, dice: &mut Dice) -> Finding {
    let claim = CLAIMS[check % CLAIMS.len()];
    let name = claim.replace(' ', "-").to_lowercase();
    let luck = dice.below(60) + skill / 2;
    let verdict = match check {
        // Everybody passes, nobody passes, who can fails.
        0 => Verdict::Pass,
        6 => Verdict::Fail,
        9 if skill > 40 => Verdict::Fail,
        9 => Verdict::Pass,
        _ if dice.below(400) == 0 => Verdict::Unknown,
        _ if luck > 20 + check as u64 => Verdict::Pass,
        _ => Verdict::Fail,
    };
    let said = |text: &str| match verdict {
        Verdict::Pass => String::new(),
        _ => text.to_owned(),
    };
    let left = dice.below(400);
    Finding {
        id: match check / CLAIMS.len() {
            0 => name,
            round => format!("{name}-{round}"),
        },
        claim: claim.to_owned(),
        verdict,
        points: if verdict == Verdict::Pass { 4 } else { 0 },
        max_points: 4,
        story: "500 double-forked grandchildren end at once".to_owned(),
        why: match verdict {
            Verdict::Unknown => "the fault never struck".to_owned(),
            _ => said(&format!("{left} of its orphans stayed zombies")),
        },
        hint: said("SIGCHLD says that children ended. Does it say how many?"),
        teaches: "orphans-and-zombies".to_owned(),
        see: said("strace -f -e trace=process -e signal=SIGCHLD ./main -- ./storm 500"),
        figures: match verdict {
            Verdict::Fail if check == 8 => vec![Figure {
                name: "cpu_ms".to_owned(),
                value: left as f64,
            }],
            _ => Vec::new(),
        },
        evidence: match verdict {
            Verdict::Fail => evidence(nth, left),
            _ => Vec::new(),
        },
        repeats: (check == 4 && nth % 41 == 9).then_some(Repeats { passed: 2, of: 3 }),
    }
}

fn evidence(nth: usize, left: u64) -> Vec<Evidence> {
    let event = |number: u64, text: String, line: Option<u32>| Evidence {
        run: 1,
        event: number,
        text,
        task: Some(2),
        site: line.map(|line| Site {
            file: "main.c".to_owned(),
            line,
            function: "reap".to_owned(),
        }),
    };
    let line = 30 + nth as u32 % 40;
    vec![
        event(
            left + 7,
            format!("2 wait4(-1, WNOHANG) = {}", 1207 + left),
            Some(line),
        ),
        event(left + 9, "2 rt_sigreturn()".to_owned(), Some(line - 3)),
        event(
            left + 30,
            format!("2 at rest: zombies {} {}", left + 1208, left + 1209),
            None,
        ),
    ]
}

/// Two submissions, of which the second has the first one's functions with other names.
fn sources() -> Vec<Sources> {
    let program = |names: [&str; 3], more: &str| {
        let [status, left, reap] = names;
        format!(
            "#include <sys/wait.h>\n#include <errno.h>\n\n{more}static int {reap}(int *{left}) {{\n\
             \tint {status};\n\tfor (;;) {{\n\t\tpid_t ended = waitpid(-1, &{status}, WNOHANG);\n\
             \t\tif (ended == 0) return 0;\n\t\tif (ended < 0) return errno == ECHILD ? 1 : -1;\n\
             \t\tif (WIFEXITED({status}) && WEXITSTATUS({status}) != 0) *{left} += 1;\n\
             \t\telse if (WIFSIGNALED({status}) && WTERMSIG({status}) != 15) *{left} += 128;\n\
             \t\tif (*{left} > 1000 && ended != 1) return *{left} - 1000;\n\t}}\n}}\n\n\
             int main(int argc, char **argv) {{\n\tint {left} = 0;\n\
             \twhile ({reap}(&{left}) == 0 && argc > 1 && argv[1][0] != 'x') continue;\n\
             \treturn {left} > 255 ? 255 : {left};\n}}\n"
        )
    };
    let other = "/* My own work. */\nstatic long twice(long n) { return n * 2; }\n\n";
    let file = |key: &str, text: String| Sources {
        key: key.to_owned(),
        files: vec![("main.c".to_owned(), text)],
    };
    vec![
        file("s000001", program(["status", "failed", "reap"], "")),
        file("s000002", program(["how", "count", "collect"], other)),
    ]
}
