//! What the binary carries: the lessons' pages and the labs' files, as `build.rs` found them.
//!
//! Paths are those of the repository (`lessons/process/README.md`). Solutions are apart from all else;
//! known mistakes are not here, they stay in the repository.

pub mod include;
pub mod mdbook;
pub mod pages;

/// One file.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Relative to the repository, with `/`.
    pub path: &'static str,
    /// What is in it.
    pub content: &'static [u8],
    /// Whether it is started directly (`run`, `build`).
    pub is_executable: bool,
}

/// All files, sorted by path.
pub static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The labs' reference solutions, sorted by path; nothing but `syslab compare` shows them.
static SOLUTIONS: &[File] = include!(concat!(env!("OUT_DIR"), "/solutions.rs"));

impl File {
    /// The content as text; bytes that are no UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.content).into_owned()
    }

    /// The last component of the path.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

/// The file with this path.
pub fn file(path: &str) -> Option<&'static File> {
    FILES
        .binary_search_by(|file| file.path.cmp(path))
        .ok()
        .map(|at| &FILES[at])
}

/// The files below a directory, each with its path relative to that directory.
pub fn below(directory: &str) -> impl Iterator<Item = (&'static str, &'static File)> {
    among(FILES, directory)
}

/// The files of a lab's reference solutions, `LESSON/LAB`, each with its path below `solution/`.
pub fn solutions(lab: &str) -> impl Iterator<Item = (&'static str, &'static File)> + use<> {
    among(SOLUTIONS, &format!("labs/{lab}/solution"))
}

/// The languages that a lab has a reference solution in, `LESSON/LAB`, in order.
pub fn solution_languages(lab: &str) -> Vec<&'static str> {
    let mut found: Vec<&str> = solutions(lab)
        .filter_map(|(path, _)| path.split_once('/'))
        .map(|(language, _)| language)
        .collect();
    found.dedup();
    found
}

/// The files of a lab's reference solution in a language, each with its path in the solution.
pub fn solution(
    lab: &str,
    language: &str,
) -> impl Iterator<Item = (&'static str, &'static File)> + use<> {
    among(SOLUTIONS, &format!("labs/{lab}/solution/{language}"))
}

fn among(
    files: &'static [File],
    directory: &str,
) -> impl Iterator<Item = (&'static str, &'static File)> + use<> {
    let directory = directory.to_owned();
    files.iter().filter_map(move |file| {
        let rest = file.path.strip_prefix(&*directory)?.strip_prefix('/')?;
        Some((rest, file))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_sorted_so_that_they_can_be_found() {
        assert!(FILES.is_sorted_by(|one, other| one.path < other.path));
        for file in FILES {
            assert!(super::file(file.path).is_some(), "{}", file.path);
        }
    }

    #[test]
    fn nothing_that_gives_the_answer_away_is_among_the_files() {
        let answers = ["solution", "accepted", "wrong"];
        for file in FILES {
            assert!(
                !file.path.split('/').any(|part| answers.contains(&part)),
                "{}",
                file.path
            );
        }
    }
}
