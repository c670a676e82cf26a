//! As many descriptors after three hundred calls as after three.

use std::collections::BTreeMap;

use crate::lessons::fds::leak_clinic::experiments::CALLS;
use crate::lessons::fds::leak_clinic::observed::{Observed, in_order};
use crate::lessons::fds::opened::Openings;
use crate::lessons::sight::how;
use crate::model::{Failure, Judgement, Pass, Trial};

/// How many more may be cached after so many calls. A leak, on whatever path, is three times that:
/// no path is taken less often.
const CACHE: u64 = 10;

/// Fails if the kernel counts more descriptors in all of its processes at the end than after the
/// first three calls.
///
/// Blind spot: what leaks less than a tenth of a call's descriptors is taken for a cache.
pub(in crate::lessons::fds::leak_clinic) fn keeps_none(trial: &Trial<'_>) -> Judgement {
    let observed = Observed::new(trial)?;
    let held = observed.held();
    let [(first, before), .., (last, after)] = held[..] else {
        return Err(unfinished(&observed).into());
    };
    if after > before + CACHE {
        let more = after - before;
        let why = format!(
            "it holds {after} descriptors after {CALLS} more calls, and held {before} before: \
             {more} more"
        );
        let failure = Failure::new(why)
            .showing(first)
            .showing(last)
            .figure("more", more as f64);
        let failure = with_places(&observed, failure, first, last);
        return Err(in_order(failure)
            .hint("on which way out of which function is the last use of it, and who closes it?")
            .into());
    }
    Ok(Pass::of("held", after as usize))
}

/// Adds the places that opened most of what was not closed between two events.
fn with_places(
    observed: &Observed<'_>,
    mut failure: Failure,
    first: usize,
    last: usize,
) -> Failure {
    // What ends with the program is closed after the count.
    let mut openings = Openings::at(observed.recording, last);
    openings.retain(|at| first < at);
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, object) in &openings.open {
        let event = &observed.recording.events[*at];
        let place = match event.site.first() {
            Some(frame) => format!("{frame:?}"),
            None => object.clone(),
        };
        places.entry(place).or_default().push(*at);
    }
    let most = places.into_values().max_by_key(Vec::len);
    if let Some(opened) = most {
        failure.why = format!(
            "{}; {} of them were opened at one place",
            failure.why,
            opened.len()
        );
        // The first and the last: what they are of shows as well.
        for at in opened.first().into_iter().chain(opened.last()) {
            failure = failure.showing(*at);
        }
    }
    failure
}

/// The failure of a program that was not there when its descriptors were to be counted.
fn unfinished(observed: &Observed<'_>) -> Failure {
    if let Err(failure) = observed.served() {
        return failure;
    }
    let why = match observed.recording.outcome() {
        Some((_, status)) => format!("it {} before its descriptors can be counted", how(status)),
        None => "it was not there when its descriptors were to be counted".to_owned(),
    };
    let failure = Failure::new(why).hint("what ends it?");
    let end = observed.recording.outcome().map(|(at, _)| at);
    end.into_iter().fold(failure, Failure::showing)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{judged, story};
    use super::*;
    use insta::assert_snapshot;

    fn said(trace: &str) -> String {
        let story = story(&[("ping", "ok"), ("ping", "ok")]);
        judged(keeps_none, &story, &[trace.to_owned()])
    }

    fn trace(opened: usize, after: usize) -> String {
        let mut trace = "
            * stdin \"ping\\n\"
            * stdout \"ok\\n\"
            * measured memory=5120 tasks=1 descriptors=5
            2 openat(AT_FDCWD, \"/lab/b\", O_RDONLY) = 5</lab/b [9]>
            2 close(5</lab/b [9]>) = 0
        "
        .to_owned();
        for number in 5..5 + opened {
            trace.push_str(&format!(
                "2 openat(AT_FDCWD, \"/lab/a\", O_RDONLY) = {number}</lab/a [8]>\n"
            ));
        }
        trace.push_str(&format!(
            "* measured memory=5120 tasks=1 descriptors={after}\n2 +++ exit 0\n"
        ));
        trace
    }

    #[test]
    fn as_many_as_before_or_a_few_more_pass() {
        assert_eq!(said(&trace(0, 5)), "pass");
        assert_eq!(said(&trace(10, 15)), "pass");
        assert_eq!(said(&trace(0, 3)), "pass");
    }

    #[test]
    fn what_grows_fails_with_the_call_that_opened_most() {
        assert_snapshot!(said(&trace(30, 35)), @r#"
        fail: it holds 35 descriptors after 300 more calls, and held 5 before: 30 more; 30 of them were opened at one place
          0.2 * measured memory=5120 tasks=1 descriptors=5
          0.7 2 openat(AT_FDCWD, "/lab/a", O_RDONLY) = 5</lab/a [8]>
          0.65 2 openat(AT_FDCWD, "/lab/a", O_RDONLY) = 34</lab/a [8]>
          0.67 * measured memory=5120 tasks=1 descriptors=35
        hint: on which way out of which function is the last use of it, and who closes it?
        "#);
    }

    #[test]
    fn growth_that_no_call_explains_fails_as_well() {
        assert!(said(&trace(0, 35)).contains("30 more\n"));
    }

    #[test]
    fn an_end_before_the_count_fails() {
        assert!(said("* stdin \"ping\\n\"\n2 +++ exit 1\n").contains("before it has answered"));
        let ended = "* stdout \"ok\\nok\\n\"\n2 +++ exit 0\n";
        assert!(said(ended).contains("before its descriptors can be counted"));
    }
}
