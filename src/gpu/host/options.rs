//! What is done to a program under test, as arguments of the device process.

use std::ffi::OsString;

use super::HostError;

/// When work that CUDA allows to be late is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lateness {
    /// At the call: as on an idle GPU that is faster than the host.
    #[default]
    Prompt,
    /// When it is waited for, and of two streams that may, the one that was made first goes first.
    First,
    /// When it is waited for, and the one that was made last goes first.
    Last,
}

/// The options, and the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `--late first` or `--late last`.
    pub lateness: Lateness,
    /// `--holds`: the first wait lasts until another thread has made progress.
    pub holds: bool,
    /// `--no-device`: there is none.
    pub has_no_device: bool,
    /// `--fail-each`: after a run in which all goes well, one for each call that may fail, and does.
    pub fails_each: bool,
    /// `--seed N`: the order of blocks and warps in kernels.
    pub seed: u64,
    /// What is started.
    pub program: Vec<OsString>,
}

impl Options {
    /// Reads `OPTIONS -- PROGRAM [ARGUMENT...]`. A second `--`, with which a leader's own words end, is
    /// taken away.
    ///
    /// # Errors
    /// If an option is not known, or there is no program.
    pub fn parse(args: &[OsString]) -> Result<Self, HostError> {
        let usage = |what: &str| HostError::Usage(what.to_owned());
        let mut options = Self {
            seed: 1,
            ..Self::default()
        };
        let mut words = args.iter();
        loop {
            let word = words
                .next()
                .and_then(|word| word.to_str())
                .ok_or_else(|| usage("there is no program"))?;
            match word {
                "--" => break,
                "--holds" => options.holds = true,
                "--no-device" => options.has_no_device = true,
                "--fail-each" => options.fails_each = true,
                "--late" => {
                    options.lateness = match words.next().and_then(|word| word.to_str()) {
                        Some("first") => Lateness::First,
                        Some("last") => Lateness::Last,
                        _ => return Err(usage("--late is first or last")),
                    };
                }
                "--seed" => {
                    options.seed = words
                        .next()
                        .and_then(|word| word.to_str()?.parse().ok())
                        .ok_or_else(|| usage("--seed is a number"))?;
                }
                other => return Err(HostError::Usage(format!("no option {other}"))),
            }
        }
        let mut has_border = false;
        options.program = words
            .filter(|word| has_border || *word != "--" || std::mem::replace(&mut has_border, true))
            .cloned()
            .collect();
        match options.program.is_empty() {
            true => Err(usage("there is no program")),
            false => Ok(options),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Options, HostError> {
        let words: Vec<OsString> = text.split_whitespace().map(OsString::from).collect();
        Options::parse(&words)
    }

    #[test]
    fn a_leaders_border_is_taken_away_once() {
        let options = parse("--late last --seed 7 -- python probe -- a -- b").unwrap();
        assert_eq!(options.lateness, Lateness::Last);
        assert_eq!(options.seed, 7);
        assert_eq!(options.program, ["python", "probe", "a", "--", "b"]);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "--",
            "--late",
            "--late never -- a",
            "--seed x -- a",
            "--what -- a",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
