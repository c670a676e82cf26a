//! What `watch` does at the user's wish.

use crate::exit::Trouble;
use crate::report::State;

use super::super::super::which::{self, Meant};
use super::super::super::workspace::Workspace;
use super::super::super::{check, hint, reset, starter};
use super::super::keys::Wish;
use super::super::model::{Entry, News, Overlay};
use super::super::source::{Place, is_below, places};
use super::Session;

/// What a wish asks of whoever has the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::commands::watch) enum Errand {
    /// Nothing.
    Nothing,
    /// To open this file of the submission at this line.
    Edit(Place),
    /// To end; by an interrupt or not.
    End { is_interrupt: bool },
    /// To stop until somebody says go on.
    Suspend,
    /// To draw all anew.
    Redraw,
    /// To show the overlay, where it does not lie over anything.
    Overlay,
}

impl Session {
    /// Does what the user wants, and says what of it is not for here.
    pub(in crate::commands::watch) fn wish(&mut self, wish: Wish) -> Errand {
        match wish {
            Wish::Quit => {
                return Errand::End {
                    is_interrupt: false,
                };
            }
            Wish::Interrupt => return Errand::End { is_interrupt: true },
            Wish::Suspend => return Errand::Suspend,
            Wish::Redraw => return Errand::Redraw,
            Wish::Edit => return self.edit(),
            Wish::Hint => self.hint(),
            Wish::Again => self.examine(true),
            Wish::CheckAll => {
                if self.options.seed.is_none() {
                    self.model.seed = u64::from(check::any_seed());
                }
                self.examine(true);
            }
            Wish::Next => self.next(),
            Wish::Go(name) => match which::named(&name) {
                Ok(meant) => self.go(meant),
                Err(trouble) => self.model.say(told(&trouble)),
            },
            Wish::Yes => {
                self.lay(Overlay::Nothing);
                self.reset();
            }
            Wish::Close => return self.lay(Overlay::Nothing),
            Wish::Trace => return self.lay(Overlay::Trace),
            Wish::Keys => return self.lay(Overlay::Keys),
            Wish::Reset => return self.lay(Overlay::AskReset),
            Wish::List => {
                let list = self.list();
                return self.lay(list);
            }
            Wish::Scroll(by) => {
                self.model.scroll = self.model.scroll.saturating_add_signed(by);
            }
            Wish::Query(_) | Wish::Select(_) | Wish::Choose => self.in_list(wish),
        }
        Errand::Nothing
    }

    fn lay(&mut self, overlay: Overlay) -> Errand {
        self.model.overlay = overlay;
        self.model.scroll = 0;
        self.model.notice.clear();
        Errand::Overlay
    }

    /// At the line that is cited, or at the program's beginning.
    fn edit(&mut self) -> Errand {
        let cited = self.model.failure().map_or_else(Vec::new, places);
        let begins = starter::main_file(&self.name(), &self.directory).map(|file| Place {
            file: file.to_owned(),
            line: 1,
        });
        let is_there = |place: &Place| is_below(&self.directory, &place.file);
        match cited.into_iter().chain(begins).find(is_there) {
            Some(place) => Errand::Edit(place),
            None => {
                self.model.say("no line of the program is cited");
                Errand::Nothing
            }
        }
    }

    fn hint(&mut self) {
        let Some(finding) = self.model.failure().cloned() else {
            return self
                .model
                .say("nothing fails, so there is nothing to hint at");
        };
        let before = self.model.hints;
        let name = self.name();
        let shown = hint::next_step(&mut self.state, &finding, &name);
        self.model.hints = shown;
        self.keep();
        match self.model.hint_steps().get(shown.saturating_sub(1)) {
            Some(step) if shown > before => self.model.news.push_back(News::Hint(step.clone())),
            _ => self.model.say("these are all hints; the rest is yours"),
        }
    }

    fn next(&mut self) {
        let now = self.model.meant;
        let mut after = which::all().skip_while(|meant| *meant != now).skip(1);
        match after.next() {
            Some(meant) => self.go(meant),
            None => self.model.say("this is the last lab"),
        }
    }

    /// To another lab; what goes on here is given up if that can be watched.
    fn go(&mut self, meant: Meant) {
        let session = Workspace::required(&self.root).and_then(|workspace| {
            Self::begin(&workspace, meant, self.options.clone(), self.heard.clone())
        });
        match session {
            Ok(session) => *self = session,
            Err(trouble) => self.model.say(told(&trouble)),
        }
    }

    fn reset(&mut self) {
        let meant = self.model.meant;
        self.examiner = None;
        let reset = Workspace::required(&self.root)
            .and_then(|workspace| reset::reset(&workspace, meant, None));
        match reset {
            Ok(reset) => {
                let aside = reset.aside.strip_prefix(&self.root);
                let aside = aside.unwrap_or(&reset.aside).display().to_string();
                self.go(meant);
                self.model.say(format!("your work is in {aside} now"));
            }
            Err(trouble) => self.model.say(told(&trouble)),
        }
    }

    fn list(&self) -> Overlay {
        let workspace = Workspace::find(&self.root).ok().flatten();
        let entry = |meant: Meant| {
            let known = workspace
                .as_ref()
                .and_then(|all| all.lab(&meant.to_string()));
            Entry {
                meant,
                state: match known {
                    Some(lab) if lab.is_done() => State::Done,
                    Some(_) => State::Begun,
                    None => State::New,
                },
                score: known
                    .filter(|lab| lab.is_checked())
                    .map_or_else(String::new, |lab| {
                        format!("{}/{}", lab.score, lab.max_score)
                    }),
            }
        };
        let entries: Vec<Entry> = which::all().map(entry).collect();
        let here = entries
            .iter()
            .position(|entry| entry.meant == self.model.meant);
        Overlay::List {
            query: String::new(),
            selected: here.unwrap_or(0),
            entries,
        }
    }

    fn in_list(&mut self, wish: Wish) {
        let found: Vec<Meant> = self
            .model
            .found_entries()
            .iter()
            .map(|entry| entry.meant)
            .collect();
        let Overlay::List {
            query, selected, ..
        } = &mut self.model.overlay
        else {
            return;
        };
        match wish {
            Wish::Query(new) => {
                *query = new;
                *selected = 0;
            }
            Wish::Select(by) => {
                let last = found.len().saturating_sub(1);
                *selected = selected.saturating_add_signed(by).min(last);
            }
            _ => {
                if let Some(meant) = found.get(*selected).copied() {
                    self.lay(Overlay::Nothing);
                    if meant != self.model.meant {
                        self.go(meant);
                    }
                }
            }
        }
    }
}

/// Trouble in a line.
fn told(trouble: &Trouble) -> String {
    match trouble.hints.first() {
        Some(hint) => format!("{:#}; {hint}", trouble.error),
        None => format!("{:#}", trouble.error),
    }
}
