//! Running text: words with their tones, broken into lines.

use super::super::{Look, Tone, columns, visible};

/// Words of a paragraph, a heading or a table cell.
#[derive(Clone, Debug, Default)]
pub(super) struct Flow {
    words: Vec<Word>,
    tones: Vec<Tone>,
    /// Whether the next text continues the last word.
    is_open: bool,
}

/// What stands between two places where a line may break.
#[derive(Clone, Debug, Default)]
struct Word {
    /// Pieces of it, each with its tone.
    pieces: Vec<(Option<Tone>, String)>,
    /// Whether the line ends here, however much room is left.
    breaks: bool,
}

impl Word {
    fn columns(&self) -> usize {
        self.pieces.iter().map(|(_, text)| columns(text)).sum()
    }

    fn painted(&self, look: Look) -> String {
        self.pieces
            .iter()
            .map(|(tone, text)| match tone {
                Some(tone) => look.paint(*tone, text),
                None => text.clone(),
            })
            .collect()
    }
}

impl Flow {
    /// Adds text; blanks in it are places to break.
    pub(super) fn text(&mut self, text: &str) {
        let tone = self.tones.last().copied();
        for (nth, part) in text.split([' ', '\n', '\t']).enumerate() {
            if nth > 0 {
                self.is_open = false;
            }
            if part.is_empty() {
                continue;
            }
            if !self.is_open || self.words.is_empty() {
                self.words.push(Word::default());
            }
            if let Some(word) = self.words.last_mut() {
                word.pieces.push((tone, visible(part)));
            }
            self.is_open = true;
        }
    }

    /// Adds what `add` adds, in this tone.
    pub(super) fn toned(&mut self, tone: Option<Tone>, add: impl FnOnce(&mut Self)) {
        let outer = std::mem::take(&mut self.tones);
        self.tones.extend(tone);
        add(self);
        self.tones = outer;
    }

    pub(super) fn push_tone(&mut self, tone: Tone) {
        self.tones.push(tone);
    }

    pub(super) fn pop_tone(&mut self) {
        self.tones.pop();
    }

    /// Ends the line here.
    pub(super) fn line_break(&mut self) {
        if let Some(word) = self.words.last_mut() {
            word.breaks = true;
        }
        self.is_open = false;
    }

    /// What there is so far, which begins anew; open tones stay open.
    pub(super) fn take(&mut self) -> Self {
        let tones = self.tones.clone();
        std::mem::replace(
            self,
            Self {
                tones,
                ..Self::default()
            },
        )
    }

    /// The text in one line, without tones.
    pub(super) fn plain(&self) -> String {
        self.joined(Look::PLAIN)
    }

    /// The text in one line.
    pub(super) fn joined(&self, look: Look) -> String {
        let words: Vec<String> = self.words.iter().map(|word| word.painted(look)).collect();
        words.join(" ")
    }

    /// Columns of the text in one line.
    pub(super) fn columns(&self) -> usize {
        columns(&self.plain())
    }

    /// The text in lines of at most `room` columns, unless a word is longer.
    pub(super) fn wrapped(&self, look: Look, room: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut used = 0;
        for word in &self.words {
            let width = word.columns();
            if used > 0 && used + 1 + width > room {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(&word.painted(look));
            used += width;
            if word.breaks {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
        }
        if used > 0 {
            lines.push(line);
        }
        lines
    }
}
