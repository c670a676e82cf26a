//! Lanes: each task has one, with its process beside it and its children below; the outside world has the
//! first.

use std::collections::BTreeMap;

use crate::model::recording::{Recording, Task, What, World};

use super::data::{Lane, shown};

/// Lanes in the order in which they are shown, and on which of them each event is.
pub(super) struct Lanes {
    pub(super) all: Vec<Lane>,
    of_event: Vec<usize>,
}

impl Lanes {
    /// The lane of an event.
    pub(super) fn of(&self, event: usize) -> usize {
        self.of_event.get(event).copied().unwrap_or(0)
    }

    /// The first lane of the process of a lane.
    pub(super) fn process(&self, lane: usize) -> usize {
        self.all.get(lane).map_or(lane, |lane| lane.process)
    }
}

/// Gives every task of a recording its lane.
///
/// A number that is used again, after its task's end, is another task.
pub(super) fn lanes(recording: &Recording) -> Lanes {
    let mut making = Making::default();
    for (at, event) in recording.events.iter().enumerate() {
        making.event(at, &event.what);
    }
    making.ordered()
}

#[derive(Default)]
struct Making {
    lanes: Vec<Lane>,
    now: BTreeMap<Option<Task>, usize>,
    of_event: Vec<usize>,
}

impl Making {
    fn event(&mut self, at: usize, what: &What) {
        let lane = self.lane(what.task(), at);
        self.of_event.push(lane);
        self.lanes[lane].to = at;
        match what {
            What::Fork { child, thread, .. } => {
                let name = self.lanes[lane].name.clone();
                let process = self.lanes[lane].process;
                let new = self.begin(Some(*child), at);
                let child = &mut self.lanes[new];
                child.parent = Some(lane);
                child.is_thread = *thread;
                child.name = name;
                if *thread {
                    child.process = process;
                }
            }
            What::Exec(_, state) => {
                let name = state.path.rsplit('/').next().unwrap_or_default();
                self.lanes[lane].name = shown(name);
            }
            What::End { status, .. } => self.lanes[lane].end = status.to_string(),
            _ => {}
        }
    }

    /// The lane on which this task is now.
    fn lane(&mut self, task: Option<Task>, at: usize) -> usize {
        match self.now.get(&task) {
            Some(lane) => *lane,
            None => self.begin(task, at),
        }
    }

    fn begin(&mut self, task: Option<Task>, at: usize) -> usize {
        let lane = self.lanes.len();
        self.now.insert(task, lane);
        self.lanes.push(Lane {
            task,
            process: lane,
            parent: None,
            is_thread: false,
            name: String::new(),
            from: at,
            to: at,
            end: String::new(),
        });
        lane
    }

    /// The outside world, and then each process: its threads, and then its children.
    fn ordered(self) -> Lanes {
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); self.lanes.len()];
        let mut open = Vec::new();
        let is_world = |lane: &usize| self.lanes[*lane].task.is_none();
        for (at, lane) in self.lanes.iter().enumerate() {
            match lane.parent {
                // A thread's children belong to its process.
                Some(parent) if lane.is_thread => below[self.lanes[parent].process].push(at),
                Some(parent) => below[parent].push(at),
                None => open.push(at),
            }
        }
        open.sort_by_key(|lane| (!is_world(lane), *lane));
        open.reverse();
        let mut order = Vec::new();
        // Each lane is below one other at most, so that this comes to an end.
        while let Some(lane) = open.pop() {
            order.push(lane);
            let mut next = below[lane].clone();
            next.sort_by_key(|lane| (!self.lanes[*lane].is_thread, *lane));
            open.extend(next.into_iter().rev());
        }
        let mut place = vec![0; self.lanes.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old] = new;
        }
        let mut all: Vec<Lane> = self.lanes;
        for lane in &mut all {
            lane.process = place[lane.process];
            lane.parent = lane.parent.map(|parent| place[parent]);
        }
        let mut placed: Vec<(usize, Lane)> = place.iter().copied().zip(all).collect();
        placed.sort_by_key(|(place, _)| *place);
        Lanes {
            all: placed.into_iter().map(|(_, lane)| lane).collect(),
            of_event: self.of_event.iter().map(|old| place[*old]).collect(),
        }
    }
}

/// Whether something that the outside world did or saw is about a limit, or about what cannot be
/// followed.
pub(super) fn is_trouble(world: &World) -> bool {
    matches!(world, World::Limit(..) | World::Blind(_))
}
