//! What a hostile submission tries, and what stops it: as root and as an ordinary user.
//!
//! The attempts are in `tests/programs/sandbox/attack.c`. Each test says what it was that stopped
//! them. Limits on time and output belong to whoever watches a run, and are tested there.

#![expect(clippy::unwrap_used, reason = "a failing test may panic anywhere")]

mod place;
mod rings;

use std::fs::{self, Permissions};
use std::io::Read;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;
use std::process::Stdio;

use place::{FORBID_SKIPS, PARTIAL, Running, places, places_with};
pub(crate) use place::{NOBODY, Place, User, bare_places};

/// Stopped by RLIMIT_NPROC, which the kernel does not apply to root: hence the id outside.
#[test]
fn a_fork_bomb_gets_no_more_than_its_processes() {
    for place in places() {
        assert_eq!(place.attempt(&["forks"]), "forks: 63 then EAGAIN\n");
        let ran = place.run(&["--processes", "10"], &["./attack", "forks"]);
        assert_eq!(ran.stdout, "forks: 9 then EAGAIN\n");
    }
}

/// Stopped by the death of init, which is the death of its pid namespace.
#[test]
fn an_endless_fork_bomb_ends_with_its_box() {
    for place in places() {
        let running = Running::start(&place, &["bomb"], 1);
        Running::kill(running.pids[1]);
        running.expect_end();
    }
}

/// Stopped by RLIMIT_DATA, for each process. For all together: the watcher.
#[test]
fn a_memory_bomb_gets_no_more_than_its_memory() {
    for place in places() {
        let ran = place.run(&["--data-kib", "65536"], &["./attack", "memory"]);
        assert_eq!(ran.stdout, "memory: ENOMEM\n");
    }
}

/// Stopped by the sizes of the tmpfs of /lab, /tmp and /dev/shm, and by RLIMIT_FSIZE.
#[test]
fn a_disk_bomb_fills_only_its_own() {
    for place in places() {
        assert_eq!(
            place.attempt(&["disk"]),
            "fill /lab: ENOSPC after 64 MiB\n\
             files /lab: ENOSPC, fewer than 10000: 1\n\
             fill /tmp: ENOSPC after 32 MiB\n\
             files /tmp: ENOSPC, fewer than 10000: 1\n\
             fill /dev/shm: ENOSPC after 32 MiB\n\
             files /dev/shm: ENOSPC, fewer than 10000: 1\n\
             sparse: EFBIG\n"
        );
    }
}

/// Stopped by read-only mounts; set-user-ID programs by nosuid and no_new_privs.
#[test]
fn only_the_lab_can_be_written_to() {
    for place in places() {
        assert_eq!(
            place.attempt(&["readonly"]),
            "write /: EROFS\n\
             write /usr: EROFS\n\
             write /etc/passwd: EACCES\n\
             write /submission: EROFS\n\
             write /dev: EROFS\n\
             write /lab: ok\n\
             write /dev/null: ok\n"
        );
    }
}

/// Stopped by the user namespace: no user of the box is anybody in those that the settings are of.
#[test]
fn the_settings_of_its_namespaces_stay() {
    for place in places() {
        assert_eq!(
            place.attempt(&["settings"]),
            "host name: EACCES\n\
             messages: EACCES\n\
             queues: EACCES\n\
             ports: EACCES\n\
             TCP: EACCES\n"
        );
    }
}

/// Stopped by the pid namespace: nobody else is there, and init is immune.
#[test]
fn kill_reaches_nobody() {
    for place in places() {
        assert_eq!(
            place.attempt(&["kills"]),
            "kill init: ok\nkill parent: ok\nkill all: ESRCH\ninit is alive\n"
        );
    }
}

/// Stopped by init not being dumpable, by the mount namespace, and by a /dev of five devices.
#[test]
fn there_is_nothing_to_look_at() {
    for place in places() {
        let seen = place.attempt(&["look"]);
        assert_eq!(seen.lines().count(), 20);
        for line in seen.lines() {
            let (path, result) = line.split_once(": ").unwrap();
            let is_refused = result == "EACCES" || result == "EPERM";
            let is_absent = result == "ENOENT";
            assert!(
                if path.starts_with("/proc") {
                    is_refused || is_absent
                } else {
                    is_absent
                },
                "{:?}: {line}",
                place.user
            );
        }
    }
}

/// Stopped by the network namespace, in which there is only the loopback interface. Families
/// that no namespace contains are refused by the filter.
#[test]
fn the_network_ends_at_loopback() {
    for (nth, place) in places().into_iter().enumerate() {
        // A name of its own: another test's child may hold the last one for a moment.
        let name = format!("syslab-test-{}-{nth}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let host = UnixListener::bind_addr(&address).unwrap();
        assert_eq!(
            place.attempt(&["net", &name]),
            "tcp out: ENETUNREACH\n\
             udp out: ENETUNREACH\n\
             bind: ok\n\
             listen: ok\n\
             connect: ok\n\
             abstract socket: ECONNREFUSED\n\
             vsock: EAFNOSUPPORT\n\
             alg: EAFNOSUPPORT\n\
             packet: EPERM\n"
        );
        drop(host);
    }
}

/// Stopped by the pid namespace: an orphan becomes init's child, and dies with init.
#[test]
fn a_daemon_does_not_outlive_the_run() {
    for place in places() {
        let mut child = place
            .confine(&[], &["./attack", "daemon"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        // The daemon holds standard output, blocks every signal and never ends by itself: that
        // there is an end of file says that it is dead.
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!(said, "daemon\nfirst is done\n");
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

/// Stopped by killing init: SIGKILL needs no cooperation.
#[test]
fn a_program_that_stops_itself_and_blocks_everything_ends_when_told() {
    for place in places() {
        let ran = place.run(&["--seconds", "1"], &["./attack", "stop"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(124), "stopping\n"));
    }
}

/// Each process of ours is killed with its parent; see PR_SET_PDEATHSIG of prctl(2).
#[test]
fn everything_dies_with_whoever_is_killed() {
    for place in places() {
        for victim in 0..3 {
            let running = Running::start(&place, &["daemon", "stay"], 3);
            let pid = match victim {
                0 => running.confine.id() as i32,
                1 => running.pids[0],
                _ => running.pids[1],
            };
            Running::kill(pid);
            running.expect_end();
        }
    }
}

/// The workshop is in a mount namespace of its own, and goes with it.
#[test]
fn nothing_is_left_behind_after_kill_9() {
    for place in places() {
        let running = Running::start(&place, &["stay"], 1);
        Running::kill(running.confine.id() as i32);
        running.expect_end();
        for covered in ["/dev/shm", "/mnt", "/media", "/srv"] {
            assert!(!Path::new(covered).join("submission").exists());
        }
    }
}

/// Stopped by the filter: namespaces are refused, and so are children that a tracer would miss.
#[test]
fn there_are_no_further_namespaces() {
    for place in places() {
        let said = place.attempt(&["namespaces"]);
        assert_eq!(said.lines().count(), 17);
        for line in said.lines() {
            let expected = if line.starts_with("clone3") {
                "ENOSYS"
            } else {
                "EPERM"
            };
            assert!(line.ends_with(expected), "{:?}: {line}", place.user);
        }
    }
}

/// Stopped by the filter, or by having no capabilities.
#[test]
fn privileged_and_blinding_calls_are_refused() {
    for place in places() {
        for line in place.attempt(&["calls"]).lines() {
            let (call, result) = line.split_once(": ").unwrap();
            let expected = match call {
                "io_uring_setup" | "io_uring_enter" | "memfd_secret" => "ENOSYS",
                // The id does not exist inside.
                "setuid 0" | "chown" => "EINVAL",
                "setuid 1000" => "ok",
                "nice" => "EACCES",
                _ => "EPERM",
            };
            assert_eq!(result, expected, "{:?}: {call}", place.user);
        }
    }
}

/// Stopped by the filter, which knows the numbers of one interface only.
#[cfg(target_arch = "x86_64")]
#[test]
fn other_system_call_interfaces_kill() {
    for place in places() {
        for interface in ["x32", "int80"] {
            let ran = place.run(&[], &["./attack", interface]);
            assert_eq!(ran.code, Some(128 + libc::SIGSYS), "{:?}", place.user);
        }
    }
}

/// Stopped where files are copied: links that lead out, FIFOs and set-user-ID bits stay behind.
#[test]
fn a_submission_brings_no_way_out_with_it() {
    for place in places() {
        let submission = place.submission();
        symlink("/etc/shadow", submission.join("shadow")).unwrap();
        symlink("../syslab", submission.join("up")).unwrap();
        symlink("attack", submission.join("inner")).unwrap();
        nix::unistd::mkfifo(
            &submission.join("fifo"),
            nix::sys::stat::Mode::from_bits_truncate(0o666),
        )
        .unwrap();
        fs::set_permissions(submission.join("attack"), Permissions::from_mode(0o6755)).unwrap();
        let ran = place.run(
            &[],
            &[
                "/bin/sh",
                "-c",
                "stat -c '%n %A' *; ./inner world | head -1",
            ],
        );
        assert_eq!(
            ran.stdout,
            "attack -rwxr-xr-x\n\
             inner lrwxrwxrwx\n\
             pid 4 parent 2 session 2 uid 1000 gid 1000 groups 0\n",
            "{ran:?}"
        );
        assert_eq!(
            ran.stderr,
            "skipped: \"fifo\" is not a regular file\n\
             skipped: \"shadow\" is a link that leads out of the submission\n\
             skipped: \"up\" is a link that leads out of the submission\n"
        );
    }
}

/// Stopped by compiling inside: what the compiler may read is what the program may read.
#[test]
fn a_compiler_reads_nothing_that_the_program_could_not() {
    for place in places() {
        let secret = place.directory.path().join("secret");
        fs::write(&secret, "int secret;\n").unwrap();
        let source = format!(
            "#include \"{}\"\nint main(void) {{ return 0; }}\n",
            secret.display()
        );
        fs::write(place.submission().join("main.c"), source).unwrap();
        let ran = place.run(&["--build"], &[]);
        assert_eq!(ran.code, Some(125));
        assert!(ran.stderr.contains("No such file or directory"), "{ran:?}");
        fs::remove_file(place.submission().join("main.c")).unwrap();

        let makefile = "all:\n\t./attack daemon\n\tcp attack main\n";
        fs::write(place.submission().join("Makefile"), makefile).unwrap();
        let ran = place.run(&["--build"], &["world"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
}

/// A lesson about signals, sessions or descriptors starts from a clean slate.
#[test]
fn a_program_finds_a_clean_world() {
    for place in places() {
        assert_eq!(
            place.attempt(&["world"]),
            "pid 2 parent 1 session 2 uid 1000 gid 1000 groups 0\n\
             fd 0\n\
             fd 1\n\
             fd 2\n\
             no signal blocked: 1\n\
             no new privileges: 1\n\
             dumpable: 1\n\
             umask 022\n"
        );
    }
}

/// A box's program is another user than root, and goes through what root has made.
#[test]
fn a_box_is_made_whatever_the_callers_umask() {
    for place in places() {
        let confined = ["__confine", "--rung", "full"];
        let ran = place
            .command("sh")
            .args(["-c", r#"umask 077; exec "$@""#, "sh"])
            .arg(place.binary())
            .args(confined)
            .arg(place.submission())
            .args(["--", "./attack", "world"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(said.ends_with("umask 022\n"), "{:?}: {ran:?}", place.user);
    }
}

/// Without namespaces: limits by RLIMIT_NPROC, orphans by the subreaper, files by Landlock.
#[test]
fn without_namespaces_the_essentials_hold() {
    for place in places_with("partial") {
        let attempt = |attempt: &str| {
            let attack = ["/submission/attack", attempt];
            let ran = place.run(&[&PARTIAL[..], &["--processes", "8"]].concat(), &attack);
            assert_eq!(ran.code, Some(0), "{:?}: {ran:?}", place.user);
            ran.stdout
        };
        // How many exactly depends on what else this user runs, and kernels before 5.14 count
        // that with some delay.
        assert!(attempt("forks").ends_with("then EAGAIN\n"));
        assert_eq!(attempt("daemon"), "daemon\nfirst is done\n");
        assert!(attempt("kills").starts_with("kill init: EPERM\nkill parent: EPERM\n"));
        for line in attempt("look").lines() {
            assert!(!line.ends_with("ok"), "{:?}: {line}", place.user);
        }
        for line in attempt("calls").lines() {
            assert!(!line.ends_with("ok"), "{:?}: {line}", place.user);
        }
        let ran = place.run(
            &PARTIAL,
            &[
                "/bin/sh",
                "-c",
                "echo $1 | sed 's/.*lab/lab/'; cd $1 && echo x >f",
                "sh",
                "/lab",
            ],
        );
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(0), "lab0\n"),
            "{ran:?}"
        );
        let ran = place.run(&PARTIAL, &["/bin/sh", "-c", "echo x >$0/x", "/submission"]);
        assert!(ran.stderr.contains("Permission denied"), "{ran:?}");
    }
}

/// Without namespaces the box kills what is left when nobody listens to it any more.
#[test]
fn without_namespaces_everything_ends_with_the_runner() {
    for place in places_with("partial") {
        let running = Running::start_with(
            &place,
            &PARTIAL,
            &["/submission/attack", "daemon", "stay"],
            3,
        );
        Running::kill(running.confine.id() as i32);
        running.expect_end();
    }
}

/// What a verdict rests on: the tracer is outside, and needs rights over a program that has none
/// over the tracer.
#[test]
fn a_tracer_outside_can_seize_and_read() {
    for place in places() {
        let ran = place.run(&["--seize"], &["/bin/true"]);
        assert_eq!(
            (ran.code, ran.stderr.as_str()),
            (Some(0), "seized\n"),
            "{:?}",
            place.user
        );
    }
}

/// Root is exempt from limits, and owns what a box should not touch.
#[test]
fn nobody_inside_is_root_outside() {
    for place in places() {
        let running = Running::start(&place, &["stay"], 1);
        for pid in &running.pids[1..] {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
            let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
            let ids = ids.unwrap();
            assert!(ids.split_whitespace().all(|id| id != "0"), "{ids}");
            assert_ne!(
                fs::metadata(format!("/proc/{pid}")).unwrap().uid(),
                u32::MAX
            );
        }
        Running::kill(running.pids[1]);
        running.expect_end();
    }
}

/// An interpreter that is not there, or a program that is not one, is said to be just that.
#[test]
fn a_program_that_cannot_be_started_is_named() {
    for place in places() {
        let ran = place.run(&[], &["./missing"]);
        assert_eq!(ran.code, Some(125));
        assert_eq!(
            ran.stderr,
            "error: the command did not run: cannot execute \"./missing\": \
             No such file or directory (os error 2)\n"
        );
    }
}
