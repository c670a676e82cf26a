//! The solutions of `fds/file-server` beside nginx with sendfile, side by side in one run:
//! `scripts/bench`.
//!
//! Medians of processor time of the server for each GiB, over rounds in which all take turns: other
//! programs on the machine change that little. Nothing here passes or fails; tests never look at a
//! clock.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Rounds; each server has one turn in each.
const ROUNDS: usize = 7;

/// Bytes of the file, and how often it is asked for in a turn.
const LEN: usize = 64 << 20;
const TIMES: usize = 32;

/// Which processor the server runs on, and which its client.
const PROCESSORS: [&str; 2] = ["0", "1"];

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
    let nginx = costs.first_mut().and_then(|costs| median(costs));
    println!("{:36} CPU s/GiB   to nginx's", "");
    for (server, costs) in servers.iter().zip(&mut costs) {
        let Some(cost) = median(costs) else {
            println!("{:36} skipped: it cannot be started here", server.name);
            continue;
        };
        let ratio = nginx.map_or("-".to_owned(), |nginx| format!("{:.2}", cost / nginx));
        println!("{:36} {cost:9.3}   {ratio:>10}", server.name);
    }
}

fn servers(place: &Path, root: &Path) -> Vec<Server> {
    let nginx = place.to_owned();
    let mut servers = vec![Server {
        name: "nginx, sendfile on",
        start: Box::new(move |port| start_nginx(&nginx, port)),
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

fn start_nginx(place: &Path, port: u16) -> Command {
    let config = format!(
        "daemon off; master_process off; pid {place}/pid; error_log {place}/errors;\n\
         events {{ }}\n\
         http {{ access_log off; sendfile on; keepalive_requests 1000000000;\n\
         client_body_temp_path {place}; proxy_temp_path {place}; fastcgi_temp_path {place};\n\
         uwsgi_temp_path {place}; scgi_temp_path {place};\n\
         server {{ listen 127.0.0.1:{port}; root {place}/root; }} }}\n",
        place = place.display()
    );
    let file: PathBuf = place.join("nginx.conf");
    fs::write(&file, config).expect("the temporary directory is writable");
    // Debian keeps it where ordinary users do not look.
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("taskset");
    command
        .env("PATH", format!("{path}:/usr/sbin"))
        .args(["-c", PROCESSORS[0], "nginx", "-c"])
        .arg(&file);
    command
}

/// Processor time for each GiB; `None` if the server does not serve.
fn turn(server: &Server) -> Option<f64> {
    let free = TcpListener::bind("127.0.0.1:0").ok()?;
    let port = free.local_addr().ok()?.port();
    drop(free);
    let before = children_cpu();
    let mut child = (server.start)(port).stderr(Stdio::null()).spawn().ok()?;
    let served = connect(&mut child, port).and_then(|stream| fetch(stream, server.question));
    let _gone = kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM);
    let _reaped = child.wait();
    served?;
    let gib = (LEN * TIMES) as f64 / f64::from(1 << 30);
    Some((children_cpu() - before) / gib)
}

/// A connection, once there is somebody to connect to.
fn connect(child: &mut Child, port: u16) -> Option<TcpStream> {
    loop {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
            return Some(stream);
        }
        if child.try_wait().ok()?.is_some() {
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
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

/// Processor time of all children that have been waited for, seconds.
fn children_cpu() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("getrusage(2) knows its children");
    let seconds =
        |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    seconds(usage.user_time()) + seconds(usage.system_time())
}

/// The one in the middle.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
