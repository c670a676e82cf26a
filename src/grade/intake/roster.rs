//! Rosters: who is in the class, from whatever a platform or an office exports.
//!
//! CSV with a header, of `,`, `;` or tabs, in UTF-8, UTF-16 with a mark, or windows-1252. Known by
//! their columns: Canvas' gradebook (`Student,ID,SIS User ID,SIS Login ID,Section`), Moodle's
//! worksheet (`Identifier,Full name,ID number,Email address`), Classroom 50's
//! (`username,first_name,last_name,email,section,github_id`) and its scores
//! (`username,...,datetime,submission_tag,...`), GitHub Classroom's roster
//! (`identifier,github_username,github_id,name`) and its grades
//! (`...,roster_identifier,student_repository_name,...,submission_timestamp`); else by what columns
//! are usually called.

use std::collections::HashSet;

use crate::grade::fair::Moment;
use crate::model::charset::decode;
use crate::model::gradebook::Student;
use crate::ui::visible;

/// Most bytes and most people.
const MAX_BYTES: usize = 64 << 20;
const MAX_PEOPLE: usize = 200_000;

/// What columns are called, without blanks, case and punctuation.
const ID: &[&str] = &[
    "id",
    "studentid",
    "sid",
    "identifier",
    "rosteridentifier",
    "sisuserid",
    "studentnumber",
    "idnumber",
    "number",
    "matriculationnumber",
    "matrikelnummer",
    "matrikel",
    "universityid",
];
const NAME: &[&str] = &["name", "student", "fullname", "studentname"];
const FIRST: &[&str] = &["firstname", "first", "givenname", "vorname"];
const LAST: &[&str] = &["lastname", "last", "surname", "familyname", "nachname"];
const EMAIL: &[&str] = &["email", "emailaddress", "mail"];
const LOGIN: &[&str] = &[
    "sisloginid",
    "login",
    "loginid",
    "username",
    "user",
    "netid",
];
const GITHUB: &[&str] = &["githubusername", "github", "githublogin"];
const GROUP: &[&str] = &["group", "groupname", "team"];
const REPOSITORY: &[&str] = &["studentrepositoryname", "repository", "repo"];
const SUBMITTED: &[&str] = &["submissiontimestamp", "submittedat"];

/// Everybody in the class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// In the file's order.
    pub(super) people: Vec<Person>,
    /// Rows that were passed over, and why.
    pub notes: Vec<String>,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) student: Student,
    pub(super) group: String,
    pub(super) repository: String,
    pub(super) submitted: Option<Moment>,
}

/// Why a file is no roster.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// No column names anybody.
    #[error("no column of the roster says who is who; its columns are: {0}")]
    Columns(String),
    /// It is larger than any class.
    #[error("the roster is larger than any class")]
    TooLarge,
    /// It cannot be read as CSV.
    #[error("the roster is no CSV: {0}")]
    Csv(String),
}

impl Roster {
    /// Reads a roster.
    ///
    /// # Errors
    /// If it is no CSV, or no column says who is who.
    pub fn parse(bytes: &[u8]) -> Result<Self, RosterError> {
        if bytes.len() > MAX_BYTES {
            return Err(RosterError::TooLarge);
        }
        let (text, _) = decode(bytes);
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator(&text))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let broken = |error: csv::Error| RosterError::Csv(visible(&error.to_string()));
        let header = reader.headers().map_err(broken)?.clone();
        let columns = Columns::of(&header).ok_or_else(|| {
            let names: Vec<String> = header
                .iter()
                .map(|name| format!("{:?}", visible(name)))
                .collect();
            RosterError::Columns(names.join(", "))
        })?;
        let mut roster = Self::default();
        let mut known = HashSet::new();
        for record in reader.records() {
            let record = record.map_err(broken)?;
            let line = record.position().map_or(0, csv::Position::line);
            let person = columns.person(&record);
            let handle = person.student.handle().to_lowercase();
            if handle.is_empty() || columns.is_nobody(&person) {
                continue;
            }
            if roster.people.len() >= MAX_PEOPLE {
                return Err(RosterError::TooLarge);
            }
            if !known.insert(handle) {
                let handle = visible(person.student.handle());
                roster.notes.push(format!(
                    "line {line}: {handle} is there twice: the first counts"
                ));
                continue;
            }
            roster.people.push(person);
        }
        Ok(roster)
    }

    /// How many people are on it.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether nobody is on it.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }
}

/// What stands most often in the first line, outside of quotes.
fn separator(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let unquoted: String = first.split('"').step_by(2).collect();
    let count = |separator: &u8| unquoted.bytes().filter(|byte| byte == separator).count();
    let mut best = b',';
    for separator in [b';', b'\t'] {
        if count(&separator) > count(&best) {
            best = separator;
        }
    }
    best
}

fn squeezed(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Which column says what.
#[derive(Default)]
struct Columns {
    id: Option<usize>,
    name: Option<usize>,
    first: Option<usize>,
    last: Option<usize>,
    email: Option<usize>,
    login: Option<usize>,
    github: Option<usize>,
    canvas: Option<usize>,
    moodle: Option<usize>,
    group: Option<usize>,
    repository: Option<usize>,
    submitted: Option<usize>,
}

impl Columns {
    fn of(header: &csv::StringRecord) -> Option<Self> {
        let names: Vec<String> = header.iter().map(squeezed).collect();
        let at = |name: &str| names.iter().position(|known| known == name);
        // The first name of the list that is there, so that "SIS User ID" is not taken for "ID".
        let find = |list: &[&str]| list.iter().find_map(|name| at(name));
        let mut columns = Self {
            id: find(ID),
            name: find(NAME),
            first: find(FIRST),
            last: find(LAST),
            email: find(EMAIL),
            login: find(LOGIN),
            github: find(GITHUB),
            group: find(GROUP),
            repository: find(REPOSITORY),
            submitted: find(SUBMITTED),
            ..Self::default()
        };
        if at("student").is_some() && at("id").is_some() && at("section").is_some() {
            columns.canvas = at("id");
            columns.id = at("sisuserid");
        } else if at("identifier").is_some() && at("fullname").is_some() {
            columns.moodle = at("identifier");
            columns.id = at("idnumber");
        } else if at("username").is_some() && at("submissiontag").is_some() {
            columns.github = at("username");
            columns.login = None;
            columns.submitted = at("datetime");
        } else if at("username").is_some() && at("githubid").is_some() {
            columns.github = at("username");
            columns.login = None;
            columns.id = None;
        } else if at("githubid").is_some() {
            columns.id = find(&["identifier", "rosteridentifier", "studentid"]);
        }
        let says_who = [
            columns.id,
            columns.name,
            columns.last,
            columns.email,
            columns.login,
            columns.github,
            columns.canvas,
            columns.moodle,
        ];
        says_who.iter().any(Option::is_some).then_some(columns)
    }

    fn person(&self, record: &csv::StringRecord) -> Person {
        let cell = |column: Option<usize>| {
            column
                .and_then(|at| record.get(at))
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        let name = match cell(self.name) {
            name if name.is_empty() => match (cell(self.last), cell(self.first)) {
                (last, first) if first.is_empty() => last,
                (last, first) => format!("{last}, {first}"),
            },
            name => name,
        };
        let identifier = cell(self.moodle);
        Person {
            student: Student {
                id: cell(self.id),
                name,
                email: cell(self.email),
                login: cell(self.login),
                github: cell(self.github),
                canvas: cell(self.canvas),
                moodle: identifier
                    .trim_start_matches(|c: char| !c.is_ascii_digit())
                    .to_owned(),
            },
            group: cell(self.group),
            repository: cell(self.repository),
            submitted: Moment::parse(&cell(self.submitted)),
        }
    }

    /// Canvas' rows that are no people.
    fn is_nobody(&self, person: &Person) -> bool {
        let student = &person.student;
        self.canvas.is_some()
            && (student.canvas.is_empty()
                || matches!(student.name.as_str(), "Student, Test" | "Test Student"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::charset::{Charset, encode};

    fn people(text: &str) -> Vec<String> {
        let roster = Roster::parse(text.as_bytes()).unwrap();
        let shown = |person: &Person| {
            let s = &person.student;
            [
                &s.id,
                &s.name,
                &s.email,
                &s.login,
                &s.github,
                &s.canvas,
                &s.moodle,
                &person.group,
                &person.repository,
            ]
            .map(String::as_str)
            .join("|")
        };
        roster.people.iter().map(shown).collect()
    }

    #[test]
    fn rosters_of_platforms_are_known() {
        assert_eq!(
            people(
                "Student,ID,SIS User ID,SIS Login ID,Section,Lab (1)\n    Points Possible,,,,,10\n\"Lovelace, Ada\",101,s1,ada,A,\n\"Student, Test\",9,,x,A,\n"
            ),
            ["s1|Lovelace, Ada||ada||101|||"]
        );
        assert_eq!(
            people(
                "Identifier,Full name,ID number,Email address,Grade\nParticipant 12,Ada Lovelace,s1,ada@x,\n"
            ),
            ["s1|Ada Lovelace|ada@x||||12||"]
        );
        assert_eq!(
            people(
                "username,first_name,last_name,email,section,github_id\nadal,Ada,Lovelace,ada@x,A,77\n"
            ),
            ["|Lovelace, Ada|ada@x||adal||||"]
        );
        let scores = "username,first_name,last_name,email,section,score,datetime,submission_tag\nadal,Ada,Lovelace,,A,3,2026-11-26T22:59:00Z,submit/x\n";
        assert_eq!(people(scores), ["|Lovelace, Ada|||adal||||"]);
        let roster = Roster::parse(scores.as_bytes()).unwrap();
        assert!(roster.people[0].submitted.is_some());
        assert_eq!(
            people("identifier,github_username,github_id,name\ns1,adal,77,Ada\n"),
            ["s1|Ada|||adal||||"]
        );
        assert_eq!(
            people(
                "\"assignment_name\",\"github_username\",\"roster_identifier\",\"student_repository_name\",\"submission_timestamp\"\n\"lab7\",\"adal\",\"s1\",\"lab7-adal\",\"2021-09-13 21:05:44 UTC\"\n"
            ),
            ["s1||||adal||||lab7-adal"]
        );
        assert_eq!(
            people(
                "Matrikelnummer;Nachname;Vorname;E-Mail;Team\n42;Müller;Jörg;j@x;blue\n;;;;\n42;Zwei;Mal;;\n"
            ),
            ["42|Müller, Jörg|j@x|||||blue|"]
        );
    }

    #[test]
    fn encodings_of_spreadsheets_are_known() {
        let text = "id;name\r\n1;Jörg\r\n";
        for charset in [
            Charset::Utf8,
            Charset::Utf8Mark,
            Charset::Utf16Le,
            Charset::Utf16Be,
            Charset::Windows1252,
        ] {
            let roster = Roster::parse(&encode(text, charset).unwrap()).unwrap();
            assert_eq!(roster.people[0].student.name, "Jörg", "{charset:?}");
        }
    }

    #[test]
    fn what_names_nobody_is_no_roster() {
        let error = Roster::parse(b"colour,size\nred,3\n").unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("its columns are: \"colour\", \"size\"")
        );
        assert!(Roster::parse(b"").is_err());
        let twice = Roster::parse(b"id\na\nA\n").unwrap();
        assert_eq!((twice.len(), twice.notes.len()), (1, 1));
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in any::<Vec<u8>>(), text in "(id|name|,|;|\"|\n|a|\t){0,30}") {
            let _ = Roster::parse(&bytes);
            let _ = Roster::parse(text.as_bytes());
        }
    }
}
