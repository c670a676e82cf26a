//! Whose a submission is: what the source says, held against the roster.

use std::collections::{BTreeSet, HashMap};

use super::Submission;
use super::layout::Says;
use super::roster::{Person, Roster};
use crate::model::gradebook::Student;
use crate::ui::visible;

/// What a source says about whose a submission is.
#[derive(Clone, Debug, Default)]
pub(super) struct Claim {
    /// From the name.
    pub(super) says: Says,
    /// From the platform's list.
    pub(super) students: Vec<Student>,
}

/// Gives every submission its students, and says who is absent.
///
/// Platforms' own numbers count before the university's, those before accounts, and a name only
/// where nobody else has it; that it was no more than a name is noted.
pub(super) fn match_all(
    submissions: &mut [(Submission, Claim)],
    roster: Option<&Roster>,
) -> Vec<Student> {
    let Some(roster) = roster else {
        for (submission, claim) in submissions {
            submission.students = unlisted(claim);
        }
        return Vec::new();
    };
    let names = names(roster);
    let mut owners: HashMap<usize, Vec<usize>> = HashMap::new();
    for (number, (submission, claim)) in submissions.iter_mut().enumerate() {
        let found = find(submission, claim, roster, &names);
        submission.is_listed = !found.is_empty() && found.len() >= claim.students.len();
        submission.students = found
            .iter()
            .map(|at| completed(&roster.people[*at], claim))
            .collect();
        let strangers = claim.students.iter().filter(|s| {
            !found
                .iter()
                .any(|at| is_same(&roster.people[*at].student, s))
        });
        if !submission.is_listed {
            match claim.students.is_empty() {
                true if found.is_empty() => submission.students = unlisted(claim),
                _ => submission.students.extend(strangers.cloned()),
            }
        }
        if submission.submitted.is_none() {
            submission.submitted = found.iter().find_map(|at| roster.people[*at].submitted);
        }
        for at in found {
            owners.entry(at).or_default().push(number);
        }
    }
    for (at, numbers) in owners.iter().filter(|(_, numbers)| numbers.len() > 1) {
        let who = visible(roster.people[*at].student.handle());
        let keys: Vec<String> = numbers
            .iter()
            .map(|number| submissions[*number].0.key.clone())
            .collect();
        for number in numbers {
            submissions[*number].0.notes.push(format!(
                "{who} has several submissions: {}",
                keys.join(", ")
            ));
        }
    }
    let people = roster.people.iter().enumerate();
    people
        .filter(|(at, _)| !owners.contains_key(at))
        .map(|(_, person)| person.student.clone())
        .collect()
}

/// What the source itself says, where no roster does.
fn unlisted(claim: &Claim) -> Vec<Student> {
    if !claim.students.is_empty() {
        return claim.students.clone();
    }
    let Says {
        name,
        canvas,
        moodle,
        ..
    } = claim.says.clone();
    let is_account = canvas.is_empty() && moodle.is_empty();
    let student = Student {
        id: if is_account {
            name.clone()
        } else {
            String::new()
        },
        name,
        canvas,
        moodle,
        ..Student::default()
    };
    match student.handle().is_empty() {
        true => Vec::new(),
        false => vec![student],
    }
}

/// The roster's words, with the numbers that only the source knows.
fn completed(person: &Person, claim: &Claim) -> Student {
    let mut student = person.student.clone();
    let fill = |field: &mut String, value: &str| {
        if field.is_empty() {
            value.clone_into(field);
        }
    };
    fill(&mut student.canvas, &claim.says.canvas);
    fill(&mut student.moodle, &claim.says.moodle);
    student
}

fn is_same(listed: &Student, said: &Student) -> bool {
    same(&listed.id, &said.id) || same(&listed.email, &said.email)
}

fn same(a: &str, b: &str) -> bool {
    !a.is_empty() && a.to_lowercase() == b.to_lowercase()
}

fn find(
    submission: &mut Submission,
    claim: &Claim,
    roster: &Roster,
    names: &HashMap<String, BTreeSet<usize>>,
) -> Vec<usize> {
    let all = |fits: &dyn Fn(&Person) -> bool| -> Vec<usize> {
        let people = roster.people.iter().enumerate();
        people
            .filter(|(_, person)| fits(person))
            .map(|(at, _)| at)
            .collect()
    };
    let says = &claim.says;
    if !claim.students.is_empty() {
        let mut found: Vec<usize> = Vec::new();
        for said in &claim.students {
            let by_number = all(&|person| is_same(&person.student, said));
            found.extend(if by_number.is_empty() {
                by_name(submission, &said.name, names)
            } else {
                by_number
            });
        }
        return found;
    }
    let group =
        all(&|person| !person.group.is_empty() && squeezed(&person.group) == squeezed(&says.name));
    let by_number = all(&|person| {
        let Student { canvas, moodle, .. } = &person.student;
        same(canvas, &says.canvas) || same(moodle, &says.moodle)
    });
    // A group's number is that of the member who submitted.
    let is_of_group = by_number.iter().all(|at| group.contains(at));
    if !group.is_empty() && is_of_group {
        submission.group = Some(roster.people[group[0]].group.clone());
        return group;
    }
    if !by_number.is_empty() {
        return by_number;
    }
    let is_account = says.canvas.is_empty() && says.moodle.is_empty();
    if is_account {
        let by_account = all(&|person| {
            let s = &person.student;
            [&s.id, &s.login, &s.email, &s.github, &person.repository]
                .iter()
                .any(|known| same(known, &says.name))
        });
        if by_account.len() == 1 {
            return by_account;
        }
        let by_suffix = by_suffix(&says.name, roster, submission);
        if !by_suffix.is_empty() {
            return by_suffix;
        }
    }
    by_name(submission, &says.name, names)
}

/// `ASSIGNMENT-ACCOUNT` or `ASSIGNMENT-TEAM`, as repositories of a class are called: the longest
/// account that fits, if it is one person's or one team's.
fn by_suffix(name: &str, roster: &Roster, submission: &mut Submission) -> Vec<usize> {
    let name = name.to_lowercase();
    let fits = |suffix: &str| {
        let suffix = suffix.to_lowercase();
        !suffix.is_empty()
            && name
                .strip_suffix(&suffix)
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with('-'))
    };
    let longest = |of: &dyn Fn(&Person) -> String| -> Vec<usize> {
        let fitting: Vec<(usize, String)> = roster
            .people
            .iter()
            .enumerate()
            .map(|(at, person)| (at, of(person).to_lowercase()))
            .filter(|(_, suffix)| fits(suffix))
            .collect();
        let longest = fitting.iter().map(|(_, suffix)| suffix.len()).max();
        fitting
            .into_iter()
            .filter(|(_, suffix)| Some(suffix.len()) == longest)
            .map(|(at, _)| at)
            .collect()
    };
    let account = longest(&|person| person.student.github.clone());
    if account.len() == 1 {
        return account;
    }
    let team = longest(&|person| person.group.clone());
    if let Some(first) = team.first() {
        submission.group = Some(roster.people[*first].group.clone());
    }
    team
}

fn by_name(
    submission: &mut Submission,
    name: &str,
    names: &HashMap<String, BTreeSet<usize>>,
) -> Vec<usize> {
    let Some(found) = names.get(&squeezed(name)).filter(|_| !name.is_empty()) else {
        return Vec::new();
    };
    match found.len() {
        1 => submission
            .notes
            .push("matched to the roster by name alone".to_owned()),
        count => {
            submission.notes.push(format!(
                "the name {:?} is that of {count} people on the roster",
                visible(name)
            ));
            return Vec::new();
        }
    }
    found.iter().copied().collect()
}

/// Everybody under all forms of their name: as it stands, and with the last name first and last.
fn names(roster: &Roster) -> HashMap<String, BTreeSet<usize>> {
    let mut names: HashMap<String, BTreeSet<usize>> = HashMap::new();
    for (at, person) in roster.people.iter().enumerate() {
        let name = &person.student.name;
        let mut forms = vec![name.clone()];
        if let Some((last, first)) = name.split_once(',') {
            forms.push(format!("{first} {last}"));
        } else if let Some((first, last)) = name.trim().rsplit_once(' ') {
            forms.push(format!("{last} {first}"));
        }
        for form in forms
            .iter()
            .map(|form| squeezed(form))
            .filter(|form| !form.is_empty())
        {
            names.entry(form).or_default().insert(at);
        }
    }
    names
}

/// As Canvas squeezes names: lower-case, letters, digits and `_` alone.
fn squeezed(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let lower = name.nfc().flat_map(char::to_lowercase);
    lower.filter(|c| c.is_alphanumeric() || *c == '_').collect()
}
