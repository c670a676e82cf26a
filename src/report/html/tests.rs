//! What the tables hold, and that nothing gets out of them.

use super::*;
use crate::model::score::{SCHEMA, Site};
use crate::model::{Event, Evidence, Finding, Machine, Returned, Verdict, What};

/// A shell's pipeline, and a child that is told to stop.
const RUN: &str = "
    2 exec \"/usr/bin/dash\" fds=0<pipe:[1]>,1</lab/out [7]> blocked=[] ignored=[]
    2 pipe2([3<pipe:[9]>, 4<pipe:[9]>], 0) = 0  # a.sh:1
    2 clone(SIGCHLD) ...
    2 fork 3
    2 ... clone = 3
    2 close(4<pipe:[9]>) = 0
    3 dup2(4<pipe:[9]>, 1</lab/out [7]>) = 1<pipe:[9]>
    3 thread 4
    2 read(3<pipe:[9]>, \"x\", 1) ...
    4 openat(AT_FDCWD, \"/none\", O_RDONLY) = -1 ENOENT
    4 +++ exit 0
    2 ... read = 1 (injected)
    2 !!! 0
    2 kill(3, SIGTERM) = 0
    3 --- SIGTERM
    3 +++ signal SIGTERM
    2 --- SIGCHLD
    * signal SIGINT
    2 --- SIGINT
    2 pause() ...
    * limit time 10000
";

fn picture(text: &str, see: impl FnOnce(&data::Run, &[String])) {
    let recording: Recording = text.parse().unwrap();
    let mut strings = data::Strings::default();
    let run = run::run(&shot(&recording, &[]), &mut strings);
    see(&run, &strings.into_all());
}

fn shot<'a>(recording: &'a Recording, times_ns: &'a [u64]) -> Shot<'a> {
    Shot {
        story: "a pipeline".to_owned(),
        proves: Some(("ends".to_owned(), 1)),
        recording,
        times_ns,
        omitted: 0,
    }
}

#[test]
fn the_world_comes_first_and_threads_stand_by_their_process() {
    picture(RUN, |run, _| {
        let lanes: Vec<String> = (run.lanes.iter())
            .map(|lane| {
                let parent = lane
                    .parent
                    .map_or(String::new(), |parent| format!(" < {parent}"));
                format!(
                    "{:?} {}{parent} {}-{} {}",
                    lane.task, lane.name, lane.from, lane.to, lane.end
                )
            })
            .collect();
        insta::assert_snapshot!(lanes.join("\n"), @r"
        None  22-25 
        Some(2) dash 0-24 
        Some(3) dash < 1 4-20 signal SIGTERM
        Some(4) dash < 2 10-14 exit 0
        ");
        assert_eq!(run.lanes[3].process, 2);
        assert!(run.lanes[3].is_thread);
    });
}

#[test]
fn a_call_and_its_return_are_one_mark() {
    picture(RUN, |run, strings| {
        let marks: Vec<String> = (0..run.marks.at.len())
            .map(|mark| {
                let text = |column: &[u32]| strings[column[mark] as usize].clone();
                format!(
                    "{}-{} lane {} kind {} flags {} {} = {}",
                    run.marks.at[mark],
                    run.marks.until[mark],
                    run.marks.lane[mark],
                    run.marks.kind[mark],
                    run.marks.flags[mark],
                    text(&run.marks.name),
                    text(&run.marks.answer),
                )
            })
            .collect();
        insta::assert_snapshot!(marks.join("\n"));
    });
}

#[test]
fn arrows_join_what_was_sent_with_its_delivery() {
    picture(RUN, |run, _| {
        assert_eq!(
            run.arrows,
            [(17, 19, false), (20, 21, true), (22, 23, false)]
        );
    });
}

#[test]
fn descriptors_live_from_their_opening_to_their_closing() {
    picture(RUN, |run, strings| {
        let text = |number: u32| strings[number as usize].as_str();
        let lives: Vec<String> = (run.descriptors.iter())
            .flat_map(|one| one.lives.iter().map(move |life| (one, life)))
            .map(|(one, life)| {
                let to = life.to.map_or("..".to_owned(), |to| to.to_string());
                format!(
                    "lane {} {}: {}-{to} {} ({}; {})",
                    one.lane,
                    one.number,
                    life.from,
                    text(life.object),
                    text(life.how),
                    text(life.end),
                )
            })
            .collect();
        insta::assert_snapshot!(lives.join("\n"));
    });
}

#[test]
fn a_summary_counts_what_is_to_be_seen() {
    picture(RUN, |run, _| {
        insta::assert_snapshot!(run.summary, @"2 processes, 1 further thread, 8 calls, 1 of them failed, 1 answer injected, 3 signals, 1 fault struck");
    });
}

#[test]
fn times_are_kept_only_if_there_is_one_for_each_event() {
    let recording: Recording = "2 begin\n2 fsync(3<?>) = 0\n".parse().unwrap();
    let times = |times_ns: &[u64]| {
        let mut strings = data::Strings::default();
        run::run(&shot(&recording, times_ns), &mut strings).times
    };
    assert_eq!(times(&[0, 5, 9]), Some(vec![0, 5, 4]));
    assert_eq!(times(&[0, 5, 3]), Some(vec![0, 5, 0]));
    assert_eq!(times(&[0, 5]), None);
}

#[test]
fn odd_recordings_have_a_picture_too() {
    for odd in [
        "",
        "2 +++ exit 0\n2 --- SIGTERM\n",
        "2 fork 2\n2 fork 2\n",
        "2 thread 3\n3 thread 2\n3 fork 2\n2 fork 3\n",
        "2 close(3<?>) ...\n",
    ] {
        let mut recording: Recording = odd.parse().unwrap();
        let lost = What::Exit {
            task: 2,
            enter: 7,
            returned: Returned::from_raw(1),
        };
        recording.events.push(Event {
            site: Vec::new(),
            what: lost,
        });
        let page = html(&Picture {
            title: "odd".to_owned(),
            card: None,
            shots: vec![shot(&recording, &[])],
        });
        let data = embedded(&page);
        let lanes = data["runs"][0]["lanes"].as_array().unwrap().len();
        for lane in data["runs"][0]["marks"]["lane"].as_array().unwrap() {
            assert!((lane.as_u64().unwrap() as usize) < lanes, "{odd}");
        }
    }
}

/// The page's data, as the browser gets it.
fn embedded(page: &str) -> serde_json::Value {
    let (_, after) = page
        .split_once("<script type=\"application/json\" id=\"data\">")
        .unwrap();
    let (data, _) = after.split_once("</script>").unwrap();
    serde_json::from_str(data).unwrap()
}

const HOSTILE: &str =
    "</script><script>alert(1)</script><!--\u{2028}\u{202e}\u{0}\u{7f}\u{9b}&amp;{{SCRIPT}}\r\n";

fn hostile_card() -> Scorecard {
    let evil = || HOSTILE.to_owned();
    Scorecard {
        schema: SCHEMA,
        lab: evil(),
        title: evil(),
        submission: evil(),
        seed: 1,
        score: 0,
        max_score: 100,
        machine: Machine::default(),
        notes: vec![evil()],
        checks: vec![Finding {
            id: "ends".into(),
            claim: evil(),
            verdict: Verdict::Fail,
            points: 0,
            max_points: 100,
            story: evil(),
            why: evil(),
            hint: evil(),
            teaches: evil(),
            see: evil(),
            figures: Vec::new(),
            evidence: vec![Evidence {
                run: 1,
                event: 0,
                text: evil(),
                task: Some(2),
                site: Some(Site {
                    file: evil(),
                    line: 3,
                    function: evil(),
                }),
            }],
            repeats: None,
        }],
    }
}

#[test]
fn nothing_gets_out_of_the_data() {
    let mut recording: Recording = RUN.parse().unwrap();
    for event in &mut recording.events {
        if let What::Enter(_, call) = &mut event.what {
            call.name = HOSTILE.to_owned();
            call.args.push(crate::model::Arg::Word(HOSTILE.to_owned()));
        }
        event.site = vec![crate::model::Frame::Source {
            file: HOSTILE.to_owned(),
            line: 1,
            function: HOSTILE.to_owned(),
        }];
    }
    let card = hostile_card();
    let page = html(&Picture {
        title: HOSTILE.to_owned(),
        card: Some(&card),
        shots: vec![shot(&recording, &[])],
    });
    assert_eq!(page.matches("<script").count(), 2, "the data and our own");
    assert_eq!(page.matches("</script").count(), 2);
    assert_eq!(page.matches("<!--").count(), 0);
    let is_safe = |c: char| crate::ui::is_safe(c) || c == '\n';
    assert_eq!(page.chars().find(|c| !is_safe(*c)), None);
    let data = embedded(&page);
    let claim = data["card"]["checks"][0]["claim"].as_str().unwrap();
    assert!(
        claim.starts_with("</script><script>alert(1)</script><!--"),
        "{claim}"
    );
    assert!(claim.contains("\\u{202e}"), "written out: {claim}");
}

#[test]
fn the_policy_lets_only_our_own_in() {
    let page = html(&Picture::default());
    let policy = page
        .split("Content-Security-Policy\" content=\"")
        .nth(1)
        .unwrap();
    let policy = policy.split('"').next().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"));
    assert!(!policy.contains("-inline") && !policy.contains("-eval"));
    for forbidden in [
        " onclick=\"",
        "eval(",
        "innerHTML",
        "http://",
        "https://",
        " style=\"",
    ] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn the_same_picture_gives_the_same_page() {
    let recording: Recording = RUN.parse().unwrap();
    let picture = || Picture {
        title: "a run".to_owned(),
        card: None,
        shots: vec![shot(&recording, &[])],
    };
    assert_eq!(html(&picture()), html(&picture()));
}

#[test]
fn evidence_points_to_the_recording_that_proves_it() {
    let recording: Recording = RUN.parse().unwrap();
    let mut card = hostile_card();
    card.checks[0].evidence[0].event = 21;
    let beyond = Evidence {
        event: 9999,
        ..card.checks[0].evidence[0].clone()
    };
    card.checks[0].evidence.push(beyond);
    let page = html(&Picture {
        title: "a lab".to_owned(),
        card: Some(&card),
        shots: vec![shot(&recording, &[])],
    });
    let data = embedded(&page);
    let evidence = &data["card"]["checks"][0]["evidence"];
    assert_eq!(evidence[0]["run"], 0);
    assert!(evidence[1]["run"].is_null(), "it was not kept");
}
