//! Markdown on a terminal: headings, paragraphs, lists, quotes, code and tables.
//!
//! Not a complete renderer: images become their alternative text, HTML is dropped, and links
//! within a book become their text. Readable without colour.

mod flow;
mod table;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use self::flow::Flow;
use self::table::Table;
use super::{Look, Tone, columns, visible};

/// Columns of prose; longer lines are hard to read however wide the window is.
const WIDEST: usize = 88;

/// How far code and list items are indented.
const INDENT: &str = "  ";

/// The Markdown text as it is printed.
pub fn render(source: &str, look: Look) -> String {
    let mut renderer = Renderer {
        look,
        width: look.width.unwrap_or(WIDEST).min(WIDEST),
        out: String::new(),
        prefixes: Vec::new(),
        lists: Vec::new(),
        flow: Flow::default(),
        code: None,
        link: None,
        table: None,
        is_tight: false,
    };
    for event in Parser::new_ext(source, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        renderer.event(event);
    }
    renderer.out
}

struct Renderer {
    look: Look,
    width: usize,
    out: String,
    /// What each open quote or list item puts before a line: first for its first line, then for
    /// the others.
    prefixes: Vec<Prefix>,
    /// The next number of each open list; `None` for bullets.
    lists: Vec<Option<u64>>,
    flow: Flow,
    /// The lines of an open code block.
    code: Option<String>,
    /// Where an open link leads, if outside.
    link: Option<String>,
    table: Option<Table>,
    /// Whether the last block was an item without paragraphs: no blank line follows it.
    is_tight: bool,
}

/// What is put before the lines of a block.
struct Prefix {
    first: Option<String>,
    rest: String,
}

impl Renderer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.flow.text(&text),
            },
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                // Without colour the backticks are what tells code from prose.
                let text = match self.look.color {
                    true => text.into_string(),
                    false => format!("`{text}`"),
                };
                self.flow.toned(Some(Tone::Code), |flow| flow.text(&text));
            }
            Event::SoftBreak => self.flow.text(" "),
            Event::HardBreak => self.flow.line_break(),
            Event::Rule => {
                self.gap();
                self.line(&"-".repeat(self.room().min(WIDEST / 2)), None);
            }
            Event::FootnoteReference(label) => self.flow.text(&format!("[{label}]")),
            Event::TaskListMarker(done) => self.flow.text(if done { "[x] " } else { "[ ] " }),
            Event::Html(_) | Event::InlineHtml(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph if self.lists_begin_here() => {}
            Tag::Paragraph | Tag::Heading { .. } => self.gap(),
            Tag::BlockQuote(_) => {
                self.gap();
                self.push_prefix("| ", "| ");
            }
            Tag::FootnoteDefinition(label) => {
                self.gap();
                self.push_prefix(&format!("[{label}] "), INDENT);
            }
            Tag::CodeBlock(_) => {
                self.finish_paragraph();
                self.gap();
                self.code = Some(String::new());
            }
            Tag::List(first) => {
                // Text of the item that the list is in stands before it.
                self.finish_paragraph();
                if self.lists.is_empty() {
                    self.gap();
                }
                self.lists.push(first);
            }
            Tag::Item => {
                let bullet = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                };
                let rest = " ".repeat(columns(&bullet));
                self.push_prefix(&bullet, &rest);
                self.is_tight = true;
            }
            Tag::Table(alignments) => {
                self.gap();
                self.table = Some(Table::new(alignments));
            }
            Tag::Emphasis => self.begin_tone(Tone::Stressed, "*"),
            Tag::Strong => self.begin_tone(Tone::Strong, "**"),
            Tag::Strikethrough => self.flow.text("~~"),
            Tag::Link { dest_url, .. } => {
                let is_outside = dest_url.contains("://");
                self.link = is_outside.then(|| dest_url.into_string());
            }
            Tag::Image { .. } => self.flow.text("[image: "),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => {
                self.finish_paragraph();
                self.is_tight = false;
            }
            TagEnd::Heading(level) => self.finish_heading(level),
            TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.finish_paragraph();
                self.prefixes.pop();
            }
            TagEnd::Item => {
                self.finish_paragraph();
                self.prefixes.pop();
                self.is_tight = true;
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.is_tight = !self.lists.is_empty();
            }
            TagEnd::CodeBlock => self.finish_code(),
            TagEnd::TableCell => {
                let cell = self.flow.take();
                if let Some(table) = &mut self.table {
                    table.cell(cell);
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                if let Some(table) = &mut self.table {
                    table.end_row();
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    for line in table.lines(self.look, self.room()) {
                        self.line(&line, None);
                    }
                }
            }
            TagEnd::Emphasis => self.end_tone("*"),
            TagEnd::Strong => self.end_tone("**"),
            TagEnd::Strikethrough => self.flow.text("~~"),
            TagEnd::Link => {
                if let Some(url) = self.link.take() {
                    self.flow.text(&format!(" <{url}>"));
                }
            }
            TagEnd::Image => self.flow.text("]"),
            _ => {}
        }
    }

    /// Begins stressed text; without colour its mark is shown instead.
    fn begin_tone(&mut self, tone: Tone, mark: &str) {
        if !self.look.color {
            self.flow.text(mark);
        }
        self.flow.push_tone(tone);
    }

    fn end_tone(&mut self, mark: &str) {
        self.flow.pop_tone();
        if !self.look.color {
            self.flow.text(mark);
        }
    }

    /// Whether a list item has begun and has no line yet: its paragraph follows the bullet.
    fn lists_begin_here(&self) -> bool {
        self.prefixes
            .last()
            .is_some_and(|prefix| prefix.first.is_some())
    }

    fn finish_paragraph(&mut self) {
        let flow = self.flow.take();
        for line in flow.wrapped(self.look, self.room()) {
            self.line(&line, None);
        }
    }

    fn finish_heading(&mut self, level: HeadingLevel) {
        let plain = self.flow.take().plain();
        let text = match level {
            HeadingLevel::H1 | HeadingLevel::H2 => plain.clone(),
            deeper => format!("{} {plain}", "#".repeat(deeper as usize)),
        };
        self.line(&text, Some(Tone::Strong));
        let underline = match level {
            HeadingLevel::H1 => "=",
            HeadingLevel::H2 => "-",
            _ => return,
        };
        self.line(&underline.repeat(columns(&plain)), Some(Tone::Faint));
    }

    fn finish_code(&mut self) {
        for line in self.code.take().unwrap_or_default().lines() {
            // Code is never wrapped: what is copied must run.
            let shown: Vec<String> = line.split('\t').map(visible).collect();
            self.line(&format!("{INDENT}{}", shown.join("\t")), Some(Tone::Code));
        }
        self.is_tight = false;
    }

    fn push_prefix(&mut self, first: &str, rest: &str) {
        self.prefixes.push(Prefix {
            first: Some(first.to_owned()),
            rest: rest.to_owned(),
        });
    }

    /// Columns that are left beside the prefixes.
    fn room(&self) -> usize {
        let taken: usize = self.prefixes.iter().map(|one| columns(&one.rest)).sum();
        self.width.saturating_sub(taken)
    }

    /// A blank line between two blocks.
    fn gap(&mut self) {
        if self.out.is_empty() || self.lists_begin_here() || self.out.ends_with("\n\n") {
            return;
        }
        self.line("", None);
    }

    fn line(&mut self, text: &str, tone: Option<Tone>) {
        let mut line = String::new();
        for prefix in &mut self.prefixes {
            match prefix.first.take() {
                Some(first) => line.push_str(&first),
                None => line.push_str(&prefix.rest),
            }
        }
        match tone {
            Some(tone) => line.push_str(&self.look.paint(tone, text)),
            None => line.push_str(text),
        }
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }
}

#[cfg(test)]
mod tests;
