//! What a hostile submission tries through a ring, where no filter sees it.
//!
//! The attempts are in `tests/programs/sandbox/ring.c`. Only experiments that ask for it allow rings
//! at all.

use std::fs;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;
use std::process::Command;

use super::{FORBID_SKIPS, PARTIAL, Place, places, places_with};

/// Puts the attempts into the submission.
fn with_ring(place: &Place) {
    let program = place.submission().join("ring");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/sandbox/ring.c");
    let status = Command::new("cc")
        .args(["-O1", "-Wall", "-Werror", "-o"])
        .args([&program, &source])
        .status()
        .unwrap();
    assert!(status.success());
}

/// Whether this machine lets programs have rings.
fn has_rings() -> bool {
    let refusal = syslab::sys::uring::setup_refusal();
    if let Some(why) = &refusal {
        assert!(std::env::var_os(FORBID_SKIPS).is_none(), "{why}");
        eprintln!("skipped: {why}");
    }
    refusal.is_none()
}

/// Stopped by the filter.
#[test]
fn there_are_no_rings_unless_they_are_asked_for() {
    for place in places() {
        with_ring(&place);
        let ran = place.run(&[], &["./ring"]);
        assert_eq!(ran.stdout, "ring: ENOSYS\n", "{:?}", place.user);
    }
}

/// Stopped by the namespaces and by read-only mounts, as without a ring.
#[test]
fn a_ring_opens_and_reaches_nothing_more() {
    if !has_rings() {
        return;
    }
    for place in places() {
        with_ring(&place);
        let name = format!("syslab-ring-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let host = UnixListener::bind_addr(&address).unwrap();
        let ran = place.run(&["--rings"], &["./ring", &name]);
        assert_eq!(
            ran.stdout,
            "ring: ok\n\
             /root: ENOENT\n\
             /home: ENOENT\n\
             /etc/shadow: ENOENT\n\
             /proc/1/environ: EACCES\n\
             /proc/1/root/etc: EACCES\n\
             /proc/self/root/../etc/shadow: ENOENT\n\
             /dev/sda: ENOENT\n\
             /dev/vda: ENOENT\n\
             /dev/mem: ENOENT\n\
             /x: EROFS\n\
             /usr/x: EROFS\n\
             /etc/passwd: EACCES\n\
             /submission/x: EROFS\n\
             tcp out: ENETUNREACH\n\
             abstract socket: ECONNREFUSED\n\
             packet: EPERM\n",
            "{:?}: {ran:?}",
            place.user
        );
        drop(host);
    }
}

/// Stopped by Landlock, which holds whoever does it; the network is open there, with rings and
/// without.
#[test]
fn without_namespaces_a_ring_opens_nothing_more() {
    if !has_rings() {
        return;
    }
    for place in places_with("partial") {
        with_ring(&place);
        let options = [&PARTIAL[..], &["--rings"]].concat();
        let ran = place.run(&options, &["/submission/ring"]);
        assert!(ran.stdout.starts_with("ring: ok\n"), "{ran:?}");
        for line in ran.stdout.lines().filter(|line| line.starts_with('/')) {
            assert!(!line.ends_with(": ok"), "{:?}: {line}", place.user);
        }
        assert!(fs::metadata("/x").is_err() && fs::metadata("/usr/x").is_err());
    }
}
