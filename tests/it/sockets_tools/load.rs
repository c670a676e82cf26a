//! What the generator says of servers, good and bad.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use syslab::exit;

use super::harness::{ENGINES, SYSLAB, Served};

fn load(target: &str, options: &[&str]) -> Output {
    Command::new(SYSLAB)
        .args(["sockets", "load", target])
        .args(options)
        .output()
        .unwrap()
}

/// The JSON of a load, which is as the schema says, and its exit code.
fn report(target: &str, options: &[&str]) -> (Value, u8) {
    let output = load(target, &[options, &["--json"]].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{stderr}"));
    let schema = serde_json::from_str(syslab::report::LOAD_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let complaints: Vec<String> = validator
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}\n{report:#}");
    (report, u8::try_from(output.status.code().unwrap()).unwrap())
}

/// Both ways to generate.
const WAYS: &[&[&str]] = &[&[], &["--epoll"]];

#[test]
fn both_sides_count_the_same() {
    for engine in ENGINES {
        for (nth, way) in WAYS.iter().enumerate() {
            let Some(server) = Served::start(engine) else {
                continue;
            };
            let url = format!("http://{}/", server.address);
            // With and without requests ahead.
            let pipeline = ["1", "7"][nth];
            let options = ["-n", "3000", "-c", "40", "-t", "2", "-p", pipeline];
            let (report, code) = report(&url, &[way, &options[..]].concat());
            assert_eq!(code, exit::DONE, "{report:#}");
            assert_eq!(report["requests"], 3000, "{engine:?}");
            assert_eq!(report["connections"], 40);
            assert_eq!(report["errors"].as_object().unwrap().len(), 0);
            let bars = report["latency"]["bars"].as_array().unwrap();
            let counted: u64 = bars.iter().map(|bar| bar["count"].as_u64().unwrap()).sum();
            assert_eq!(counted, 3000);
            let said = server.end(Signal::SIGTERM);
            let figures = format!(
                "3000 requests, {} bytes received, {} sent, 40 connections (0 open, 0 lost)",
                report["sent"], report["received"]
            );
            assert!(said.starts_with(&figures), "{engine:?}: {said}\n{report:#}");
        }
    }
}

#[test]
fn echo_comes_back_whole_whatever_its_size() {
    for engine in ENGINES {
        for way in WAYS {
            for (size, count) in [("1", 200_u64), ("3000000", 20)] {
                let mut options = engine.to_vec();
                options.push("--echo");
                let Some(server) = Served::start(&options) else {
                    continue;
                };
                let count = count.to_string();
                let options = ["-n", &count, "-c", "4", "-s", size, "-p", "2"];
                let target = server.address.to_string();
                let (report, code) = report(&target, &[way, &options[..]].concat());
                assert_eq!(code, exit::DONE, "{engine:?}: {report:#}");
                assert_eq!(report["requests"].to_string(), count);
                assert_eq!(report["sent"], report["received"]);
            }
        }
    }
}

#[test]
fn by_the_clock_every_request_is_accounted_for() {
    for way in WAYS {
        let server = Served::start(&["--engine", "mio"]).unwrap();
        let url = format!("http://{}/", server.address);
        let options = ["--rate", "1000", "-d", "0.3", "-c", "3"];
        let (report, _) = report(&url, &[way, &options[..]].concat());
        let count = |name: &str| report[name].as_u64().unwrap();
        let all = count("requests") + count("unanswered") + count("unsent");
        assert_eq!(all, 300, "{report:#}");
        assert!(count("requests") > 0, "{report:#}");
    }
}

#[test]
fn connections_are_made_again_for_servers_that_end_them() {
    for way in WAYS {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("http://{address}/");
        let options = [way, &["-n", "30", "-c", "3"][..]].concat();
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                for (nth, stream) in listener.incoming().enumerate() {
                    if is_over.load(Ordering::SeqCst) {
                        return;
                    }
                    scope.spawn(move || answer_once(nth, stream.unwrap()));
                }
            });
            let (report, code) = report(&url, &options);
            is_over.store(true, Ordering::SeqCst);
            TcpStream::connect(address).unwrap();
            assert_eq!(
                (&report["requests"], code),
                (&30.into(), exit::DONE),
                "{report:#}"
            );
        });
    }
}

/// One answer a connection; the length of every second is that of the connection.
fn answer_once(nth: usize, mut stream: TcpStream) {
    let length = match nth % 2 {
        0 => "Content-Length: 2\r\nConnection: close\r\n",
        _ => "",
    };
    // Some are made in the end, and not needed.
    if read_head(&mut stream) {
        let answer = format!("HTTP/1.1 200 OK\r\n{length}\r\nok");
        stream.write_all(answer.as_bytes()).unwrap();
    }
}

/// Reads the head of a request; says whether there was one.
fn read_head(stream: &mut TcpStream) -> bool {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read_exact(&mut byte).is_err() {
            return false;
        }
        head.extend_from_slice(&byte);
    }
    true
}

/// A server that answers so, again and again.
fn answering(answer: &'static str, way: &[&str]) -> (Value, u8) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    // Nobody answers on a second connection.
    let options = [way, &["-n", "1", "-c", "1"][..]].concat();
    thread::scope(|scope| {
        scope.spawn(|| {
            let (mut stream, _) = listener.accept().unwrap();
            assert!(read_head(&mut stream));
            stream.write_all(answer.as_bytes()).unwrap();
            // Until the other side has had enough.
            let _end = std::io::copy(&mut stream, &mut std::io::sink());
        });
        report(&url, &options)
    })
}

#[test]
fn what_servers_do_wrong_is_named() {
    for way in WAYS {
        for (answer, error) in [
            ("nonsense\r\n\r\n", "not an HTTP answer"),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "more than was asked for",
            ),
        ] {
            let (report, code) = answering(answer, way);
            assert_eq!(code, exit::FAILED, "{report:#}");
            assert_eq!(report["errors"][error], 1, "{report:#}");
        }
        let server = Served::start(&[]).unwrap();
        let url = format!("http://{}/none", server.address);
        let (report, code) = report(&url, &[way, &["-n", "5"][..]].concat());
        assert_eq!(code, exit::FAILED);
        assert_eq!(report["errors"]["status 404"], 5, "{report:#}");
    }
}

#[test]
fn mistakes_say_what_to_do() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}/", free.local_addr().unwrap());
    drop(free);
    for (target, options, code, said) in [
        (
            nobody.as_str(),
            &[][..],
            exit::MACHINE,
            "hint: a server to try",
        ),
        ("nothing", &[], exit::USAGE, "neither http:// nor HOST:PORT"),
        (
            "https://127.0.0.1/",
            &[],
            exit::USAGE,
            "TLS is not spoken here",
        ),
        (
            "127.0.0.1:7",
            &["--rate", "0"],
            exit::USAGE,
            "not a number above 0",
        ),
        (
            "127.0.0.1:7",
            &["-c", "100000000"],
            exit::MACHINE,
            "ulimit -Hn",
        ),
    ] {
        let output = load(target, options);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(i32::from(code)),
            "{target}: {stderr}"
        );
        assert!(stderr.contains(said), "{target}: {stderr}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn an_interrupted_load_reports_what_it_has() {
    let server = Served::start(&["--engine", "mio"]).unwrap();
    let url = format!("http://{}/", server.address);
    let child = Command::new(SYSLAB)
        .args(["sockets", "load", &url, "-d", "1000", "-c", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It is at work once the server has seen a request.
    let mut server = server;
    loop {
        server.signal(Signal::SIGUSR1);
        if !server.line().starts_with("0 requests") {
            break;
        }
    }
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(i32::from(exit::INTERRUPTED)));
    assert!(stdout.contains("  requests "), "{stdout}");
    assert!(!stdout.contains('\x1b'));
}

#[test]
fn without_io_uring_it_goes_by_epoll_and_says_so() {
    let server = Served::start(&["--engine", "mio"]).unwrap();
    let url = format!("http://{}/", server.address);
    let output = Command::new(SYSLAB)
        .args(["trace", "-e", "io_uring_setup", "-o", "/dev/null"])
        .args(["--inject", "io_uring_setup:error=ENOSYS", "--"])
        .args([SYSLAB, "sockets", "load", &url, "-n", "100"])
        .output()
        .unwrap();
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        stderr.contains("note: by epoll: this kernel was built without io_uring"),
        "{stderr}"
    );
    assert!(stdout.contains("1 thread, by epoll"), "{stdout}");
    assert!(stdout.contains("  requests   100 in "), "{stdout}");
}
