//! What the process holds that each check has a submission look at.
//!
//! Its standard streams are /dev/null (where it moves, it is told so over its standard input, of which
//! anything may be said); everything else is asked for here, in the words of `stimulus::actor::hold`.

use crate::lessons::chance::Source;
use crate::lessons::stories::{experiment, trigger, words};
use crate::model::experiment::TARGET;
use crate::model::{Arming, Experiment, Limits, Role, Run, Strike};

/// A child of the target that has ended and that nobody waits for; the first has told us of it.
pub(super) const ZOMBIE: u32 = TARGET + 2;

/// The child after that, which lives and is guarded: nobody inside may look at it. (At the box's init
/// others may not look either, but they may list its descriptors where its user is theirs.)
const GUARDED: u32 = ZOMBIE + 1;

/// What is observed: each way to ask for something by its name.
const WATCH: &[&str] = &["file", "getdents64"];

/// Descriptors where very many are, but for the three streams. Machines that permit no more than
/// 20,000 are not rare, and the target itself needs one.
const MANY: u64 = 19_996;

/// Calls that one may take, on average.
pub(super) const CALLS_EACH: u64 = 16;

/// A look at a process that holds this.
fn look(items: &[String]) -> Run {
    let mut target = words(&["hold"]);
    target.extend_from_slice(items);
    Run {
        args: vec![TARGET.to_string()],
        watch: words(WATCH),
        target: Some(target),
        buffer: 256,
        ..Run::default()
    }
}

/// Gives numbers out, with gaps.
struct Numbers {
    source: Source,
    next: u64,
}

impl Numbers {
    fn new(seed: u64, stream: &str) -> Self {
        Self {
            source: Source::new(seed, stream),
            next: 3,
        }
    }

    /// The next one.
    fn one(&mut self) -> u64 {
        let number = self.next + self.source.between(0, 2);
        self.next = number + 1;
        number
    }

    /// These things, each at its number; those that have two ends at two.
    fn of(&mut self, things: &[&str]) -> Vec<String> {
        const TWO_ENDS: [&str; 5] = ["pipe", "tcp", "tcp6", "tcp6-mapped", "unix"];
        let each = things.iter().map(|thing| match TWO_ENDS.contains(thing) {
            true => format!("{},{}:{thing}", self.one(), self.one()),
            false => format!("{}:{thing}", self.one()),
        });
        each.collect()
    }

    /// A path of the lab directory.
    fn path(&mut self) -> String {
        format!("/lab/{}", self.source.word(7))
    }
}

/// Numbers of one, two and three digits, in no order.
pub(super) fn numbers(seed: u64) -> Vec<Experiment> {
    let mut numbers = Numbers::new(seed, "numbers");
    let few = look(&[]);
    let mut items = Vec::new();
    let highest = numbers.source.between(500, 900);
    let tens = numbers.source.between(10, 19);
    let hundreds = numbers.source.between(100, 190);
    for number in [hundreds, 9, highest, tens, 3, 21, hundreds + 1] {
        items.push(format!("{number}:file/r:{}", numbers.path()));
    }
    items.push("31,30:pipe".to_owned());
    vec![
        experiment("numbers with gaps, of one to three digits", look(&items)),
        Experiment {
            story: format!("three descriptors, of process {TARGET}"),
            ..experiment("", few)
        },
    ]
}

/// One of each kind.
pub(super) fn kinds(seed: u64) -> Vec<Experiment> {
    let mut numbers = Numbers::new(seed, "kinds");
    let mut items = numbers.of(&["pipe", "epoll", "eventfd", "timerfd", "signalfd", "inotify"]);
    items.extend(numbers.of(&["pidfd", "tcp-listen", "udp-bound", "unix", "netlink"]));
    let mut named: Vec<String> = ["file/r", "dir/r", "fifo/rw", "link"]
        .iter()
        .map(|what| format!("{what}:{}", numbers.path()))
        .collect();
    named.push("device/rw:/dev/zero".to_owned());
    named.push(format!("memfd:{}", numbers.source.word(6)));
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    items.extend(numbers.of(&named));
    vec![experiment("a descriptor of each kind", look(&items))]
}

/// Opened in each way, whatever the file itself permits.
pub(super) fn modes(seed: u64) -> Vec<Experiment> {
    let mut numbers = Numbers::new(seed, "modes");
    let named: Vec<String> = [
        "file/r",
        "file/w",
        "file/rw",
        "file/path",
        "dir/r",
        "dir/path",
        "fifo/r",
        "fifo/rw",
    ]
    .iter()
    .map(|what| format!("{what}:{}", numbers.path()))
    .chain([
        "device/w:/dev/null".to_owned(),
        "device/r:/dev/null".to_owned(),
    ])
    .collect();
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    let mut items = numbers.of(&named);
    items.extend(numbers.of(&["pipe", "unix", "inotify", "eventfd", "tcp-listen"]));
    vec![experiment(
        "descriptors for reading, writing, both and neither",
        look(&items),
    )]
}

/// Sockets in each state.
pub(super) fn sockets(seed: u64) -> Vec<Experiment> {
    let mut numbers = Numbers::new(seed, "sockets");
    let path = numbers.path();
    let abstracted = numbers.source.word(9);
    let local = [
        format!("unix-listen:{path}"),
        format!("unix-listen:{path} two"),
        format!("unix-abstract:{abstracted}"),
    ];
    let mut kinds = vec!["unix", "unix-unbound"];
    kinds.extend(local.iter().map(String::as_str));
    let mut told = |story: &str, things: &[&str]| experiment(story, look(&numbers.of(things)));
    vec![
        told(
            "IPv4: listening, connected, bound, neither",
            &[
                "tcp-listen",
                "tcp-listen-any",
                "tcp",
                "tcp-unbound",
                "udp-bound",
                "udp-any",
                "udp",
                "udp-unbound",
            ],
        ),
        told(
            "IPv6: listening, connected, bound, neither; IPv4 in its clothes",
            &[
                "tcp6-listen",
                "tcp6-listen-any",
                "tcp6",
                "tcp6-mapped",
                "tcp6-unbound",
                "udp6-bound",
                "udp6",
            ],
        ),
        told(
            "Unix sockets: pairs, with a path, with an abstract name, without",
            &kinds,
        ),
    ]
}

/// Files that have a name, files that have none, and files whose name lies.
pub(super) fn deleted(seed: u64) -> Vec<Experiment> {
    let mut numbers = Numbers::new(seed, "deleted");
    let named: Vec<String> = ["gone/r", "file/r", "gone/rw", "replaced/w", "gone-dir/r"]
        .iter()
        .map(|what| format!("{what}:{}", numbers.path()))
        .collect();
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    let honest = format!("file/r:{} (deleted)", numbers.path());
    let twice = format!("gone/r:{} (deleted)", numbers.path());
    let mut items = numbers.of(&named);
    items.extend(numbers.of(&[honest.as_str(), twice.as_str()]));
    vec![experiment(
        "files that were removed or replaced, and files that only say so",
        look(&items),
    )]
}

/// Names with every byte that means something elsewhere.
pub(super) fn odd_names(seed: u64) -> Vec<Experiment> {
    let mut numbers = Numbers::new(seed, "odd names");
    let names = [
        "a%09tab",
        "a%0anewline",
        "a%5cbackslash",
        "a%5cnot a newline",
        "two  blanks",
        "%ff%fe%80",
        "%c3%a4%e2%82%ac",
        "%1b[31mred",
        "-> arrow",
        "a%0d",
        "a%0b%0c%1c%1d%1e%c2%85%e2%80%a8lines",
    ];
    let files: Vec<String> = names
        .iter()
        .map(|name| format!("file/r:{}{name}", numbers.path()))
        .collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let memfd = format!("memfd:{}%09%0a", numbers.source.word(4));
    let mut items = numbers.of(&files);
    items.extend(numbers.of(&[&*memfd]));
    vec![experiment("names of odd bytes", look(&items))]
}

/// A small process that changes, or ends, before each call about it.
pub(super) fn moving(seed: u64) -> Vec<Experiment> {
    let mut numbers = Numbers::new(seed, "moving");
    let [first, second, last, fresh] = [(); 4].map(|()| numbers.path());
    let items = [
        format!("4:file/r:{first}"),
        format!("-5:file/rw:{second}"),
        "-9:tcp-listen".to_owned(),
        "20:udp-bound".to_owned(),
        format!("21:file/w:{last}"),
        format!("+30:file/r:{fresh}"),
    ];
    // All that a program can ask about a process, by its path or by what it has open of it.
    let calls = &["file", "getdents64", "read"];
    let points = trigger(
        &[calls],
        Role::Below(format!("/proc/{TARGET}")),
        Arming::Begin,
    );
    let run = Run {
        watch: words(&["file", "getdents64", "read"]),
        ..look(&items)
    };
    vec![
        experiment("descriptors are closed and opened as it looks", run.clone())
            .swept(&[Strike::TargetMoves], points.clone()),
        experiment("the process ends as it looks", run).swept(&[Strike::TargetEnds], points),
    ]
}

/// Processes that are not there or not to be looked at, and arguments that are none.
pub(super) fn refusals(seed: u64) -> Vec<Experiment> {
    let mut numbers = Numbers::new(seed, "refusals");
    let file = format!("3:file/r:{}", numbers.path());
    let items = [file, "0:zombie".to_owned(), "0:guarded".to_owned()];
    let told = |story: &str, args: &[&str]| {
        let mut run = look(&items);
        run.args = words(args);
        experiment(story, run)
    };
    let nobody = numbers.source.between(4_200_000, 4_900_000).to_string();
    let one_in_2_to_32 = (u64::from(TARGET) + (1 << 32)).to_string();
    let mut experiments = vec![
        told("a process that does not exist", &[&nobody]),
        told(
            "a process that may not be looked at: it is not dumpable",
            &[&GUARDED.to_string()],
        ),
        told("a zombie", &[&ZOMBIE.to_string()]),
        told(
            "a number that is larger than any process has",
            &[&one_in_2_to_32],
        ),
        told("no argument", &[]),
    ];
    for (story, arg) in [
        ("a word", "self".to_owned()),
        ("an empty argument", String::new()),
        ("a number with a letter behind it", format!("{TARGET}x")),
        ("a number with a minus", format!("-{TARGET}")),
        ("a number with a plus", format!("+{TARGET}")),
        ("a number with a blank before it", format!(" {TARGET}")),
        ("a number with a newline behind it", format!("{TARGET}\n")),
        ("a number with an underscore in it", format!("0_{TARGET}")),
        ("a path", format!("{TARGET}/task/{TARGET}")),
    ] {
        experiments.push(told(story, &[&arg]));
    }
    experiments
}

/// Very many descriptors; and as many with few sockets and with many.
pub(super) fn many(seed: u64) -> Vec<Experiment> {
    let mut source = Source::new(seed, "many");
    let all_calls = |descriptors: u64, sockets: u64| Run {
        // How often threads wait for one another is the scheduler's affair.
        watch: words(&["all", "!futex", "!sched_yield"]),
        buffer: 16,
        limits: Limits {
            // Entry and return of each call that is allowed, and some for its beginning.
            events: 2 * CALLS_EACH * descriptors + 100_000,
            files: (1024, 1024),
            ..Limits::default()
        },
        ..look(&[format!("3:many:{descriptors},{sockets}")])
    };
    let sockets = source.between(90, 110);
    let few_and_many = experiment(
        "1,000 descriptors, first few of them sockets and then most",
        all_calls(1000, sockets),
    )
    .then(all_calls(1000, sockets + 600));
    vec![
        few_and_many,
        experiment("19,999 descriptors", all_calls(MANY, sockets)),
    ]
}
