//! The solutions of `fds/file-server` beside nginx with sendfile, side by side in one run:
//! `scripts/bench`.
//!
//! Medians of processor time of the server for each GiB, over rounds in which all take turns: other
//! programs on the machine change that little. Nothing here passes or fails; tests never look at a
//! clock.

mod beside {
    pub(crate) mod median;
    pub(crate) mod processor_time;
    pub(crate) mod server;
}

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use beside::median::median;
use beside::processor_time::children_cpu;
use beside::server::{PROCESSORS, connect, free_port, nginx};

/// Rounds; each server has one turn in each.
const ROUNDS: usize = 7;

/// Bytes of the file, and how often it is asked for in a turn.
const LEN: usize = 64 << 20;
const TIMES: usize = 32;

/// A server: what it is called, what starts it on a port, and what its client says.
struct Server {
    name: &'static str,
    start: Box<dyn Fn(u16) -> Command>,
    question: &'static [u8],
}

fn main() {
    // `cargo bench` and `cargo test` pass flags of the standard harness; only the first measures.
    if !std::env::args().any(|arg| arg == "--bench") {
        println!("skipped: figures are made by scripts/bench");
        return;
    }
    let place = tempfile::tempdir().expect("the temporary directory is writable");
    let root = place.path().join("root");
    fs::create_dir(&root).expect("the temporary directory is writable");
    fs::write(root.join("file"), vec![b'x'; LEN]).expect("the temporary directory is writable");
    let servers = servers(place.path(), &root);
    pin(PROCESSORS[1]);
    println!(
        "medians of {ROUNDS} rounds; {TIMES} times a file of 64 MiB on one connection; server on \
         processor {}, client on {}\n",
        PROCESSORS[0], PROCESSORS[1]
    );
    let mut costs = vec![Vec::new(); servers.len()];
    for _ in 0..ROUNDS {
        for (server, costs) in servers.iter().zip(&mut costs) {
            costs.extend(turn(server));
        }
    }
    let nginx = costs.first().and_then(|costs| median(costs));
    println!("{:36} CPU s/GiB   to nginx's", "");
    for (server, costs) in servers.iter().zip(&costs) {
        let Some(cost) = median(costs) else {
            println!("{:36} skipped: it cannot be started here", server.name);
            continue;
        };
        let ratio = nginx.map_or("-".to_owned(), |nginx| format!("{:.2}", cost / nginx));
        println!("{:36} {cost:9.3}   {ratio:>10}", server.name);
    }
}

fn servers(place: &Path, root: &Path) -> Vec<Server> {
    let (own, shelf) = (place.to_owned(), root.to_owned());
    let mut servers = vec![Server {
        name: "nginx, sendfile on",
        start: Box::new(move |port| nginx(&own, &shelf, port, "")),
        question: b"GET /file HTTP/1.1\r\nHost: localhost\r\n\r\n",
    }];
    let lab = "labs/fds/file-server";
    let rust: &[&str] = &["rustc", "--edition", "2024", "-O"];
    for (name, compiler, source) in [
        ("file-server, C", &["gcc", "-O2"][..], "solution/c/main.c"),
        ("file-server, Rust", rust, "solution/rust/main.rs"),
        (
            "reads and writes (io::copy), Rust",
            rust,
            "wrong/copies-nothing/trusts-io-copy/main.rs",
        ),
    ] {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(lab).join(source);
        let program = place.join(name.replace([' ', ','], "-"));
        let built = Command::new(compiler[0])
            .args(&compiler[1..])
            .arg("-o")
            .arg(&program)
            .arg(&source)
            .args(if compiler[0] == "gcc" {
                &["-pthread"][..]
            } else {
                &[]
            })
            .status();
        assert!(
            built.is_ok_and(|status| status.success()),
            "{} compiles",
            source.display()
        );
        let root = root.to_owned();
        servers.push(Server {
            name,
            start: Box::new(move |port| {
                let mut command = Command::new("taskset");
                command.args(["-c", PROCESSORS[0]]).arg(&program);
                command.arg(port.to_string()).arg(&root);
                command
            }),
            question: b"GET file\n",
        });
    }
    servers
}

/// Processor time for each GiB; `None` if the server does not serve.
fn turn(server: &Server) -> Option<f64> {
    let port = free_port()?;
    let before = children_cpu();
    let mut child = (server.start)(port).stderr(Stdio::null()).spawn().ok()?;
    let served = connect(&mut child, port).and_then(|stream| fetch(stream, server.question));
    let _gone = kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM);
    let _reaped = child.wait();
    served?;
    let gib = (LEN * TIMES) as f64 / f64::from(1 << 30);
    Some((children_cpu() - before) / gib)
}

/// Asks for the file again and again; an answer is a head, which may be any of a few hundred bytes,
/// and the file.
fn fetch(mut stream: TcpStream, question: &[u8]) -> Option<()> {
    let mut buffer = vec![0; 1 << 20];
    for _ in 0..TIMES {
        stream.write_all(question).ok()?;
        let mut got = stream.read(&mut buffer).ok()?;
        // A head ends with a newline, and there is none in the file.
        let head = buffer[..got].iter().rposition(|byte| *byte == b'\n')? + 1;
        while got < head + LEN {
            match stream.read(&mut buffer).ok()? {
                0 => return None,
                more => got += more,
            }
        }
    }
    Some(())
}

/// Keeps this process on a processor.
fn pin(processor: &str) {
    let own = std::process::id().to_string();
    let _pinned = Command::new("taskset")
        .args(["-cp", processor, &own])
        .stdout(Stdio::null())
        .status();
}
