//! Exhibits: the recordings that a failed check was judged by, for people to look at.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::recording::{Arg, Bytes, Event, Recording, What, World};
use super::text::what_text;

/// What a failing trial was seen to do. It is bounded: see [`Exhibit::of`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exhibit {
    /// The check's id.
    pub check: String,
    /// What was done to the program.
    pub story: String,
    /// One for each run of the experiment, in order.
    pub runs: Vec<ExhibitRun>,
}

/// One run, or its beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExhibitRun {
    /// What happened.
    #[serde(serialize_with = "as_text", deserialize_with = "of_text")]
    pub recording: Recording,
    /// Events that came after these.
    pub omitted: u64,
}

/// Events that an exhibit has at most, over all its runs.
const EVENTS_MAX: usize = 100_000;

/// Text that they may have together, bytes.
const TEXT_MAX: usize = 16 << 20;

/// The longest buffer, or word, of an event, bytes.
const VALUE_MAX: usize = 2048;

impl Exhibit {
    /// The runs of a trial, of which as much is kept as people can look at: 100,000 events, 16 MiB,
    /// and of each buffer 2 KiB. What is kept of a run is its beginning.
    pub fn of(check: &str, story: &str, runs: &[Recording]) -> Self {
        let (mut events, mut text) = (EVENTS_MAX, TEXT_MAX);
        let bounded = |run: &Recording| {
            let mut kept = Vec::new();
            for event in &run.events {
                let event = shortened(event);
                let len = what_text(&event.what).len() + 64 * event.site.len();
                if events == 0 || len > text {
                    break;
                }
                events -= 1;
                text -= len;
                kept.push(event);
            }
            ExhibitRun {
                omitted: (run.events.len() - kept.len()) as u64,
                recording: Recording { events: kept },
            }
        };
        Self {
            check: check.to_owned(),
            story: story.to_owned(),
            runs: runs.iter().map(bounded).collect(),
        }
    }
}

/// The event, with no value longer than people look at.
fn shortened(event: &Event) -> Event {
    let mut event = event.clone();
    match &mut event.what {
        What::Enter(_, call) => {
            for arg in &mut call.args {
                match arg {
                    Arg::Str(bytes) => cut(bytes),
                    Arg::Word(word) => cut_word(word),
                    _ => {}
                }
            }
        }
        What::World(
            World::Sent(bytes)
            | World::Received(_, bytes)
            | World::File(_, Some(bytes))
            | World::Written(_, bytes)
            | World::Target(bytes),
        ) => cut(bytes),
        _ => {}
    }
    event
}

fn cut(bytes: &mut Bytes) {
    if let Some(more) = bytes.data.len().checked_sub(VALUE_MAX) {
        bytes.data.truncate(VALUE_MAX);
        bytes.cut += more as u64;
    }
}

fn cut_word(word: &mut String) {
    if word.len() > VALUE_MAX {
        let end = (0..=VALUE_MAX).rev().find(|at| word.is_char_boundary(*at));
        word.truncate(end.unwrap_or(0));
        word.push_str("...");
    }
}

fn as_text<S: Serializer>(recording: &Recording, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(recording)
}

fn of_text<'de, D: Deserializer<'de>>(from: D) -> Result<Recording, D::Error> {
    String::deserialize(from)?
        .parse()
        .map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exhibit_comes_back_from_its_text() {
        let run: Recording = "2 read(0<pipe:[1]>, \"a\\n\", 9) = 2\n".parse().unwrap();
        let exhibit = Exhibit::of("ends", "it is told to", &[run]);
        let text = serde_json::to_string(&exhibit).unwrap();
        assert_eq!(serde_json::from_str::<Exhibit>(&text).unwrap(), exhibit);
    }

    #[test]
    fn long_values_are_cut_and_say_so() {
        let word = "[".repeat(5000);
        let text = format!(
            "2 write(1<?>, \"{}\", 4000, `{word}`) = 4000\n",
            "a".repeat(4000)
        );
        let exhibit = Exhibit::of("ends", "", &[text.parse().unwrap()]);
        let What::Enter(_, call) = &exhibit.runs[0].recording.events[0].what else {
            panic!("no call");
        };
        let Arg::Str(bytes) = &call.args[1] else {
            panic!("no buffer");
        };
        assert_eq!((bytes.data.len(), bytes.cut), (2048, 1952));
        let text = exhibit.runs[0].recording.to_string();
        assert_eq!(
            text.parse::<Recording>().unwrap(),
            exhibit.runs[0].recording
        );
        assert!(text.len() < 5000);
    }

    #[test]
    fn of_too_many_events_the_first_are_kept() {
        let run: Recording = "2 begin\n".repeat(EVENTS_MAX - 1).parse().unwrap();
        let exhibit = Exhibit::of("ends", "", &[run.clone(), run]);
        let kept: Vec<(usize, u64)> = (exhibit.runs.iter())
            .map(|run| (run.recording.events.len(), run.omitted))
            .collect();
        assert_eq!(kept, [(99_999, 0), (1, 99_998)]);
    }
}
