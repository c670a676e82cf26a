//! The view on screens of several sizes, and with what must not reach a terminal.

use insta::assert_snapshot;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::super::super::which;
use super::super::model::Entry;
use super::super::scene::{excerpt, failing, hostile, model, passing};
use super::*;
use crate::report::State;

fn drawn_with(model: &Model, width: u16, height: u16, has_color: bool) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| draw(frame, model, has_color))
        .unwrap();
    terminal.backend().buffer().clone()
}

/// The screen as text, blanks at the end of lines aside.
fn drawn(model: &Model, width: u16, height: u16) -> String {
    let buffer = drawn_with(model, width, height, false);
    let line = |y| {
        let cells = (0..width).map(|x| buffer[(x, y)].symbol());
        cells.collect::<String>().trim_end().to_owned()
    };
    (0..height).map(line).collect::<Vec<_>>().join("\n")
}

fn failed() -> Model {
    let mut model = model();
    for nth in [0, 1, 2, 4, 5] {
        model.found(passing(nth));
    }
    model.found(failing(3));
    model.excerpts = vec![excerpt()];
    model.hints = 1;
    model
}

fn listed() -> Model {
    let mut model = failed();
    let entry = |meant| Entry {
        meant,
        state: State::Begun,
        score: "70/100".to_owned(),
    };
    model.overlay = Overlay::List {
        query: "s".to_owned(),
        entries: which::all().map(entry).collect(),
        selected: 2,
    };
    model
}

#[test]
fn a_usual_screen() {
    assert_snapshot!(drawn(&failed(), 80, 24));
}

#[test]
fn a_small_screen() {
    assert_snapshot!(drawn(&failed(), 40, 10));
}

#[test]
fn a_large_screen() {
    assert_snapshot!(drawn(&failed(), 200, 60));
}

#[test]
fn a_list() {
    assert_snapshot!(drawn(&listed(), 80, 24));
}

#[test]
fn a_trace() {
    let mut model = failed();
    model.overlay = Overlay::Trace;
    assert_snapshot!(drawn(&model, 80, 24));
}

#[test]
fn every_size_can_be_drawn() {
    let mut others = [Overlay::Trace, Overlay::Keys, Overlay::AskReset].map(|overlay| {
        let mut model = failed();
        model.overlay = overlay;
        model
    });
    others[0].scroll = usize::MAX;
    let models = [model(), failed(), listed()].into_iter().chain(others);
    for model in models {
        for width in [0, 1, 2, 3, 10, 39, 80, 300] {
            for height in [0, 1, 2, 3, 4, 5, 9, 24, 100] {
                drawn_with(&model, width, height, true);
            }
        }
    }
}

#[test]
fn nothing_hostile_reaches_a_cell() {
    let mut model = model();
    model.found(hostile(0));
    model.hints = 3;
    model.notice = "\x1b]0;owned\x07".to_owned();
    model.place = "\x1b[2J\u{202e}".to_owned();
    model.excerpts = vec![excerpt()];
    model.excerpts[0].file = "\x1b[2J".to_owned();
    model.excerpts[0].lines[0].1 = "\x1b[31m\r\u{9b}".to_owned();
    for overlay in [Overlay::Nothing, Overlay::Trace, Overlay::AskReset] {
        model.overlay = overlay;
        for (width, height) in [(80, 24), (40, 10), (200, 60)] {
            let shown = drawn(&model, width, height).replace('\n', "");
            assert!(shown.chars().all(crate::ui::is_safe), "{shown:?}");
        }
        model.notice.clear();
    }
}

#[test]
fn without_colour_there_is_none() {
    for (has_color, is_wanted) in [(true, true), (false, false)] {
        let buffer = drawn_with(&failed(), 80, 24, has_color);
        let is_colored = buffer.content().iter().any(|cell| cell.fg != Color::Reset);
        assert_eq!(is_colored, is_wanted);
    }
}

#[test]
fn a_verdict_is_told_apart_without_colour() {
    let mut model = failed();
    model.begin(&[
        model.rows[0].check.id.to_owned(),
        model.rows[3].check.id.to_owned(),
    ]);
    let shown = drawn(&model, 120, 30);
    assert!(shown.contains("(held before)"), "{shown}");
    assert!(shown.contains("(failed before)"), "{shown}");
    assert!(shown.contains("before your last save"), "{shown}");
}
