//! Tests of which calls are struck.

use super::*;
use crate::model::{Bytes, Fd};

fn fd(number: i32, name: &str) -> Arg {
    Arg::Fd(Fd {
        number,
        object: Some(Object {
            name: name.into(),
            inode: 0,
        }),
    })
}

#[test]
fn paths_are_told_apart_through_names_and_descriptors() {
    let on = Role::Path("/lab/records.log".into());
    let phase = Phase::default();
    let call = |args| Call {
        name: "openat".into(),
        args,
    };
    let text = |s: &str| Arg::Str(Bytes::whole(s));
    let cwd = Arg::Word("AT_FDCWD".into());
    for (args, is) in [
        (vec![cwd.clone(), text("/lab/records.log")], true),
        (vec![cwd.clone(), text("/lab/./x/..//records.log")], true),
        (vec![cwd.clone(), text("../lab/records.log")], true),
        (vec![fd(4, "/lab"), text("records.log")], true),
        (vec![fd(4, "/tmp"), text("records.log")], false),
        (vec![fd(4, "/lab/records.log"), text("a\n")], true),
        (vec![cwd, text("/lab/records.log2")], false),
    ] {
        assert_eq!(
            is_about(&call(args.clone()), &on, &phase, true),
            is,
            "{args:?}"
        );
    }
}

#[test]
fn what_is_below_a_directory_is_found_by_name_and_by_descriptor() {
    let on = Role::Below("/proc/3".into());
    let text = |s: &str| Arg::Str(Bytes::whole(s));
    let word = |word: &str| Arg::Word(word.into());
    for (args, is) in [
        (vec![word("AT_FDCWD"), text("/proc/3/fd")], true),
        (vec![text("/proc/3")], true),
        (vec![text("/proc/33/fd")], false),
        (vec![fd(4, "/proc/3/fd"), text("17")], true),
        (vec![fd(4, "/proc"), text("3/fd")], true),
        (vec![fd(4, "pipe:[3]"), text("17")], false),
    ] {
        let call = Call {
            name: "readlinkat".into(),
            args: args.clone(),
        };
        assert_eq!(
            is_about(&call, &on, &Phase::default(), true),
            is,
            "{args:?}"
        );
    }
}

#[test]
fn a_thread_is_no_process() {
    let clone = |flags: &str| Call {
        name: "clone".into(),
        args: vec![
            Arg::Word("child_stack=NULL".into()),
            Arg::Word(format!("flags={flags}")),
        ],
    };
    let is = |flags| is_about(&clone(flags), &Role::NewProcess, &Phase::default(), false);
    assert!(is("CLONE_VM|CLONE_VFORK|SIGCHLD"));
    assert!(!is("CLONE_VM|CLONE_THREAD|CLONE_SIGHAND"));
}

#[test]
fn a_trigger_strikes_at_its_first_call_and_then_at_every_nth() {
    let trigger = |first, every| Trigger {
        calls: vec!["write".into()],
        on: Role::Any,
        armed: Arming::Begin,
        first,
        every,
    };
    let struck = |first, every| {
        let fault = Fault {
            trigger: trigger(first, every),
            action: Action::Error(28),
        };
        let mut injector = Injector::new(0, fault).unwrap();
        let write = Call {
            name: "write".into(),
            args: vec![],
        };
        let nr = libc::SYS_write as u64;
        let before = Phase::default();
        assert_eq!(
            injector.consider(nr, &write, &before, false, || Wait::Others),
            None
        );
        let phase = Phase {
            has_begun: true,
            ..before
        };
        assert_eq!(
            injector.consider(libc::SYS_read as u64, &write, &phase, false, || {
                Wait::Others
            }),
            None
        );
        (1..=7)
            .filter(|_| {
                injector.consider(nr, &write, &phase, false, || Wait::Others)
                    == Some(Plan::Answer(-28))
            })
            .count()
    };
    assert_eq!(struck(1, 0), 1);
    assert_eq!(struck(3, 1), 5);
    assert_eq!(struck(2, 2), 3);
    assert_eq!(struck(8, 1), 0);
}

#[test]
fn signals_that_programs_are_told_to_end_by_are_told_from_others() {
    let call = |name: &str, signal: &str| Call {
        name: name.into(),
        args: vec![Arg::Word(signal.into())],
    };
    let is = |role, call: &Call| is_about(call, &role, &Phase::default(), false);
    assert!(is(Role::EndingSignals, &call("rt_sigaction", "SIGTERM")));
    assert!(!is(Role::EndingSignals, &call("rt_sigaction", "SIGSEGV")));
    assert!(is(Role::EndingSignals, &call("kill", "SIGSEGV")));
    assert!(is(Role::Parent, &call("rt_sigaction", "SIGCHLD")));
    assert!(!is(Role::Parent, &call("rt_sigaction", "SIGTERM")));
    assert!(is(Role::Parent, &call("prctl", "PR_SET_CHILD_SUBREAPER")));
}

#[test]
fn only_a_program_that_has_started_another_is_past_its_fork() {
    let fault = Fault {
        trigger: Trigger {
            calls: vec!["wait4".into()],
            on: Role::Any,
            armed: Arming::Fork,
            first: 1,
            every: 0,
        },
        action: Action::Strike(Strike::OthersFirst),
    };
    let pause = Call {
        name: "wait4".into(),
        args: vec![],
    };
    let nr = libc::SYS_wait4 as u64;
    let mut injector = Injector::new(0, fault).unwrap();
    let mut phase = Phase {
        has_begun: true,
        ..Phase::default()
    };
    assert_eq!(
        injector.consider(nr, &pause, &phase, false, || Wait::Others),
        None
    );
    phase.has_forked = true;
    assert_eq!(
        injector.consider(nr, &pause, &phase, false, || Wait::Nothing),
        None
    );
    let plan = injector.consider(nr, &pause, &phase, false, || Wait::Others);
    assert_eq!(plan, Some(Plan::OthersFirst));
}

#[test]
fn memory_that_is_shared_is_known_by_its_name() {
    let is = |arg: Arg| {
        let call = Call {
            name: "openat".into(),
            args: vec![Arg::Word("AT_FDCWD".into()), arg],
        };
        is_about(&call, &Role::Shared, &Phase::default(), true)
    };
    let text = |s: &str| Arg::Str(Bytes::whole(s));
    assert!(is(text("/dev/shm/weights")));
    assert!(is(fd(3, "/dev/shm/weights (deleted)")));
    assert!(is(fd(3, "/memfd:weights (deleted)")));
    assert!(!is(text("/dev/shm")));
    assert!(!is(text("/dev/shmweights")));
    assert!(!is(fd(3, "/lab/memfd:x")));
}

#[test]
fn calls_of_children_are_told_from_those_of_the_first_process() {
    let mut fault = Fault {
        trigger: Trigger {
            calls: vec!["write".into()],
            on: Role::Child,
            armed: Arming::Start,
            first: 1,
            every: 0,
        },
        action: Action::Strike(Strike::KillCaller),
    };
    let write = Call {
        name: "write".into(),
        args: vec![],
    };
    let nr = libc::SYS_write as u64;
    let mut injector = Injector::new(0, fault.clone()).unwrap();
    let phase = Phase::default();
    assert_eq!(
        injector.consider(nr, &write, &phase, false, || Wait::Others),
        None
    );
    let plan = injector.consider(nr, &write, &phase, true, || Wait::Others);
    assert_eq!(plan, Some(Plan::KillCaller));
    fault.trigger.on = Role::Parent;
    let mut injector = Injector::new(0, fault).unwrap();
    assert_eq!(
        injector.consider(nr, &write, &phase, true, || Wait::Others),
        None
    );
    let plan = injector.consider(nr, &write, &phase, false, || Wait::Others);
    assert_eq!(plan, Some(Plan::KillCaller));
}
