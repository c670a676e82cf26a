//! Layouts for other tools, which some departments trust more: files to be written or zipped.

use super::{Language, Sources};
use crate::ui::visible;

/// For JPlag: a directory for every submission below `submissions`, and the starter in `base`:
/// `java -jar jplag.jar -l c submissions -bc base`; see the wiki of jplag/JPlag, "Basics".
pub fn jplag(submissions: &[Sources], starters: &[Sources]) -> Vec<(String, String)> {
    let of = |root: &str, sources: &Sources| {
        let root = format!("{root}/{}", sources.key);
        files(sources, &root)
    };
    let submitted = submissions
        .iter()
        .flat_map(|sources| of("submissions", sources));
    submitted
        .chain(starters.iter().flat_map(|starter| files(starter, "base")))
        .collect()
}

/// For Dolos: all files, and `info.csv` at the root, to be zipped without a directory around them;
/// see <https://dolos.ugent.be/docs/adding-metadata.html>. `filename` is the path in the zip;
/// `full_name` is the key, not the person's name: what leaves the house says no more than it must.
/// Dolos compares files, so that a submission of several has several lines with one `label`.
pub fn dolos(submissions: &[Sources]) -> Vec<(String, String)> {
    let mut info = String::from("filename,full_name,label\n");
    let mut all = Vec::new();
    for sources in submissions {
        for (path, text) in files(sources, &sources.key) {
            let cells = [&path, &sources.key, &sources.key].map(|cell| cell_of(cell));
            info.push_str(&cells.join(","));
            info.push('\n');
            all.push((path, text));
        }
    }
    all.insert(0, ("info.csv".to_owned(), info));
    all
}

/// Always in quotes; what could be a formula is made none.
fn cell_of(text: &str) -> String {
    let shown = visible(text).replace('"', "\"\"");
    let guard = if shown.starts_with(['=', '+', '-', '@']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{shown}\"")
}

/// The sources of a submission below a directory; paths that would lead out are left out.
fn files(sources: &Sources, root: &str) -> Vec<(String, String)> {
    let is_safe = |path: &str| crate::grade::intake::checked_path(path).is_ok();
    sources
        .files
        .iter()
        .filter(|(path, _)| Language::of(path).is_some() && is_safe(path) && is_safe(root))
        .map(|(path, text)| (format!("{root}/{path}"), text.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class() -> Vec<Sources> {
        let files = |names: &[&str]| {
            names
                .iter()
                .map(|name| ((*name).to_owned(), "x".to_owned()))
                .collect()
        };
        vec![
            Sources {
                key: "ada".to_owned(),
                files: files(&["main.c", "lib/a.c", "photo.png", "../x.c"]),
            },
            Sources {
                key: "=cmd|'/c calc'!A1".to_owned(),
                files: files(&["a\",b.c"]),
            },
        ]
    }

    #[test]
    fn jplag_gets_a_directory_for_everybody() {
        let starter = Sources {
            key: "c".to_owned(),
            files: vec![("main.c".to_owned(), "y".to_owned())],
        };
        let paths: Vec<String> = jplag(&class(), &[starter])
            .into_iter()
            .map(|(path, _)| path)
            .collect();
        assert_eq!(
            paths,
            [
                "submissions/ada/main.c",
                "submissions/ada/lib/a.c",
                "submissions/=cmd|'/c calc'!A1/a\",b.c",
                "base/main.c"
            ]
        );
    }

    #[test]
    fn dolos_gets_its_list() {
        let files = dolos(&class());
        assert_eq!(files[0].0, "info.csv");
        let mut reader = csv::Reader::from_reader(files[0].1.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), files.len() - 1);
        assert_eq!(&rows[0][0], "ada/main.c");
        for row in &rows {
            assert!(row.iter().all(|cell| !cell.starts_with('=')));
        }
    }
}
