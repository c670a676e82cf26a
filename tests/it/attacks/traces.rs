//! What an attack would leave on the machine: connections, files, processes, dead ones, IPC objects.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::secrets::files;
use crate::sandbox::{NOBODY, Place};

/// Ids from here on belong to submissions where root grades.
const FIRST_BOX_ID: u32 = 0x7000_0000;

/// What is in a run's directory, whoever is graded in it.
const OF_A_RUN: [&str; 14] = [
    "attempts",
    "beats",
    "canaries",
    "chunks",
    "collected.json",
    "exports",
    "intake",
    "lab",
    "lock",
    "manifest.json",
    "marks",
    "policy.toml",
    "refusals",
    "results",
];

/// Whatever an attack would leave is called by this mark, meets these listeners, or kills this victim.
pub(super) struct Traces {
    mark: String,
    tcp: TcpListener,
    unix: [UnixListener; 2],
    victim: Child,
}

impl Traces {
    /// Listens, and starts the victim, which ends with its input.
    pub(super) fn watch(place: &Place) -> Self {
        static WATCHES: AtomicU32 = AtomicU32::new(0);
        // Tests watch at the same time.
        let nth = WATCHES.fetch_add(1, Ordering::Relaxed);
        let mark = format!("mark-{nth}-{}-{:?}", std::process::id(), place.user).to_lowercase();
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let home = place.path().join("home");
        fs::create_dir_all(&home).unwrap();
        let path = home.join("agent.sock");
        let named = UnixListener::bind(&path).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
        let address = SocketAddr::from_abstract_name(&mark).unwrap();
        let abstracted = UnixListener::bind_addr(&address).unwrap();
        tcp.set_nonblocking(true).unwrap();
        let unix = [named, abstracted];
        for listener in &unix {
            listener.set_nonblocking(true).unwrap();
        }
        let mut command = place.command("cat");
        let victim = command.stdin(Stdio::piped()).stdout(Stdio::null());
        let victim = victim.spawn().unwrap();
        Self {
            mark,
            tcp,
            unix,
            victim,
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.tcp.local_addr().unwrap().port()
    }

    pub(super) fn victim(&self) -> u32 {
        self.victim.id()
    }

    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// Whether somebody has connected.
    pub(super) fn was_told(&self) -> bool {
        let nobody = |error: io::Error| {
            assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        };
        let unix = self
            .unix
            .iter()
            .any(|unix| unix.accept().map_err(nobody).is_ok());
        unix || self.tcp.accept().map_err(nobody).is_ok()
    }

    /// Nothing of all this came to be.
    pub(super) fn expect_none(mut self, place: &Place) {
        assert!(!self.was_told(), "somebody was told");
        assert!(self.victim.try_wait().unwrap().is_none(), "the victim died");
        self.expect_no_process();
        for directory in ["/tmp", "/var/tmp", "/dev/shm", "/usr/bin", "/usr/local/bin"] {
            assert!(
                !Path::new(directory).join(&self.mark).exists(),
                "{directory}"
            );
        }
        for file in files(place.path()) {
            assert_ne!(
                file.file_name().unwrap(),
                self.mark.as_str(),
                "{}",
                file.display()
            );
        }
        let run = place.path().join("run");
        for entry in fs::read_dir(&run).unwrap() {
            let name = entry.unwrap().file_name();
            assert!(OF_A_RUN.iter().any(|known| name == *known), "{name:?}");
        }
        for file in files(&run) {
            let found = fs::symlink_metadata(&file).unwrap();
            assert!(found.is_file(), "{} is no regular file", file.display());
            let mode = found.permissions().mode();
            assert_eq!(mode & 0o7002, 0, "{} has mode {mode:o}", file.display());
        }
        expect_no_ipc();
        drop(self.victim.stdin.take());
        assert!(self.victim.wait().unwrap().success());
    }

    fn expect_no_process(&self) {
        for entry in fs::read_dir("/proc").unwrap() {
            // Whoever ends meanwhile is none that stays.
            let line = fs::read(entry.unwrap().path().join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line);
            assert!(!line.contains(&self.mark), "{line:?} is still there");
        }
    }
}

/// No System V object belongs to a user that submissions have.
fn expect_no_ipc() {
    for kind in ["shm", "msg", "sem"] {
        let text = fs::read_to_string(format!("/proc/sysvipc/{kind}")).unwrap();
        let mut lines = text.lines();
        let mut names = lines.next().unwrap().split_whitespace();
        let at = names.position(|name| name == "uid").unwrap();
        for line in lines {
            let owner: u32 = line.split_whitespace().nth(at).unwrap().parse().unwrap();
            assert!(owner < FIRST_BOX_ID && owner != NOBODY, "{kind}: {line}");
        }
    }
}
