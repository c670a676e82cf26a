//! What the server answers, by each of its engines.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use nix::sys::signal::Signal;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};
use socket2::SockRef;
use syslab::exit;

use super::harness::{ENGINES, SYSLAB, Served, bytes, exchange};

const LARGE: usize = 3_000_000;

fn root() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("small"), "small content").unwrap();
    fs::write(root.path().join("large"), bytes(LARGE)).unwrap();
    fs::create_dir(root.path().join("sub")).unwrap();
    fs::write(root.path().join("sub/index.html"), "index").unwrap();
    root
}

fn request(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: test\r\n\r\n").into_bytes()
}

/// Heads and bodies of all answers.
fn answers(mut bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let (head, rest) = bytes.split_at(end.unwrap() + 4);
        let head = String::from_utf8(head.to_vec()).unwrap();
        let length = head.split("Content-Length: ").nth(1).unwrap();
        let length: usize = length.split('\r').next().unwrap().parse().unwrap();
        found.push((head, rest[..length].to_vec()));
        bytes = &rest[length..];
    }
    found
}

#[test]
fn every_engine_serves_files_however_they_are_asked_for() {
    let root = root();
    for engine in ENGINES {
        let mut options = engine.to_vec();
        options.extend(["--root", root.path().to_str().unwrap()]);
        let Some(server) = Served::start(&options) else {
            continue;
        };
        // A request in pieces, and then many at once, before the client's end.
        let mut stream = server.connect();
        stream.set_nodelay(true).unwrap();
        for byte in request("/small") {
            stream.write_all(&[byte]).unwrap();
        }
        let paths = [
            "/small?query",
            "/large",
            "/sub/",
            "/none",
            "/../small",
            "/sub",
        ];
        let many: Vec<u8> = paths.iter().flat_map(|path| request(path)).collect();
        let all = answers(&exchange(stream, &many));
        let short: Vec<(&str, usize)> = all
            .iter()
            .map(|(head, body)| (&head[9..12], body.len()))
            .collect();
        assert_eq!(
            short,
            [
                ("200", 13),
                ("200", 13),
                ("200", LARGE),
                ("200", 5),
                ("404", 14),
                ("200", 13),
                ("301", 22)
            ],
            "{engine:?}"
        );
        assert_eq!(all[2].1, bytes(LARGE));
        assert!(all[6].0.contains("\r\nLocation: /sub/\r\n"));

        // The server ends what the client wants to be ended, and what it does not understand.
        for (request, status) in [
            (
                &b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"[..],
                "200",
            ),
            (b"GET /small HTTP/1.0\r\n\r\n", "200"),
            (b"DELETE /small HTTP/1.1\r\nHost: a\r\n\r\n", "405"),
            (b"nonsense\r\n\r\n", "400"),
        ] {
            let mut stream = server.connect();
            stream.write_all(request).unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            assert_eq!(&answers(&answer)[0].0[9..12], status, "{engine:?}");
        }
        let mut stream = server.connect();
        let head = b"HEAD /large HTTP/1.0\r\n\r\n";
        stream.write_all(head).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains(&format!("Content-Length: {LARGE}\r\n")));
        assert!(answer.ends_with("\r\n\r\n"), "no body");

        let said = server.end(Signal::SIGTERM);
        assert!(said.starts_with("12 requests, "), "{engine:?}: {said}");
        assert!(
            said.contains(" 6 connections (0 open, 0 lost)"),
            "{engine:?}: {said}"
        );
    }
}

#[test]
fn every_engine_sends_back_what_comes_before_half_a_close() {
    for engine in ENGINES {
        let mut options = engine.to_vec();
        options.push("--echo");
        let Some(server) = Served::start(&options) else {
            continue;
        };
        let sent = bytes(LARGE);
        assert!(exchange(server.connect(), &sent) == sent, "{engine:?}");
        let said = server.end(Signal::SIGINT);
        let figures =
            format!(" {LARGE} bytes received, {LARGE} sent, 1 connections (0 open, 0 lost)");
        assert!(said.contains(&figures), "{engine:?}: {said}");
    }
}

#[test]
fn who_does_not_read_costs_little_and_loses_nothing() {
    const MOST: usize = 64 * 1024 * 1024;
    const MEMORY_KIB: u64 = 48 * 1024;
    for engine in ENGINES {
        let mut options = engine.to_vec();
        options.push("--echo");
        let Some(server) = Served::start(&options) else {
            continue;
        };
        let mut stream = server.connect();
        // Long enough for the server to have taken what it takes; if it has not, less is tested.
        let patience = Duration::from_millis(500);
        stream.set_write_timeout(Some(patience)).unwrap();
        let piece = bytes(1024 * 1024);
        let mut sent = 0;
        while sent < MOST {
            match stream.write(&piece[sent % piece.len()..]) {
                Ok(taken) => sent += taken,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => panic!("{error}"),
            }
        }
        assert!(sent < MOST, "{engine:?} takes all that it cannot send");
        let memory = syslab::sys::proc::status(server.pid()).unwrap().memory;
        assert!(memory.resident < MEMORY_KIB, "{engine:?}: {memory:?}");
        stream.shutdown(Shutdown::Write).unwrap();
        let mut back = Vec::new();
        stream.read_to_end(&mut back).unwrap();
        assert_eq!(back.len(), sent, "{engine:?}");
        assert!(
            back.chunks(piece.len())
                .all(|chunk| piece.starts_with(chunk))
        );
    }
}

#[test]
fn resets_are_survived_and_counted() {
    const RESETS: usize = 50;
    for engine in ENGINES {
        let mut options = engine.to_vec();
        options.push("--echo");
        let Some(mut server) = Served::start(&options) else {
            continue;
        };
        for nth in 0..RESETS {
            let mut stream = server.connect();
            // Some with nothing under way, some with much.
            stream.write_all(&bytes(nth * 4000)).unwrap();
            // Closing throws away what is under way, and resets: socket(7).
            SockRef::from(&stream)
                .set_linger(Some(Duration::ZERO))
                .unwrap();
        }
        let sent = bytes(100);
        assert_eq!(exchange(server.connect(), &sent), sent, "{engine:?}");
        let all = format!(", {} connections (0 open, ", RESETS + 1);
        let mut said = String::new();
        // One thread may have served this one while another has yet to accept those before.
        while !said.contains(&all) {
            server.signal(Signal::SIGUSR1);
            said = server.line();
            assert!(said.contains(" requests, "), "{engine:?}: {said}");
        }
        let said = server.end(Signal::SIGTERM);
        assert!(said.contains(&all), "{engine:?}: {said}");
    }
}

#[test]
fn without_descriptors_those_who_wait_are_served_later() {
    const CLIENTS: usize = 60;
    for engine in ENGINES {
        let mut options = engine.to_vec();
        options.push("--echo");
        let limited = ["prlimit", "--nofile=32:32"];
        let Some(mut server) = Served::start_under(&limited, &options) else {
            continue;
        };
        let ping = |client: &mut TcpStream| {
            client.write_all(b"ping").unwrap();
            client.read_exact(&mut [0; 4]).unwrap();
        };
        // It is there before the others: of two loops, one may take all descriptors.
        let mut first = server.connect();
        ping(&mut first);
        let mut clients: Vec<TcpStream> = (0..CLIENTS).map(|_| server.connect()).collect();
        while !{
            server.signal(Signal::SIGUSR1);
            server.line().contains("times out of descriptors")
        } {}
        ping(&mut first);
        // The last cannot be there before many of the others have gone.
        let mut last = clients.pop().unwrap();
        last.write_all(b"ping").unwrap();
        drop(clients);
        let answered = last.read_exact(&mut [0; 4]);
        let said = server.end(Signal::SIGTERM);
        assert!(answered.is_ok(), "{engine:?}: {answered:?}\n{said}");
    }
}

#[test]
fn a_client_that_stays_does_not_keep_the_server() {
    for engine in ENGINES {
        let root = root();
        let mut options = engine.to_vec();
        options.extend(["--root", root.path().to_str().unwrap()]);
        let Some(mut server) = Served::start(&options) else {
            continue;
        };
        // One is silent, one has answers under way that it does not take.
        let _silent = server.connect();
        let mut stalled = server.connect();
        stalled.write_all(&request("/large").repeat(10)).unwrap();
        stalled.read_exact(&mut [0; 12]).unwrap();
        // Of two loops, the one that is to have the silent one may not have come to it yet.
        while !{
            server.signal(Signal::SIGUSR1);
            server.line().contains(" 2 connections (")
        } {}
        let said = server.end(Signal::SIGTERM);
        assert!(said.contains(" 2 connections ("), "{engine:?}: {said}");
        assert!(stalled.peer_addr().is_ok());
    }
}

#[test]
fn tls_is_spoken_and_garbage_survived() {
    let place = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (place.path().join("cert"), place.path().join("key"));
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    let server = Served::start(&["--echo", "--tls", certificate, key]).unwrap();

    let mut garbage = server.connect();
    garbage.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    // An alert may come before the end, which may be a reset.
    let _end = garbage.read_to_end(&mut Vec::new());
    drop(server.connect());

    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let mut session = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut socket = server.connect();
    let sent = bytes(50_000);
    let mut back = vec![0; sent.len()];
    let mut stream = Stream::new(&mut session, &mut socket);
    stream.write_all(&sent).unwrap();
    stream.read_exact(&mut back).unwrap();
    assert!(back == sent);
    session.send_close_notify();
    let mut stream = Stream::new(&mut session, &mut socket);
    stream.flush().unwrap();
    // The server's own close_notify: without it this would be an error.
    assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap(), 0);
    let said = server.end(Signal::SIGTERM);
    assert!(said.contains(" 3 connections (0 open, 1 lost)"), "{said}");
}

#[test]
fn options_that_do_not_fit_are_refused() {
    let place = tempfile::tempdir().unwrap();
    let nothing = place.path().join("nothing");
    let nothing = nothing.to_str().unwrap();
    for (options, code, said) in [
        (&["--edge"][..], exit::USAGE, "--edge is for --engine epoll"),
        (
            &["--engine", "threads", "--tls", nothing, nothing],
            exit::USAGE,
            "--tls is for --engine mio",
        ),
        (&["--tls", nothing, nothing], exit::MACHINE, nothing),
        (&["--root", nothing], exit::MACHINE, nothing),
        (
            &["--echo", "--root", "."],
            exit::USAGE,
            "cannot be used with",
        ),
    ] {
        let output = Command::new(SYSLAB)
            .args(["sockets", "serve"])
            .args(options)
            .arg("0")
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(i32::from(code)), "{stderr}");
        assert!(stderr.contains(said), "{stderr}");
    }
    let first = Served::start(&[]).unwrap();
    let output = Command::new(SYSLAB)
        .args(["sockets", "serve", &first.address.port().to_string()])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(i32::from(exit::MACHINE)));
    assert!(stderr.contains("Address already in use"), "{stderr}");
}

#[test]
fn a_refused_io_uring_is_said() {
    let output = Command::new(SYSLAB)
        .args(["trace", "-e", "io_uring_setup", "-o", "/dev/null"])
        .args(["--inject", "io_uring_setup:error=EPERM", "--"])
        .args([SYSLAB, "sockets", "serve", "--engine", "uring", "0"])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(i32::from(exit::MACHINE)),
        "{stderr}"
    );
    assert!(stderr.contains("error: no io_uring"), "{stderr}");
    assert!(
        stderr.contains("io_uring is not permitted here"),
        "{stderr}"
    );
}
