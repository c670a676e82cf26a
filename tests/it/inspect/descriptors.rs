//! `syslab fds inspect` on a program that has one of everything open, line by line beside lsof(8).

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use syslab::model::table::{Descriptor, Kind, Mode, Table};
use syslab::probes::inspect::{Depth, descriptors};
use syslab::ui::visible;

use super::Animal;
use crate::programs::copy_program;
use crate::sandbox::{Place, User};

/// Compiles the program, once.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let program = directory.join("descriptors");
        // Another process of the same tests may do the same at the same time.
        let mine = directory.join(format!("descriptors.{}", std::process::id()));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/descriptors.c");
        let status = Command::new("cc")
            .args(["-O1", "-Wall", "-Werror", "-o"])
            .args([&mine, &source])
            .arg("-lutil")
            .status()
            .unwrap();
        assert!(status.success());
        std::fs::rename(mine, &program).unwrap();
        program
    })
}

/// The zoo, and the directory that it is in.
struct Zoo {
    animal: Animal,
    _directory: tempfile::TempDir,
}

impl Zoo {
    fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // Where the tests' own output goes would be open in it, too, and may grow while it is looked at.
        let mut command = Command::new(program());
        let animal = Animal::start(command.arg(directory.path()).stderr(Stdio::null())).has_begun();
        Self {
            animal,
            _directory: directory,
        }
    }

    fn table(&self, depth: Depth) -> Table {
        descriptors(self.animal.pid(), depth).unwrap()
    }
}

/// The descriptor whose target ends so.
fn named<'a>(table: &'a Table, end: &str) -> &'a Descriptor {
    let found = (table.descriptors.iter()).find(|one| one.target.ends_with(end));
    found.unwrap_or_else(|| panic!("{end}: {table:#?}"))
}

fn of_kind(table: &Table, kind: Kind) -> Vec<&Descriptor> {
    let all = table.descriptors.iter();
    all.filter(|one| one.kind == kind).collect()
}

/// What lsof says of one descriptor, by the letter of each field; see lsof(8), "OUTPUT FOR OTHER
/// PROGRAMS".
type Fields = BTreeMap<char, String>;

/// What lsof says of each descriptor; `None` where there is no lsof.
fn lsof(pid: i32, options: &[&str]) -> Option<BTreeMap<i32, Fields>> {
    let output = Command::new("lsof")
        .args(["-nP", "-a", "-d", "0-999", "-p", &pid.to_string()])
        .args(options)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).unwrap();
    let mut found: BTreeMap<i32, Fields> = BTreeMap::new();
    let mut number = -1;
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (letter, value) = (line.chars().next().unwrap(), &line[1..]);
        match (letter, value) {
            ('f', value) => number = value.parse().unwrap(),
            ('p', _) => {}
            // Of the several facts about a connection the state only.
            ('T', value) if !value.starts_with("ST=") => {}
            (letter, value) => {
                let fields = found.entry(number).or_default();
                fields.insert(letter, value.to_owned());
            }
        }
    }
    Some(found)
}

/// A descriptor in one line, of what both say.
fn theirs(fields: &Fields, sizes: Option<&Fields>) -> String {
    let field = |letter| fields.get(&letter).map_or("", String::as_str);
    let name = field('n');
    let flags = field('G').split(';').next().unwrap();
    let flags = i32::from_str_radix(flags.trim_start_matches("0x"), 16).unwrap();
    let is_path = flags & libc::O_PATH != 0;
    let kind = match field('t') {
        "REG" if name.starts_with("/memfd:") => "memfd",
        "REG" => "file",
        "DIR" => "dir",
        "LINK" => "symlink",
        "FIFO" => "pipe",
        "CHR" if name.starts_with("/dev/pts/") => "terminal",
        "CHR" => "device",
        "IPv4" | "IPv6" if field('P') == "TCP" => "tcp",
        "IPv4" | "IPv6" => "udp",
        "unix" => "unix",
        "sock" if name == "protocol: TCP" => "tcp",
        "sock" => "socket",
        "a_inode" => match name
            .trim_start_matches('[')
            .split([':', ']'])
            .next()
            .unwrap()
        {
            "eventpoll" => "epoll",
            name => name,
        },
        other => panic!("a type {other:?} of lsof's that this test does not know: {fields:?}"),
    };
    // lsof 4.95 takes O_PATH for reading and writing.
    let mode = match field('a') {
        _ if is_path => "-",
        "u" => "rw",
        mode => mode,
    };
    let state = field('T').trim_start_matches("ST=");
    let what = match kind {
        "pipe" if name == "pipe" => format!("pipe:[{}]", field('i')),
        "tcp" | "udp" if field('t') != "sock" => format!("{name} {state} {}", field('d')),
        "unix" => format!(
            "{} {state} {}",
            name.split("type=").next().unwrap().trim(),
            field('i')
        ),
        "tcp" | "socket" => format!("{name} {}", field('i')),
        "file" | "dir" | "symlink" | "device" | "terminal" => format!("{name} {}", field('i')),
        "epoll" | "pidfd" => name.to_owned(),
        _ if name.starts_with('/') => name.to_owned(),
        _ => kind.to_owned(),
    };
    let size = match kind {
        "file" | "memfd" => sizes
            .and_then(|sizes| sizes.get(&'s'))
            .map_or("", String::as_str),
        _ => "",
    };
    let position = match kind {
        "file" | "memfd" | "dir" | "device" => field('o'),
        _ => "",
    };
    let position = position.trim_start_matches("0t");
    let known = libc::O_APPEND | libc::O_NONBLOCK | libc::O_SYNC | libc::O_PATH | libc::O_CLOEXEC;
    let flags = flags & (known | libc::O_DIRECTORY | libc::O_NOFOLLOW);
    format!(
        "{kind} {mode} {} size={size} at={position} {flags:#o}",
        what.trim()
    )
}

/// The same line of ours.
fn ours(one: &Descriptor) -> String {
    let inode = |text: &str| text.split([' ', '[', ']']).nth(1).unwrap().to_owned();
    let deleted = if one.is_deleted || one.kind == Kind::Memfd {
        " (deleted)"
    } else {
        ""
    };
    let path = format!("{}{deleted}", visible(&one.target));
    let what = match (&one.socket, one.kind) {
        (Some(socket), Kind::Tcp | Kind::Udp) if !socket.local.is_empty() => {
            let state = match (socket.state.as_str(), one.kind) {
                ("listening", _) => "LISTEN".to_owned(),
                (_, Kind::Udp) => String::new(),
                (state, _) => state.to_uppercase(),
            };
            let remote = match socket.remote.as_str() {
                "" => String::new(),
                remote => format!("->{remote}"),
            };
            format!("{}{remote} {state} {}", socket.local, inode(&one.target))
        }
        (Some(socket), Kind::Unix) => {
            let state = match socket.state.as_str() {
                "listening" => "LISTEN".to_owned(),
                state => state.to_uppercase(),
            };
            format!("{} {state} {}", socket.local, inode(&one.target))
        }
        (Some(socket), _) => format!(
            "protocol: {} {}",
            socket.protocol.to_uppercase(),
            inode(&one.target)
        ),
        (None, Kind::Pipe) => path,
        (None, Kind::Memfd) => path,
        (None, Kind::Epoll) => {
            let numbers: Vec<String> = (one.watches.iter())
                .map(|watch| watch.number.to_string())
                .collect();
            format!("[eventpoll:{}]", numbers.join(","))
        }
        (None, Kind::Pidfd) => {
            let pid = one
                .detail
                .as_ref()
                .unwrap()
                .trim_start_matches("of process ");
            format!("[pidfd:{pid}]")
        }
        _ if path.starts_with('/') => format!("{path} {}", inode(one.file.as_ref().unwrap())),
        _ => one.kind.word().to_owned(),
    };
    let bits = |name: &String| match name.as_str() {
        "O_APPEND" => libc::O_APPEND,
        "O_NONBLOCK" => libc::O_NONBLOCK,
        "O_SYNC" => libc::O_SYNC,
        "O_PATH" => libc::O_PATH,
        "O_DIRECTORY" => libc::O_DIRECTORY,
        "O_NOFOLLOW" => libc::O_NOFOLLOW,
        other => panic!("{other}"),
    };
    let mut flags = one.flags.as_ref().unwrap().iter().map(bits).sum::<i32>();
    if one.closes_on_exec.unwrap() {
        flags |= libc::O_CLOEXEC;
    }
    let number = |value: Option<u64>| value.map_or_else(String::new, |value| value.to_string());
    format!(
        "{} {} {} size={} at={} {flags:#o}",
        one.kind.word(),
        one.mode,
        what.trim(),
        number(one.size),
        number(one.position)
    )
}

#[test]
fn it_says_what_lsof_says_line_by_line() {
    let zoo = Zoo::open();
    let table = zoo.table(Depth::All);
    let pid = zoo.animal.pid();
    let (Some(all), Some(sizes)) = (
        lsof(pid, &["-o", "+fg", "-FfatGodinTP"]),
        lsof(pid, &["-s", "-Ffs"]),
    ) else {
        println!("skipped: needs lsof");
        return;
    };
    let theirs: Vec<String> = all
        .iter()
        .map(|(number, fields)| format!("{number} {}", theirs(fields, sizes.get(number))))
        .collect();
    let ours: Vec<String> = (table.descriptors.iter())
        .map(|one| format!("{} {}", one.number, ours(one)))
        .collect();
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs, "ours, then lsof's");
    }
    assert_eq!(ours.len(), theirs.len());
    assert!(ours.len() > 35, "{ours:#?}");
}

#[test]
fn it_tells_what_lsof_does_not() {
    let zoo = Zoo::open();
    let table = zoo.table(Depth::All);
    assert!(table.refused.is_empty(), "{table:?}");
    let detail = |kind| of_kind(&table, kind)[0].detail.clone().unwrap();
    assert_eq!(detail(Kind::Eventfd), "count 7");
    assert_eq!(detail(Kind::Timerfd), "not armed");
    assert_eq!(detail(Kind::Signalfd), "SIGINT SIGTERM");
    assert_eq!(detail(Kind::Inotify), "1 watches");
    assert_eq!(
        detail(Kind::Pidfd),
        format!("of process {}", zoo.animal.pid())
    );
    let gone = named(&table, "/gone");
    assert!(gone.is_deleted);
    assert_eq!(gone.size, Some(12345));
    assert!(!named(&table, "/honest (deleted)").is_deleted);
    assert!(named(&table, "\\xff").target.contains("odd\nname\t"));

    let epoll = of_kind(&table, Kind::Epoll)[0];
    let watched: Vec<(Kind, bool)> = (epoll.watches.iter())
        .map(|watch| (table.descriptor(watch.number).unwrap().kind, watch.is_stale))
        .collect();
    assert_eq!(
        watched,
        [
            (Kind::Tcp, false),
            (Kind::Unix, false),
            // Its number is now the eventfd's.
            (Kind::Eventfd, true),
        ]
    );
    assert_eq!(epoll.watches[0].events, ["EPOLLIN", "EPOLLET"]);

    let tcp = of_kind(&table, Kind::Tcp);
    let accepted = tcp.iter().filter(|one| !one.other_end.is_empty());
    let own = zoo.animal.pid();
    for one in accepted {
        let socket = one.socket.as_ref().unwrap();
        for end in one.other_end.iter().filter(|end| end.pid == own) {
            let other = table.descriptor(end.number).unwrap();
            assert_eq!(other.socket.as_ref().unwrap().local, socket.remote);
        }
    }
    let fifo = named(&table, "/fifo");
    assert_eq!((fifo.kind, fifo.mode), (Kind::Pipe, Mode::Both));
    let anonymous: Vec<&Descriptor> = of_kind(&table, Kind::Pipe)
        .into_iter()
        .filter(|one| !one.target.starts_with('/') && one.number > 2)
        .collect();
    let [read, write] = anonymous.as_slice() else {
        panic!("{anonymous:?}");
    };
    for (one, other) in [(read, write), (write, read)] {
        let is_other =
            |end: &syslab::model::snapshot::Holder| (end.pid, end.number) == (own, other.number);
        assert!(one.other_end.iter().any(is_other), "{one:?}");
    }
}

#[test]
fn open_file_descriptions_are_told_from_descriptors() {
    let zoo = Zoo::open();
    for depth in [Depth::Usual, Depth::All] {
        let table = zoo.table(depth);
        if table.refused.contains_key("shared_with") {
            println!("skipped: the kernel does not compare: {:?}", table.refused);
            return;
        }
        let both: Vec<&Descriptor> = (table.descriptors.iter())
            .filter(|one| one.target.ends_with("/both"))
            .collect();
        let [one, copy] = both.as_slice() else {
            panic!("{both:?}");
        };
        assert_eq!(one.description, Some(one.number));
        assert_eq!(copy.description, Some(one.number));
        // Itself, the copy, and both again in the child.
        assert_eq!(one.sharers, 3);
        assert_ne!(one.shared_with[0].pid, zoo.animal.pid());
        let alone: Vec<&Descriptor> = (table.descriptors.iter())
            .filter(|one| one.target.ends_with("/read"))
            .collect();
        assert_eq!(alone.len(), 2);
        for one in alone {
            assert_eq!((one.description, one.sharers), (Some(one.number), 1));
        }
        assert_eq!(table.table_shared_with, [] as [i32; 0]);
    }
}

#[test]
fn many_that_are_alike_are_all_found_at_every_depth() {
    let script = "import os\n\
        os.open('/etc/passwd', os.O_RDONLY)\n\
        for _ in range(300): os.open('/etc/passwd', os.O_RDONLY)\n\
        for _ in range(100): os.dup(3)\n\
        print(flush=True)\n\
        input()";
    let Ok(_) = Command::new("python3")
        .arg("-V")
        .stdout(Stdio::null())
        .status()
    else {
        println!("skipped: needs Python");
        return;
    };
    let python = Animal::start(Command::new("python3").args(["-c", script])).has_begun();
    for depth in [Depth::Usual, Depth::All] {
        let table = descriptors(python.pid(), depth).unwrap();
        let groups = syslab::model::table::groups(&table);
        assert_eq!(groups[0].key.what, "/etc/passwd");
        assert_eq!(groups[0].members.len(), 401);
        let first = table.descriptor(3).unwrap();
        if let Some(description) = first.description {
            assert_eq!((description, first.sharers), (3, 100));
            assert_eq!(
                first.shared_with.len(),
                syslab::model::table::HOLDERS,
                "some are named"
            );
        }
        let has_details = groups[0].members.iter().all(|one| one.flags.is_some());
        assert_eq!(has_details, depth == Depth::All);
        assert!(groups[0].members.iter().all(|one| one.size.is_some()));
    }
}

fn syslab(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syslab"));
    command
        .args(["fds", "inspect"])
        .args(args)
        .env("PAGER", "cat")
        .stdin(Stdio::null());
    command
}

#[test]
fn the_command_shows_what_was_found() {
    let zoo = Zoo::open();
    let pid = zoo.animal.pid().to_string();
    let json = syslab(&[&pid, "--json"]).output().unwrap();
    assert!(json.status.success());
    let table: Table = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(table.pid, zoo.animal.pid());
    assert_eq!(table.name, "descriptors");
    let text = syslab(&[&pid, "-v"]).output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    for number in table.descriptors.iter().map(|one| one.number) {
        let has_line = text.lines().any(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some(&number.to_string())
        });
        assert!(has_line, "{number}: {text}");
    }
    let gone = syslab(&["2147483647"]).output().unwrap();
    assert_eq!(gone.status.code(), Some(i32::from(syslab::exit::USAGE)));
}

#[test]
fn what_is_anothers_is_refused_with_what_to_do() {
    const NOBODY: u32 = 65_534;
    if !nix::unistd::geteuid().is_root() {
        println!("skipped: needs root");
        return;
    }
    // Where nobody may execute it.
    let place = tempfile::tempdir().unwrap();
    let everybody = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(place.path(), everybody).unwrap();
    let program = place.path().join("syslab");
    copy_program(env!("CARGO_BIN_EXE_syslab"), &program);
    let animal = Animal::start(&mut Command::new("cat"));
    let pid = animal.pid().to_string();
    for (options, said) in [
        (&[][..], "may not be known: EACCES"),
        (&["--json"], "may not be known: EACCES"),
        (&["--who", "--for", "1"], "cannot trace process"),
    ] {
        let output = Command::new(&program)
            .args(["fds", "inspect", &pid])
            .args(options)
            .current_dir("/")
            .uid(NOBODY)
            .gid(NOBODY)
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(i32::from(syslab::exit::MACHINE)));
        assert!(stderr.contains(said), "{stderr}");
        assert!(stderr.contains("hint: "), "{stderr}");
        assert!(output.stdout.is_empty(), "stdout is for data");
    }
}

#[test]
fn a_zombie_has_nothing_open() {
    let parent = Animal::shell("(exit 7) & exec cat");
    let snapshot = parent.until(|snapshot| {
        let root = super::root(snapshot);
        root.name == "cat" && !root.zombies.is_empty()
    });
    let zombie = super::root(&snapshot).zombies[0];
    let table = descriptors(zombie, Depth::All).unwrap();
    assert_eq!((table.descriptors.len(), table.refused.len()), (0, 0));
    let ordinary = Place::new(User::Ordinary);
    let inspect = ["fds", "inspect", &zombie.to_string()];
    let output = ordinary.syslab().args(inspect).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn watching_tells_what_grows_until_the_process_ends() {
    let script = "i=0; while read line; do eval \"exec $((3 + i))</etc/passwd\"; i=$((i + 1)); \
        echo; done";
    let mut shell = Animal::shell(script);
    let pid = shell.pid().to_string();
    let mut watch = syslab(&[&pid, "--watch=0.1"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut until = |wanted: &str| {
        let found = lines.find(|line| line.as_ref().unwrap().contains(wanted));
        found.unwrap().unwrap()
    };
    // The first picture ends with what the shell was started with.
    until("descriptors are open");
    let stdin = shell.0.stdin.as_mut().unwrap();
    for count in 1..=5 {
        stdin.write_all(b"open\n").unwrap();
        let line = until(&format!("/etc/passwd, now {count}"));
        assert!(line.contains("  +1 file r /etc/passwd"), "{line}");
    }
    drop(shell.0.stdin.take());
    shell.0.wait().unwrap();
    until("has ended");
    assert!(watch.wait().unwrap().success());
}
