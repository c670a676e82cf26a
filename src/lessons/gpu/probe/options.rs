//! The probe's arguments.

use std::path::PathBuf;

/// What the probe is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Options {
    /// The lab's slug.
    pub(super) lab: String,
    /// The check that it is for.
    pub(super) probe: String,
    /// What inputs, and the order of blocks and warps, follow from.
    pub(super) seed: u64,
    /// The compiled kernel.
    pub(super) ptx: PathBuf,
}

impl Options {
    /// Reads them.
    ///
    /// # Errors
    /// Says which one is missing or is none.
    pub(super) fn parse(args: &[String]) -> Result<Self, String> {
        let (mut lab, mut probe, mut seed, mut ptx) = (None, None, None, None);
        for pair in args.chunks(2) {
            let [name, value] = pair else {
                return Err(format!("{} needs a value", pair.join(" ")));
            };
            match name.as_str() {
                "--lab" => lab = Some(value.clone()),
                "--probe" => probe = Some(value.clone()),
                "--seed" => {
                    seed = Some(value.parse().map_err(|_| format!("{value} is no seed"))?);
                }
                "--ptx" => ptx = Some(PathBuf::from(value)),
                other => return Err(format!("{other} is no option")),
            }
        }
        let missing = |name: &str| format!("{name} is missing");
        Ok(Self {
            lab: lab.ok_or_else(|| missing("--lab"))?,
            probe: probe.ok_or_else(|| missing("--probe"))?,
            seed: seed.ok_or_else(|| missing("--seed"))?,
            ptx: ptx.ok_or_else(|| missing("--ptx"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Options, String> {
        let args: Vec<String> = text.split(' ').map(str::to_owned).collect();
        Options::parse(&args)
    }

    #[test]
    fn options_are_read_in_any_order() {
        let options = parse("--seed 7 --ptx a/b.ptx --probe computes --lab scan").unwrap();
        assert_eq!((options.seed, options.lab.as_str()), (7, "scan"));
    }

    #[test]
    fn what_is_none_is_named() {
        for (text, why) in [
            ("--seed x --lab a", "x is no seed"),
            ("--seed", "--seed needs a value"),
            ("--lab a --probe b --seed 1", "--ptx is missing"),
            ("--size 3", "--size is no option"),
        ] {
            assert_eq!(parse(text).unwrap_err(), why);
        }
    }
}
