//! `--format` and `--output`: several formats of the same scorecard, each to its own place.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueEnum};

use crate::exit::Trouble;
use crate::model::Scorecard;
use crate::model::exhibit::Exhibit;
use crate::report::{self, Detail};
use crate::ui::{Look, Screen};

/// A format of a scorecard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people; the last line is the score
    Text,
    /// For programs: everything, as schema 1 has it
    Json,
    /// For a browser: what happened where a check failed, as a picture; needs no network
    Html,
}

/// Formats and where each goes, in the order of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outputs(Vec<(Format, Option<PathBuf>)>);

/// Formats with their places opened, so that a wrong place is known before the work.
#[derive(Debug)]
pub(super) struct Opened(Vec<(Format, Option<(PathBuf, File)>)>);

const FORMAT: &str = "format";
const OUTPUT: &str = "output";
const HTML: &str = "html";

impl Args for Outputs {
    fn augment_args(command: Command) -> Command {
        command
            .arg(
                clap::Arg::new(FORMAT)
                    .long(FORMAT)
                    .value_name("FORMAT")
                    .value_parser(clap::value_parser!(Format))
                    .action(ArgAction::Append)
                    .help("Format of the report; may be given several times [default: text]"),
            )
            .arg(
                clap::Arg::new(OUTPUT)
                    .long(OUTPUT)
                    .value_name("FILE")
                    .value_parser(clap::value_parser!(PathBuf))
                    .value_hint(clap::ValueHint::FilePath)
                    .action(ArgAction::Append)
                    .help("Where the format given before it goes [default: stdout]"),
            )
            .arg(
                clap::Arg::new(HTML)
                    .long(HTML)
                    .value_name("FILE")
                    .value_parser(clap::value_parser!(PathBuf))
                    .value_hint(clap::ValueHint::FilePath)
                    .help(
                        "Also write a picture of what happened where a check failed, for a browser",
                    ),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Outputs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let formats = placed::<Format>(matches, FORMAT);
        let files = placed::<PathBuf>(matches, OUTPUT);
        let html = matches.get_one::<PathBuf>(HTML).cloned();
        paired(formats, files)
            .map(|mut outputs| {
                outputs.extend(html.map(|file| (Format::Html, Some(file))));
                Self(outputs)
            })
            .map_err(|message| clap::Error::raw(clap::error::ErrorKind::ArgumentConflict, message))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The values of an option, each with its place on the command line.
fn placed<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> Vec<(usize, T)> {
    let places = matches.indices_of(id).into_iter().flatten();
    let values = matches.get_many::<T>(id).into_iter().flatten().cloned();
    places.zip(values).collect()
}

/// Gives each file to the last format before it; text if there is none.
fn paired(
    formats: Vec<(usize, Format)>,
    files: Vec<(usize, PathBuf)>,
) -> Result<Vec<(Format, Option<PathBuf>)>, String> {
    let mut outputs: Vec<(usize, Format, Option<PathBuf>)> = formats
        .into_iter()
        .map(|(place, format)| (place, format, None))
        .collect();
    if outputs.is_empty() {
        outputs.push((0, Format::Text, None));
    }
    for (place, file) in files {
        let Some(output) = outputs.iter_mut().rfind(|output| output.0 < place) else {
            return Err("give --format before the --output that belongs to it\n".to_owned());
        };
        if output.2.replace(file).is_some() {
            return Err("two --output for one --format\n".to_owned());
        }
    }
    let outputs: Vec<_> = outputs
        .into_iter()
        .map(|(_, format, file)| (format, file.filter(|file| file != Path::new("-"))))
        .collect();
    if outputs.iter().filter(|(_, file)| file.is_none()).count() > 1 {
        return Err("two formats would be mixed on stdout; give one of them an --output\n".into());
    }
    Ok(outputs)
}

impl Outputs {
    /// Whether one of them shows recordings.
    pub(super) fn has_html(&self) -> bool {
        self.0.iter().any(|(format, _)| *format == Format::Html)
    }

    /// Opens every place, without touching what is there.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(super) fn open(&self) -> Result<Opened, Trouble> {
        self.0
            .iter()
            .map(|(format, file)| {
                let file = match file {
                    Some(path) => Some((path.clone(), open(path)?)),
                    None => None,
                };
                Ok((*format, file))
            })
            .collect::<Result<_, Trouble>>()
            .map(Opened)
    }
}

impl Opened {
    /// Writes the scorecard in every format to its place.
    ///
    /// # Errors
    /// Whatever write(2) says.
    pub(super) fn write(
        self,
        card: &Scorecard,
        exhibits: &[Exhibit],
        screen: &Screen,
        detail: Detail,
    ) -> anyhow::Result<()> {
        for (format, file) in self.0 {
            match file {
                None => screen.print(&formatted(format, card, exhibits, screen.out, detail))?,
                Some((path, mut file)) => {
                    let text = formatted(format, card, exhibits, Look::PLAIN, detail);
                    replace(&mut file, &text)
                        .with_context(|| format!("cannot write to {}", path.display()))?;
                }
            }
        }
        Ok(())
    }
}

fn formatted(
    format: Format,
    card: &Scorecard,
    exhibits: &[Exhibit],
    look: Look,
    detail: Detail,
) -> String {
    match format {
        Format::Html => report::html::html(&report::html::Picture::of_card(card, exhibits)),
        Format::Text => report::text(card, look, detail),
        Format::Json => report::json(card),
    }
}

/// Opens a place, without touching what is there.
///
/// # Errors
/// If it cannot be written.
pub(super) fn open(file: &Path) -> anyhow::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(file)
        .with_context(|| format!("cannot write to {}", file.display()))
}

/// Writes the text in place of what the file holds; pipes and devices just get it.
///
/// # Errors
/// Those of write(2).
pub(super) fn replace(file: &mut File, text: &str) -> std::io::Result<()> {
    if file.metadata()?.is_file() {
        file.set_len(0)?;
    }
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Vec<(Format, Option<String>)>, String> {
        let command = Outputs::augment_args(Command::new("x").no_binary_name(true));
        let matches = command.try_get_matches_from(args).unwrap();
        Outputs::from_arg_matches(&matches)
            .map(|outputs| {
                outputs
                    .0
                    .into_iter()
                    .map(|(format, file)| (format, file.map(|file| file.display().to_string())))
                    .collect()
            })
            .map_err(|error| error.to_string())
    }

    #[test]
    fn text_to_stdout_is_the_default() {
        assert_eq!(parsed(&[]), Ok(vec![(Format::Text, None)]));
        let to_file = parsed(&["--output", "a"]).unwrap();
        assert_eq!(to_file, [(Format::Text, Some("a".into()))]);
    }

    #[test]
    fn an_output_belongs_to_the_format_before_it() {
        let args = ["--format", "text", "--format", "json", "--output", "a"];
        let both = [(Format::Text, None), (Format::Json, Some("a".into()))];
        assert_eq!(parsed(&args).unwrap(), both);
        let args = ["--format=json", "--output=a", "--format=text", "--output=-"];
        let both = [(Format::Json, Some("a".into())), (Format::Text, None)];
        assert_eq!(parsed(&args).unwrap(), both);
    }

    #[test]
    fn a_picture_is_beside_the_other_formats() {
        let beside = [(Format::Text, None), (Format::Html, Some("a".into()))];
        assert_eq!(parsed(&["--html", "a"]).unwrap(), beside);
        let alone = [(Format::Html, Some("a".into()))];
        assert_eq!(parsed(&["--format=html", "--output=a"]).unwrap(), alone);
    }

    #[test]
    fn what_would_be_mixed_or_lost_is_refused() {
        for args in [
            &["--format", "text", "--format", "json"][..],
            &["--output", "a", "--output", "b"],
            &["--output", "a", "--format", "json"],
        ] {
            assert!(parsed(args).is_err(), "{args:?}");
        }
    }
}
