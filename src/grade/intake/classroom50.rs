//! Classroom 50: what `gh teacher download` lays beside the files of a clone.
//!
//! Clones are called CLASSROOM-ASSIGNMENT-OWNER, in lower case. `result.json` is the asset of the
//! latest release, and `results.json` those of all; both replace what a student may have called so.
//! Where there is no release there is no asset, and a file of that name is the student's own: so it
//! must be of the repository that it lies in, and says nothing about time.

use std::io::Read;

use serde_json::Value;

use crate::model::gradebook::Release;

/// Most bytes of such a file: the platform's own limit.
const MAX_BYTES: u64 = 10 << 20;

/// The file of the latest release.
pub(super) const LATEST: &str = "result.json";

/// The file of all releases.
pub(super) const ALL: &str = "results.json";

/// The release that a `result.json` is about, if it is one of this repository's.
pub(super) fn release(repository: &str, content: &mut dyn Read) -> Option<Release> {
    let mut text = String::new();
    content.take(MAX_BYTES).read_to_string(&mut text).ok()?;
    let value: Value = serde_json::from_str(&text).ok()?;
    let field = |name: &str| value[name].as_str().map(str::to_owned);
    let release = Release {
        classroom: field("classroom")?,
        assignment: field("assignment")?,
        is_group: field("assignment_type")? == "group",
        owner: field("owner")?,
        submission: field("submission")?,
        commit: field("commit")?,
        release: field("release")?,
        review: field("review")?,
        datetime: field("datetime")?,
    };
    let is_version = value["schema"] == "classroom50/result/v1";
    let named = [&release.classroom, &release.assignment, &release.owner];
    let name = named.map(|part| part.to_lowercase()).join("-");
    (is_version && name == repository.to_lowercase()).then_some(release)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESULT: &str = r#"{"schema":"classroom50/result/v1","classroom":"OS","assignment":"lab7",
        "assignment_type":"group","owner":"ada","submission":"submit/x","commit":"c","release":"r",
        "review":"d","datetime":"2026-11-26T22:59:00Z","score":1,"max-score":2,"tests":[]}"#;

    #[test]
    fn a_release_is_one_of_its_repository() {
        let of = |repository: &str, text: &str| release(repository, &mut text.as_bytes());
        let found = of("os-lab7-ada", RESULT).unwrap();
        assert_eq!((found.owner.as_str(), found.is_group), ("ada", true));
        assert_eq!(of("os-lab7-eve", RESULT), None);
        assert_eq!(of("os-lab7-ada", &RESULT.replace("/v1", "/v9")), None);
        assert_eq!(of("os-lab7-ada", &RESULT.replace("commit", "comet")), None);
        assert_eq!(of("os-lab7-ada", "[1, 2"), None);
    }
}
