//! The picture of a run: written by the commands, and looked at by a real browser.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use syslab::exit;
use syslab::model::score::SCHEMA;
use syslab::model::{Evidence, Finding, Machine, Recording, Scorecard, Verdict};
use syslab::report::html::{Picture, Shot, html};

use crate::browser::Browser;

const EVENTS: usize = 100_000;

/// A run of many events: processes that start each other, calls that fail, wait or are lied to, descriptors
/// that come and go, signals.
fn busy() -> Recording {
    let mut text = String::from(
        "2 exec \"/usr/bin/server\" fds=0<pipe:[1]>,1<pipe:[2]>,2<pipe:[3]> blocked=[] ignored=[]\n2 begin\n",
    );
    let mut events = 2;
    let mut turn: u64 = 0;
    let mut add = |lines: &str, of: usize, events: &mut usize| {
        text.push_str(lines);
        *events += of;
    };
    while events + 12 < EVENTS {
        turn += 1;
        let task = 2 + turn % 12;
        let mut lines = String::new();
        let count = match turn % 50 {
            n @ 1..=10 if turn < 50 => {
                writeln!(
                    lines,
                    "2 clone(SIGCHLD) ...\n2 fork {}\n2 ... clone = {0}",
                    n + 2
                )
                .unwrap();
                3
            }
            7 => {
                writeln!(lines, "{task} futex(0x7ffc, FUTEX_WAIT, 0, NULL) ...").unwrap();
                writeln!(
                    lines,
                    "2 write(1<pipe:[2]>, \"{turn}\", 4) = 4  # server.c:{}",
                    turn % 300
                )
                .unwrap();
                writeln!(lines, "{task} ... futex = 0").unwrap();
                if task == 2 { continue } else { 4 }
            }
            13 => {
                writeln!(lines, "2 kill(5, SIGUSR1) = 0\n5 --- SIGUSR1").unwrap();
                3
            }
            19 => {
                writeln!(lines, "{task} read(9<?>, \"\", 10) = -1 EBADF").unwrap();
                2
            }
            23 => {
                writeln!(lines, "{task} !!! 0").unwrap();
                writeln!(lines, "{task} fsync(1<pipe:[2]>) = -1 EIO (injected)").unwrap();
                3
            }
            29 => {
                let fd = 3 + turn % 90;
                writeln!(lines, "{task} openat(AT_FDCWD, \"/srv/{turn}\", O_RDONLY) = {fd}</srv/{turn} [{turn}]>").unwrap();
                2
            }
            31 => {
                writeln!(lines, "{task} close({}<?>) = 0", 3 + (turn - 2) % 90).unwrap();
                2
            }
            _ => {
                writeln!(
                    lines,
                    "{task} read(0<pipe:[1]>, \"request {turn}\", 64) = 12  # server.c:{} (serve)",
                    turn % 900
                )
                .unwrap();
                2
            }
        };
        add(&lines, count, &mut events);
    }
    while events < EVENTS {
        add("2 begin\n", 1, &mut events);
    }
    let recording: Recording = text.parse().unwrap();
    assert_eq!(recording.events.len(), EVENTS);
    recording
}

/// A card of one check that failed, by these events.
fn card(events: &[u64], text: &str) -> Scorecard {
    Scorecard {
        schema: SCHEMA,
        lab: "sockets/echo".into(),
        title: "an echo server".into(),
        submission: "./echo".into(),
        seed: 7,
        score: 0,
        max_score: 100,
        machine: Machine::default(),
        notes: Vec::new(),
        checks: vec![Finding {
            id: "answers-all".into(),
            claim: format!("it answers all {text}"),
            verdict: Verdict::Fail,
            points: 0,
            max_points: 100,
            story: text.into(),
            why: text.into(),
            hint: String::new(),
            teaches: "sockets/epoll".into(),
            see: String::new(),
            figures: Vec::new(),
            evidence: (events.iter())
                .map(|event| Evidence {
                    run: 1,
                    event: *event,
                    text: text.into(),
                    task: Some(2),
                    site: None,
                })
                .collect(),
            repeats: None,
        }],
    }
}

fn shot<'a>(recording: &'a Recording, times_ns: &'a [u64]) -> Shot<'a> {
    Shot {
        story: "a hundred clients".into(),
        proves: Some(("answers-all".into(), 1)),
        recording,
        times_ns,
        omitted: 0,
    }
}

/// What people do many times, each with how often it is done here.
const ACTS: &[(&str, u32, &str)] = &[
    (
        "draw everything",
        20,
        "document.getElementById('fit').click()",
    ),
    ("zoom in", 40, "wheel({ deltaY: -60, ctrlKey: true })"),
    ("scroll sideways", 40, "wheel({ deltaX: 90 })"),
    ("zoom out", 40, "wheel({ deltaY: 60, ctrlKey: true })"),
    ("scroll down", 40, "stage.scrollTop = nth % 20 * 40"),
    ("scroll the table", 40, "rows.scrollTop = nth * 40001"),
    ("search", 10, "type(WORDS[nth])"),
    ("search for one", 1, "type('request 12')"),
    ("next match", 40, "document.getElementById('next').click()"),
    ("end the search", 1, "type('')"),
];

/// Does one of these, and says how long it took: from the event to the frame that shows it.
const MEASURE: &str = r#"(async (times, act) => {
    const stage = document.getElementById("stage"), rows = document.getElementById("rows");
    const query = document.getElementById("query");
    const WORDS = ["r", "re", "request 9", "EBADF", "server.c:12", "srv", "no such thing", "= -1", "futex", "u"];
    const shown = () => new Promise(done => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done();
        port2.postMessage(0);
    }));
    const wheel = (how) => document.getElementById("canvas").dispatchEvent(new WheelEvent("wheel",
        { bubbles: true, cancelable: true, clientX: 700, clientY: 300, ...how }));
    const type = (text) => { query.value = text; query.dispatchEvent(new Event("input")); };
    const took = [];
    for (let nth = 0; nth < times; nth++) {
        await shown();
        const before = performance.now();
        ACT;
        await shown();
        took.push(performance.now() - before);
    }
    took.sort((one, other) => one - other);
    return [took[times >> 1], took[times - 1]];
})(TIMES)"#;

/// Prints how long everything takes: on the clock, and of a processor, which other work on this
/// machine does not change.
fn measure(browser: &mut Browser) {
    browser.send("Performance.enable", &json!({"timeDomain": "threadTicks"}));
    for (what, times, act) in ACTS {
        let script = MEASURE
            .replace("ACT", act)
            .replace("TIMES", &times.to_string());
        let before = browser.busy_ms();
        let took = browser.value(&script);
        let busy = (browser.busy_ms() - before) / f64::from(*times);
        let ms = |nth: usize| took[nth].as_f64().unwrap();
        println!(
            "{what}: median {:.1} ms, most {:.1} ms; {busy:.1} ms of a processor",
            ms(0),
            ms(1)
        );
    }
}

#[test]
fn a_hundred_thousand_events_are_drawn_searched_and_gone_through() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let recording = busy();
    let times: Vec<u64> = (0..EVENTS as u64)
        .map(|nth| nth * 11_000 + nth % 7 * 900)
        .collect();
    let kill = "2 kill(5, SIGUSR1) = 0";
    let failed = (recording.events.iter().enumerate())
        .filter(|(at, _)| *at > 50_000)
        .find(|(at, _)| syslab::model::text::event_line(&recording, *at) == kill);
    let proof = failed.unwrap().0 as u64;
    let card = card(&[proof, 99_990], "requests");
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("run.html");
    let page = html(&Picture {
        title: "a server".into(),
        card: Some(&card),
        shots: vec![shot(&recording, &times)],
    });
    fs::write(&file, &page).unwrap();
    browser.open(&file, 1280, 800);

    // It begins with the evidence, which is selected and told of.
    let told = format!("Event {proof}, task 2 server: kill(5, SIGUSR1) = 0. Evidence 1.");
    assert_eq!(browser.text("say"), told);
    assert!(
        browser
            .text("details")
            .contains("Evidence 1: it answers all requests")
    );
    browser.press(&["e"]);
    assert!(
        browser.text("say").starts_with("Event 99990,"),
        "{}",
        browser.text("say")
    );
    browser.press(&["E"]);
    assert_eq!(browser.text("say"), told);

    // Keys: along the arrow to the signal, along the lane, to another lane.
    browser.value("document.getElementById('canvas').focus()");
    browser.press(&["Enter"]);
    let signal = format!("Event {}, task 5 server: --- SIGUSR1", proof + 2);
    assert!(
        browser.text("say").starts_with(&signal),
        "{}",
        browser.text("say")
    );
    let before = browser.text("say");
    browser.press(&["ArrowRight"]);
    assert!(browser.text("say").contains("task 5 server"));
    assert_ne!(browser.text("say"), before);
    browser.press(&["ArrowUp"]);
    assert!(browser.text("say").contains("task 4 server"));

    // Everything in view, in the table too, of which few rows exist.
    browser.press(&["0"]);
    let marks = (recording.events.iter())
        .filter(|event| !matches!(event.what, syslab::model::What::Exit { .. }))
        .count();
    let grouped = format!("{},{:03}", marks / 1000, marks % 1000);
    assert_eq!(browser.text("heading"), format!("All {grouped} events"));
    let built = browser.value("document.querySelectorAll('#rows tbody tr').length");
    assert!(built.as_u64().unwrap() < 200, "{built}");

    // The axis.
    browser.press(&["a"]);
    let pressed = "document.getElementById('by-time').getAttribute('aria-pressed')";
    assert_eq!(browser.value(pressed), json!("true"));

    // Search, as one types, and from match to match.
    browser.press(&["/"]);
    browser.send("Input.insertText", &json!({"text": "Request 4567\""}));
    browser.frame();
    assert_eq!(browser.text("count"), "1 match");
    browser.press(&["Enter"]);
    assert_eq!(browser.text("count"), "1 of 1");
    assert!(browser.text("say").contains("request 4567"));
    browser.press(&["Escape"]);
    assert_eq!(browser.text("count"), "");

    // Help, by a key and away again.
    browser.press(&["?"]);
    let is_open = "document.getElementById('help').open";
    assert_eq!(browser.value(is_open), json!(true));
    browser.press(&["Escape"]);
    assert_eq!(browser.value(is_open), json!(false));

    assert_eq!(colours(&mut browser, "light").len(), 2);
    let (light, dark) = (
        colours(&mut browser, "light"),
        colours(&mut browser, "dark"),
    );
    assert_ne!(light[0], dark[0], "the ground follows light and dark");
    for scheme in [light, dark] {
        assert!(
            scheme[1].as_u64().unwrap() > 8,
            "something is drawn: {scheme:?}"
        );
    }

    println!("{EVENTS} events, a page of {} kB:", page.len() / 1000);
    measure(&mut browser);
    assert_eq!(browser.complaints(&file), [] as [String; 0]);
}

/// The picture's ground, and in how many colours it is drawn.
fn colours(browser: &mut Browser, scheme: &str) -> Vec<Value> {
    let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
    browser.send("Emulation.setEmulatedMedia", &media);
    browser.frame();
    let found = browser.value(
        "(() => {
            const canvas = document.getElementById('canvas');
            const copy = document.createElement('canvas');
            [copy.width, copy.height] = [canvas.width, canvas.height];
            const pen = copy.getContext('2d', { willReadFrequently: true });
            pen.drawImage(canvas, 0, 0);
            const all = pen.getImageData(0, 0, canvas.width, canvas.height).data;
            const colours = new Set();
            for (let at = 0; at < all.length; at += 4) colours.add(all[at] << 16 | all[at + 1] << 8 | all[at + 2]);
            return [getComputedStyle(document.body).backgroundColor, colours.size];
        })()",
    );
    found.as_array().unwrap().clone()
}

#[test]
fn what_a_submission_says_stays_text() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let evil = "</script><script>window.owned = 1</script><img src=x onerror=\"owned = 1\">\u{202e}\u{2028}";
    let mut recording: Recording = "2 write(1<?>, \"x\", 1) = 1\n2 +++ exit 0\n"
        .parse()
        .unwrap();
    if let syslab::model::What::Enter(_, call) = &mut recording.events[0].what {
        call.args.push(syslab::model::Arg::Word(evil.into()));
    }
    let card = card(&[0, 2], evil);
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("run.html");
    let page = html(&Picture {
        title: evil.into(),
        card: Some(&card),
        shots: vec![shot(&recording, &[])],
    });
    fs::write(&file, page).unwrap();
    browser.open(&file, 420, 800);
    assert!(
        browser
            .text("details")
            .contains("</script><script>window.owned")
    );
    assert_eq!(browser.value("document.scripts.length"), json!(2));
    assert_eq!(browser.value("document.images.length"), json!(0));
    assert_eq!(browser.complaints(&file), [] as [String; 0]);

    // And if it were not: what got in could neither run nor call.
    let injected = "(async () => {
        document.body.insertAdjacentHTML('beforeend',
            '<button id=evil onclick=\"window.owned = 1\">x</button><img src=\"file:///etc/hostname\" onerror=\"window.owned = 1\">');
        document.getElementById('evil').click();
        const script = document.createElement('script');
        script.textContent = 'window.owned = 1';
        document.body.append(script);
        try { (0, eval)('window.owned = 1'); } catch { }
        const fetched = await fetch('http://127.0.0.1:9/').then(() => 'fetched', () => 'refused');
        return [typeof window.owned, fetched];
    })()";
    assert_eq!(browser.value(injected), json!(["undefined", "refused"]));
    assert!(
        !browser.complaints(&file).is_empty(),
        "the browser says what it refused"
    );
}

/// The data of a page.
fn data(file: &Path) -> Value {
    let page = fs::read_to_string(file).unwrap();
    let (_, data) = page.split_once("id=\"data\">").unwrap();
    serde_json::from_str(data.split("</script>").next().unwrap()).unwrap()
}

#[test]
fn a_traced_command_has_a_picture_with_times() {
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("run.html");
    let output = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args([
            "trace",
            "--html",
            "run.html",
            "--",
            "sh",
            "-c",
            "echo hi | cat; exit 3",
        ])
        .current_dir(here.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(output.stdout, b"hi\n");
    assert_eq!(
        output.stderr, b"",
        "the text of the trace was not asked for"
    );
    let data = data(&file);
    assert_eq!(data["title"], "sh -c 'echo hi | cat; exit 3'");
    let run = &data["runs"][0];
    let events = run["events"].as_u64().unwrap();
    assert_eq!(run["times"].as_array().unwrap().len() as u64, events);
    assert!(run["lanes"].as_array().unwrap().len() >= 2, "sh and cat");
    let pipes = (run["descriptors"].as_array().unwrap().iter())
        .flat_map(|one| one["lives"].as_array().unwrap())
        .map(|life| {
            data["strings"][life["object"].as_u64().unwrap() as usize]
                .as_str()
                .unwrap()
        })
        .filter(|object| object.starts_with("pipe:["));
    assert!(pipes.count() >= 4, "both ends, in both processes");
}

#[test]
fn a_failed_check_has_a_picture_of_what_it_was_judged_by() {
    let here = tempfile::tempdir().unwrap();
    let wrong = here.path().join("wrong");
    fs::create_dir(&wrong).unwrap();
    fs::write(
        wrong.join("main.c"),
        "#include <unistd.h>\nint main(void) { return write(1, \"no\", 2) == 2; }\n",
    )
    .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_syslab"))
        .args(["process", "check", "durable-log", "wrong", "--seed", "1"])
        .args([
            "--only",
            "acknowledges-every-record",
            "--html",
            "report.html",
        ])
        .current_dir(here.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    if output.status.code() == Some(i32::from(exit::MACHINE)) {
        println!("skipped: this machine cannot check labs");
        return;
    }
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        output.status.code(),
        Some(i32::from(exit::FAILED)),
        "{text}"
    );
    assert!(
        text.ends_with("Score: 0/10\n"),
        "text goes to the screen: {text}"
    );
    let data = data(&here.path().join("report.html"));
    let run = &data["runs"][0];
    assert_eq!(run["check"], "acknowledges-every-record");
    assert!(run["times"].is_null(), "a recording has no clock");
    let names = (run["marks"]["name"].as_array().unwrap().iter()).map(|name| {
        data["strings"][name.as_u64().unwrap() as usize]
            .as_str()
            .unwrap()
    });
    assert!(
        names.clone().any(|name| name == "write"),
        "{:?}",
        names.collect::<Vec<_>>()
    );
    let sites: Vec<&str> = (run["marks"]["site"].as_array().unwrap().iter())
        .map(|site| {
            data["strings"][site.as_u64().unwrap() as usize]
                .as_str()
                .unwrap()
        })
        .collect();
    assert!(sites.contains(&"main.c:2 (main)"), "{sites:?}");
    let evidence = data["card"]["checks"][0]["evidence"].as_array().unwrap();
    assert!(!evidence.is_empty());
    for event in evidence {
        assert_eq!(event["run"], 0);
        assert!(event["event"].as_u64() < run["events"].as_u64());
    }
}
