//! What became of descriptors: opened, duplicated, inherited, closed, as far as the calls tell.
//!
//! A process' table is what the kernel said of it at its exec(2), and what its calls did to it
//! since. What is used without having been seen to come (a call that was not recorded opened it)
//! lives from its first use. Blind spot: processes that share a table without being one process
//! (CLONE_FILES without CLONE_THREAD) are followed as if each had its own.

mod calls;

use std::collections::{BTreeMap, HashMap};

use crate::model::recording::{Arg, Call, ExecState, Object, Recording, Returned, Task, What};

use super::data::{Descriptor, Life, Strings};
use super::lanes::Lanes;
use calls::Effect;

/// Lives of descriptors, and which mark used which of them.
pub(super) struct Followed {
    pub(super) all: Vec<Descriptor>,
    pub(super) uses: Vec<(usize, usize)>,
    /// Lives that were not kept, because there are too many.
    pub(super) omitted: usize,
}

/// More lives than this are not kept: each of a thousand processes may inherit a thousand.
const LIVES_MAX: usize = 200_000;

/// Follows the descriptors of every process; `mark` tells the mark of an event.
pub(super) fn descriptors(
    recording: &Recording,
    lanes: &Lanes,
    mark: &[usize],
    strings: &mut Strings,
) -> Followed {
    let mut books = Books {
        strings,
        all: Vec::new(),
        places: HashMap::new(),
        tables: HashMap::new(),
        tasks: HashMap::new(),
        uses: Vec::new(),
        lives: 0,
    };
    let born: HashMap<(usize, Option<Task>), usize> = (lanes.all.iter().enumerate())
        .map(|(nth, lane)| ((lane.from, lane.task), nth))
        .collect();
    for (at, event) in recording.events.iter().enumerate() {
        let process = lanes.process(lanes.of(at));
        match &event.what {
            What::Enter(_, call) => {
                for fd in fds(call) {
                    books.used(process, fd, at, mark.get(at).copied());
                }
            }
            What::Exit {
                enter, returned, ..
            } => {
                if let Some(What::Enter(_, call)) = recording.events.get(*enter).map(|e| &e.what) {
                    books.returned(process, call, returned, at);
                }
            }
            What::Fork { child, thread, .. } => {
                if let Some(child) = born.get(&(at, Some(*child))) {
                    books.began(process, *child, *thread, at);
                }
            }
            What::Exec(_, state) => books.execed(process, state, at),
            What::End { .. } => books.ended(process, at),
            _ => {}
        }
    }
    books.ordered()
}

/// The descriptors among a call's arguments, with what they are, where that is known.
fn fds(call: &Call) -> impl Iterator<Item = (i32, Option<&Object>)> {
    call.args.iter().filter_map(|arg| match arg {
        Arg::Fd(fd) if fd.number >= 0 => Some((fd.number, fd.object.as_ref())),
        _ => None,
    })
}

/// The name that a call was given to open, in quotes, where it is not known what that is.
fn named(call: &Call) -> Option<String> {
    call.args.iter().find_map(|arg| match arg {
        Arg::Str(bytes) => Some(format!("{:?}", String::from_utf8_lossy(&bytes.data))),
        _ => None,
    })
}

struct Books<'a> {
    strings: &'a mut Strings,
    all: Vec<Descriptor>,
    /// Where in `all` a process' number is.
    places: HashMap<(usize, i32), usize>,
    /// What is open in a process.
    tables: HashMap<usize, BTreeMap<i32, Option<Object>>>,
    /// Threads of a process besides the first that have not ended.
    tasks: HashMap<usize, usize>,
    uses: Vec<(usize, usize)>,
    /// Lives so far, those that are not kept too.
    lives: usize,
}

impl Books<'_> {
    fn open(&mut self, process: usize, number: i32, object: Option<&Object>, at: usize, how: &str) {
        let table = self.tables.entry(process).or_default();
        table.insert(number, object.cloned());
        self.lives += 1;
        if self.lives > LIVES_MAX {
            return;
        }
        let place = *self.places.entry((process, number)).or_insert_with(|| {
            self.all.push(Descriptor {
                lane: process,
                number,
                lives: Vec::new(),
            });
            self.all.len() - 1
        });
        let name = object.map_or("?", |object| object.name.as_str());
        let life = Life {
            from: at,
            to: None,
            object: self.strings.number(name),
            how: self.strings.number(how),
            end: self.strings.number(""),
        };
        self.all[place].lives.push(life);
    }

    fn close(&mut self, process: usize, number: i32, at: usize, how: &str) {
        let table = self.tables.entry(process).or_default();
        if table.remove(&number).is_none() {
            return;
        }
        let end = self.strings.number(how);
        if let Some(life) = self.life(process, number) {
            life.to = Some(at);
            life.end = end;
        }
    }

    /// The latest life of a number, if it was kept and is not over.
    fn life(&mut self, process: usize, number: i32) -> Option<&mut Life> {
        let place = *self.places.get(&(process, number))?;
        let life = self.all.get_mut(place)?.lives.last_mut();
        life.filter(|life| life.to.is_none())
    }

    /// A call is about a descriptor: what it is now is what the kernel said then.
    fn used(
        &mut self,
        process: usize,
        (number, object): (i32, Option<&Object>),
        at: usize,
        mark: Option<usize>,
    ) {
        let known = self
            .tables
            .get(&process)
            .and_then(|table| table.get(&number));
        match (known, object) {
            (None, Some(_)) => self.open(process, number, object, at, "open when first used"),
            (Some(Some(before)), Some(now)) if !before.is(now) => {
                self.close(process, number, at, "replaced unseen");
                self.open(process, number, object, at, "open when first used");
            }
            (Some(None), Some(now)) => {
                let name = self.strings.number(&now.name);
                if let Some(life) = self.life(process, number) {
                    life.object = name;
                }
                let table = self.tables.entry(process).or_default();
                table.insert(number, object.cloned());
            }
            _ => {}
        }
        let is_open = (self.tables.get(&process)).is_some_and(|table| table.contains_key(&number));
        if let (Some(place), Some(mark), true) =
            (self.places.get(&(process, number)), mark, is_open)
        {
            self.uses.push((mark, *place));
        }
    }

    fn returned(&mut self, process: usize, call: &Call, returned: &Returned, at: usize) {
        for effect in calls::effects(call, returned) {
            match effect {
                Effect::Opens(number, object) => {
                    self.close(process, number, at, &format!("replaced by {}", call.name));
                    self.open(process, number, object.as_ref(), at, &call.name);
                    if object.is_none()
                        && let Some(named) = named(call)
                    {
                        let object = self.strings.number(&named);
                        if let Some(life) = self.life(process, number) {
                            life.object = object;
                        }
                    }
                }
                Effect::Closes(numbers) => {
                    let open = self.tables.get(&process);
                    let closed: Vec<i32> = open
                        .into_iter()
                        .flat_map(|table| table.range(numbers.clone()))
                        .map(|(number, _)| *number)
                        .collect();
                    for number in closed {
                        self.close(process, number, at, &call.name);
                    }
                }
            }
        }
    }

    fn began(&mut self, parent: usize, child: usize, is_thread: bool, at: usize) {
        if is_thread {
            *self.tasks.entry(parent).or_default() += 1;
            return;
        }
        let inherited = self.tables.get(&parent).cloned().unwrap_or_default();
        for (number, object) in inherited {
            self.open(child, number, object.as_ref(), at, "inherited");
        }
    }

    fn execed(&mut self, process: usize, state: &ExecState, at: usize) {
        // All other threads are gone.
        self.tasks.remove(&process);
        let before = self.tables.get(&process).cloned().unwrap_or_default();
        let now: BTreeMap<i32, Option<&Object>> = state
            .fds
            .iter()
            .map(|fd| (fd.number, fd.object.as_ref()))
            .collect();
        for (number, object) in &before {
            let is_same = match (object, now.get(number)) {
                (_, None) => false,
                (Some(before), Some(Some(now))) => before.is(now),
                (_, Some(_)) => true,
            };
            if !is_same {
                self.close(process, *number, at, "closed by exec");
            }
        }
        for (number, object) in now {
            let is_open =
                (self.tables.get(&process)).is_some_and(|table| table.contains_key(&number));
            if !is_open {
                self.open(process, number, object, at, "open at exec");
            }
        }
    }

    /// A task ended; with the last one of its process its descriptors are closed.
    fn ended(&mut self, process: usize, at: usize) {
        if let Some(threads) = self.tasks.get_mut(&process)
            && *threads > 0
        {
            *threads -= 1;
            return;
        }
        let open = self.tables.get(&process).cloned().unwrap_or_default();
        for number in open.into_keys() {
            self.close(process, number, at, "the process ended");
        }
    }

    /// By process and number.
    fn ordered(self) -> Followed {
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        order.sort_by_key(|at| (self.all[*at].lane, self.all[*at].number));
        let mut place = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old] = new;
        }
        let mut all: Vec<(usize, Descriptor)> = place.iter().copied().zip(self.all).collect();
        all.sort_by_key(|(place, _)| *place);
        Followed {
            omitted: self.lives.saturating_sub(LIVES_MAX),
            all: all.into_iter().map(|(_, one)| one).collect(),
            uses: (self.uses.into_iter())
                .map(|(mark, old)| (mark, place[old]))
                .collect(),
        }
    }
}
