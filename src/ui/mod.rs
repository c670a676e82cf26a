//! The only room that prints: colour, widths, pages, progress.
//!
//! stdout is data, stderr is talk. It knows nothing of lessons or scorecards; it gets text.

mod browser;
mod escape;
mod full_screen;
mod live;
mod look;
mod markdown;
mod numbers;
mod pager;
mod progress;
mod screen;
mod suggest;
mod terminal_picture;

pub use browser::{BrowserError, open_in_browser};
pub use escape::{is_safe, shortened, visible};
pub use full_screen::{FullScreen, give_back_terminal};
pub use live::LiveScreen;
pub use look::{Look, Tone, columns, cut, padded};
pub use markdown::render as render_markdown;
pub use numbers::{grouped, plural};
pub use progress::ProgressLine;
pub use screen::{ColorChoice, Screen, StdoutClosed};
pub use suggest::did_you_mean;
pub use terminal_picture::terminal_picture;
