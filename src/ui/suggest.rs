//! "Did you mean ...?"

/// How alike two names must be, of 1, to be taken for each other; as clap has it.
const ALIKE: f64 = 0.7;

/// The known name that is most like the given one, if any is like it.
pub fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(given, name), name))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested() {
        let known = [
            "stops-when-idle",
            "syncs-before-ack",
            "retries-interrupted-calls",
        ];
        assert_eq!(
            did_you_mean("sync-before-ack", known),
            Some("syncs-before-ack")
        );
        assert_eq!(
            did_you_mean("stop-when-idle", known),
            Some("stops-when-idle")
        );
        assert_eq!(did_you_mean("xyz", known), None);
    }
}
