//! What a run asks for, read from its arguments as the handout says.

/// An option and what it stands for.
struct LimitOption {
    /// As it is given.
    name: &'static str,
    /// The limit without `RLIMIT_`, as recordings have it.
    limit: &'static str,
    /// Seconds, bytes or descriptors in one unit of the option.
    unit: u64,
}

/// The options; see getrlimit(2) for the limits and their units.
const OPTIONS: [LimitOption; 4] = [
    option("--cpu", "CPU", 1),
    option("--memory", "AS", 1 << 20),
    option("--files", "NOFILE", 1),
    option("--fsize", "FSIZE", 1 << 10),
];

const fn option(name: &'static str, limit: &'static str, unit: u64) -> LimitOption {
    LimitOption { name, limit, unit }
}

/// The limits that the lab is about, without `RLIMIT_`.
pub(super) fn limits() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().map(|option| option.limit)
}

/// A limit that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Limit {
    /// Without `RLIMIT_`.
    pub(super) name: &'static str,
    /// In the kernel's unit.
    pub(super) value: u64,
    /// How it was asked for: `--memory 300`.
    pub(super) words: String,
}

/// What a run asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// The limits; of repeated ones the last.
    pub(super) limits: Vec<Limit>,
    /// CMD and its arguments.
    pub(super) command: Vec<String>,
}

impl Asked {
    /// Reads arguments that are as the handout has them; others ask for nothing.
    pub(super) fn of(args: &[String]) -> Self {
        let end = args.iter().position(|arg| arg == "--");
        let (options, command) = args.split_at(end.unwrap_or(args.len()));
        let mut asked = Self {
            limits: Vec::new(),
            command: command.iter().skip(1).cloned().collect(),
        };
        for pair in options.chunks(2) {
            let [name, number] = pair else { continue };
            let Some(option) = OPTIONS.iter().find(|option| option.name == name) else {
                continue;
            };
            let value = number
                .parse()
                .ok()
                .and_then(|number: u64| number.checked_mul(option.unit));
            if let Some(value) = value {
                asked.limits.retain(|limit| limit.name != option.limit);
                asked.limits.push(Limit {
                    name: option.limit,
                    value,
                    words: pair.join(" "),
                });
            }
        }
        asked
    }

    /// What was asked for this limit.
    pub(super) fn limit(&self, name: &str) -> Option<&Limit> {
        self.limits.iter().find(|limit| limit.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> Asked {
        Asked::of(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn units_are_those_of_the_handout_and_the_last_of_an_option_holds() {
        let asked = asked("--cpu 7 --fsize 3 --memory 2 --cpu 8 --files 9 -- /actor --cpu 1");
        let values: Vec<_> = limits()
            .map(|name| asked.limit(name).unwrap().value)
            .collect();
        assert_eq!(values, [8, 2 << 20, 9, 3 << 10]);
        assert_eq!(asked.limit("CPU").unwrap().words, "--cpu 8");
        assert_eq!(asked.command, ["/actor", "--cpu", "1"]);
    }

    #[test]
    fn what_is_not_as_it_should_be_asks_for_nothing() {
        for line in [
            "--cpu",
            "--cpu x",
            "--memory 99999999999999",
            "--",
            "x y",
            "",
        ] {
            assert_eq!(asked(line), Asked::default(), "{line}");
        }
    }
}
