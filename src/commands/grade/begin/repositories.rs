//! `grade LIST --from git`: submissions that are repositories, cloned for the run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::super::super::interrupt::Interrupt;
use crate::exit::{self, Trouble};
use crate::grade::intake::{Intake, Repository};
use crate::grade::run::RunDir;
use crate::ui::{Screen, visible};

/// Clones of repositories, until they have been taken in.
pub(super) struct Clones {
    place: TempDir,
    /// Why a repository could not be cloned, by its submission's name.
    failed: BTreeMap<String, String>,
}

impl Clones {
    /// Clones what a list names; `None` if it is no text, and so an archive or a directory of clones. Nobody loses anything by a repository that cannot be cloned: it is
    /// a submission that is not graded, because.
    ///
    /// # Errors
    /// Usage, if the file is no such list; if the clones cannot be written; if it is interrupted.
    pub(super) fn of(
        list: &Path,
        run: &RunDir,
        interrupt: &Interrupt,
        screen: &Screen,
    ) -> Result<Option<Self>, Trouble> {
        let is_text = |text: &String| !text.contains('\0');
        let Some(text) = fs::read_to_string(list).ok().filter(is_text) else {
            return Ok(None);
        };
        let repositories = Repository::list(&text).map_err(|why| {
            Trouble::usage(format!("{} {why}", list.display()))
                .hint("a list has the URL or path of a repository on each line")
        })?;
        let place = tempfile::Builder::new()
            .prefix("clones.")
            .tempdir_in(run.root())?;
        let mut failed = BTreeMap::new();
        let mut line = screen.progress_line();
        for (repository, number) in repositories.iter().zip(1..) {
            let name = visible(&repository.name);
            line.show(&format!(
                "{number} of {} cloned; at: {name}",
                repositories.len()
            ));
            let directory = place.path().join(&repository.name);
            let cloned = repository.clone_into(&directory);
            // Ctrl-C ends git, too.
            if interrupt.is_asked() {
                let error = anyhow::Error::msg("interrupted while repositories were cloned");
                return Err(Trouble::new(exit::INTERRUPTED, error));
            }
            if let Err(why) = cloned {
                // What git may have left of it is nobody's submission; its place names whose it is.
                let _left = fs::remove_dir_all(&directory);
                fs::create_dir(&directory)?;
                let why = format!("its repository cannot be cloned: {why}");
                failed.insert(repository.name.clone(), why);
            }
        }
        Ok(Some(Self { place, failed }))
    }

    /// Where they are: a directory for each.
    pub(super) fn path(&self) -> &Path {
        self.place.path()
    }

    /// Says of submissions why they have no files.
    pub(super) fn explain(&self, intake: &mut Intake) {
        for submission in &mut intake.submissions {
            if let Some(why) = self.failed.get(&submission.label) {
                submission.files = Err(why.clone());
            }
        }
    }
}
