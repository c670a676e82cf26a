//! What the user wants: keys of the full-screen view, and lines of the plain one.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::model::Overlay;

/// What the user wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// To the next lab.
    Next,
    /// One more step of a hint.
    Hint,
    /// The list of labs.
    List,
    /// All checks, from a new seed.
    CheckAll,
    /// The checks once more, as they were.
    Again,
    /// The shown failure's trace.
    Trace,
    /// The cited line, in the editor.
    Edit,
    /// To begin the lab again.
    Reset,
    /// What the keys do.
    Keys,
    /// The end.
    Quit,
    /// The end, by Ctrl-C.
    Interrupt,
    /// To stop for a while, by Ctrl-Z.
    Suspend,
    /// All drawn anew.
    Redraw,
    /// Other lines of a text: so many further down.
    Scroll(isize),
    /// Away with what lies over the checks.
    Close,
    /// The query of the list is this now.
    Query(String),
    /// Another entry of the list: so many further down.
    Select(isize),
    /// The selected lab.
    Choose,
    /// Yes, that is what was meant.
    Yes,
    /// To this lab.
    Go(String),
}

/// The keys, as the last line shows them, and what each does.
pub(super) const KEYS: [(&str, &str, &str); 9] = [
    ("n", "next", "go to the next lab"),
    (
        "h",
        "hint",
        "one more step: a question, the text, the trace",
    ),
    ("l", "list", "all labs; type to search"),
    ("c", "check all", "make every check, from a new seed"),
    ("r", "again", "make the checks once more, as they were"),
    (
        "t",
        "trace",
        "the events that prove the failure, and how to see them yourself",
    ),
    ("e", "edit", "open the cited line in $EDITOR"),
    (
        "x",
        "reset",
        "begin the lab again; your work is moved aside",
    ),
    ("q", "quit", "leave; what you have reached is kept"),
];

/// Lines that a page key scrolls.
const PAGE: isize = 8;

/// The keys that were pressed: a terminal says Alt and a letter exactly as it says Escape and then
/// the letter. Nothing here asks for Alt, so the latter is meant.
pub(super) fn presses(key: KeyEvent) -> impl Iterator<Item = KeyEvent> {
    let escape = KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE);
    let is_escaped = key.modifiers.contains(KeyModifiers::ALT);
    let plain = KeyEvent {
        modifiers: key.modifiers.difference(KeyModifiers::ALT),
        ..key
    };
    is_escaped.then_some(escape).into_iter().chain([plain])
}

/// What a key means, with this on the screen.
pub(super) fn wish(key: KeyEvent, overlay: &Overlay) -> Option<Wish> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('c') => Some(Wish::Interrupt),
            KeyCode::Char('z') => Some(Wish::Suspend),
            KeyCode::Char('l') => Some(Wish::Redraw),
            _ => None,
        };
    }
    match overlay {
        Overlay::List { query, .. } => in_list(key.code, query),
        Overlay::AskReset => Some(match key.code {
            KeyCode::Char('y' | 'Y') => Wish::Yes,
            _ => Wish::Close,
        }),
        Overlay::Trace | Overlay::Keys => scroll(key.code).or(match key.code {
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q' | 't' | '?') => Some(Wish::Close),
            KeyCode::Char('e') => Some(Wish::Edit),
            _ => None,
        }),
        Overlay::Nothing => scroll(key.code).or_else(|| match key.code {
            KeyCode::Char(letter) => letter_wish(letter),
            _ => None,
        }),
    }
}

fn letter_wish(letter: char) -> Option<Wish> {
    Some(match letter {
        'n' => Wish::Next,
        'h' => Wish::Hint,
        'l' => Wish::List,
        'c' => Wish::CheckAll,
        'r' => Wish::Again,
        't' => Wish::Trace,
        'e' => Wish::Edit,
        'x' => Wish::Reset,
        'q' => Wish::Quit,
        '?' => Wish::Keys,
        _ => return None,
    })
}

fn scroll(code: KeyCode) -> Option<Wish> {
    Some(Wish::Scroll(match code {
        KeyCode::Up | KeyCode::Char('k') => -1,
        KeyCode::Down | KeyCode::Char('j') => 1,
        KeyCode::PageUp => -PAGE,
        KeyCode::PageDown | KeyCode::Char(' ') => PAGE,
        KeyCode::Home => isize::MIN,
        _ => return None,
    }))
}

fn in_list(code: KeyCode, query: &str) -> Option<Wish> {
    Some(match code {
        KeyCode::Esc => Wish::Close,
        KeyCode::Enter => Wish::Choose,
        KeyCode::Up => Wish::Select(-1),
        KeyCode::Down | KeyCode::Tab => Wish::Select(1),
        KeyCode::PageUp => Wish::Select(-PAGE),
        KeyCode::PageDown => Wish::Select(PAGE),
        KeyCode::Backspace => {
            let mut shorter = query.to_owned();
            shorter.pop();
            Wish::Query(shorter)
        }
        KeyCode::Char(letter) => Wish::Query(format!("{query}{letter}")),
        _ => return None,
    })
}

/// What a line means, in the plain view; `Err` says what could have been meant.
pub(super) fn line_wish(line: &str, overlay: &Overlay) -> Result<Option<Wish>, String> {
    let line = line.trim();
    if *overlay == Overlay::AskReset {
        let is_yes = ["y", "yes"].contains(&line.to_lowercase().as_str());
        return Ok(Some(if is_yes { Wish::Yes } else { Wish::Close }));
    }
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let mut letters = word.chars();
    let wish = match (letters.next(), letters.next()) {
        (None, _) => return Ok(None),
        (Some('l'), None) if !rest.is_empty() => Some(Wish::Go(rest.trim().to_owned())),
        (Some(letter), None) => letter_wish(letter),
        // Words, as the last line of the other view has them.
        _ => KEYS
            .iter()
            .find(|(_, name, _)| *name == line)
            .and_then(|(key, _, _)| key.chars().next())
            .and_then(letter_wish),
    };
    wish.map(Some).ok_or_else(|| {
        let keys = KEYS.map(|(key, name, _)| format!("{key} {name}"));
        format!(
            "{line:?} means nothing here; there are: {}",
            keys.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(code: KeyCode, overlay: &Overlay) -> Option<Wish> {
        wish(KeyEvent::new(code, KeyModifiers::NONE), overlay)
    }

    fn list() -> Overlay {
        Overlay::List {
            query: "ec".to_owned(),
            entries: Vec::new(),
            selected: 0,
        }
    }

    #[test]
    fn every_key_that_is_shown_does_something() {
        for (key, name, _) in KEYS {
            let letter = key.chars().next().unwrap();
            assert!(pressed(KeyCode::Char(letter), &Overlay::Nothing).is_some());
            let by_letter = line_wish(key, &Overlay::Nothing);
            assert_eq!(by_letter, line_wish(name, &Overlay::Nothing), "{name}");
            assert!(by_letter.unwrap().is_some());
        }
    }

    #[test]
    fn letters_are_a_query_in_the_list() {
        assert_eq!(
            pressed(KeyCode::Char('q'), &list()),
            Some(Wish::Query("ecq".to_owned()))
        );
        assert_eq!(
            pressed(KeyCode::Backspace, &list()),
            Some(Wish::Query("e".to_owned()))
        );
        let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(wish(interrupt, &list()), Some(Wish::Interrupt));
    }

    #[test]
    fn escape_and_a_letter_at_once_are_both_heard() {
        let both = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::ALT);
        let heard: Vec<_> = presses(both)
            .zip([Overlay::Keys, Overlay::Nothing])
            .map(|(key, overlay)| wish(key, &overlay))
            .collect();
        assert_eq!(heard, [Some(Wish::Close), Some(Wish::Reset)]);
        let one = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE);
        assert_eq!(presses(one).collect::<Vec<_>>(), [one]);
    }

    #[test]
    fn only_yes_resets() {
        for code in [KeyCode::Char('n'), KeyCode::Enter, KeyCode::Char('x')] {
            assert_eq!(pressed(code, &Overlay::AskReset), Some(Wish::Close));
        }
        assert_eq!(
            pressed(KeyCode::Char('y'), &Overlay::AskReset),
            Some(Wish::Yes)
        );
        assert_eq!(line_wish("", &Overlay::AskReset), Ok(Some(Wish::Close)));
        assert_eq!(line_wish("yes", &Overlay::AskReset), Ok(Some(Wish::Yes)));
    }

    #[test]
    fn a_line_that_means_nothing_is_answered() {
        assert_eq!(line_wish("  ", &Overlay::Nothing), Ok(None));
        assert_eq!(
            line_wish("l echo", &Overlay::Nothing),
            Ok(Some(Wish::Go("echo".to_owned())))
        );
        let said = line_wish("frobnicate", &Overlay::Nothing).unwrap_err();
        assert!(said.contains("h hint"), "{said}");
    }
}
