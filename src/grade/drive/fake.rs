//! The driver against an engine that loses, doubles, delays, reorders, lies and tears.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::grade::run::tests::{examined, run};
use crate::grade::run::{Manifest, Mark, RunDir, State};

/// Numbers that look random; xorshift64 of Marsaglia, Journal of Statistical Software 8(14), 2003.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn is_one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }
}

/// A worker of the fake engine; several may work on the same chunk.
struct Worker {
    chunk: String,
    node: String,
    todo: Vec<String>,
    busy: Option<Mark>,
    /// It goes on, and nobody hears of it.
    is_cut_off: bool,
}

/// An engine that does everything wrong that engines were seen to do.
struct Fake<'a> {
    run: &'a RunDir,
    dice: Dice,
    workers: Vec<Worker>,
    /// Chunks of which it says that they are gone.
    gone: BTreeSet<String>,
    /// Submissions that kill whoever examines them.
    poison: BTreeSet<String>,
    /// How much more may go wrong by chance.
    mishaps: u32,
    /// Tries that ended by chance, by key: so that nobody innocent is hit three times.
    hit: BTreeMap<String, u32>,
    nodes: u32,
    submitted: BTreeSet<String>,
}

/// Longer than any machine lets a test take; who is to be silent is made so.
const LEASE: Duration = Duration::from_hours(24);

impl<'a> Fake<'a> {
    fn new(run: &'a RunDir, seed: u64, poison: BTreeSet<String>) -> Self {
        Self {
            run,
            dice: Dice(seed | 1),
            workers: Vec::new(),
            gone: BTreeSet::new(),
            poison,
            mishaps: 40,
            hit: BTreeMap::new(),
            nodes: 0,
            submitted: BTreeSet::new(),
        }
    }

    fn mishap(&mut self, sides: u64) -> bool {
        let happens = self.mishaps > 0 && self.dice.is_one_in(sides);
        self.mishaps -= u32::from(happens);
        happens
    }

    fn start(&mut self, chunk: &Chunk) {
        self.nodes += 1;
        self.workers.push(Worker {
            chunk: chunk.name.clone(),
            node: format!("n{}", self.nodes),
            todo: chunk.keys.clone(),
            busy: None,
            is_cut_off: false,
        });
        self.run.beat(&chunk.name).unwrap();
    }

    /// Makes the last sign of life of a chunk an old one.
    fn silence(&self, chunk: &str) {
        let path = self.run.path(&format!("beats/{chunk}"));
        if let Ok(file) = std::fs::File::options().write(true).open(path) {
            file.set_modified(std::time::UNIX_EPOCH).unwrap();
        }
    }

    /// One worker does something.
    fn turn(&mut self) {
        if self.workers.is_empty() {
            return;
        }
        let at = self.dice.roll(self.workers.len() as u64) as usize;
        let mut worker = self.workers.swap_remove(at);
        if !worker.is_cut_off {
            self.run.beat(&worker.chunk).unwrap();
        }
        let Some(mark) = worker.busy.take() else {
            match worker.todo.pop() {
                Some(key) => {
                    if !self.run.has_result(&key) {
                        let mark = self.run.begin(&key, &worker.chunk, &worker.node).unwrap();
                        worker.busy = Some(mark);
                    }
                    self.workers.push(worker);
                }
                None => self.over(&worker.chunk),
            }
            return;
        };
        if self.poison.contains(&mark.key) {
            return self.die(&worker);
        }
        let mut at_risk = self.busy_with(&worker.chunk);
        at_risk.insert(mark.key.clone());
        let is_spared = |key: &String| self.hit.get(key).is_some_and(|hits| *hits >= 2);
        if !at_risk.iter().any(is_spared) && self.mishap(6) {
            for key in at_risk {
                *self.hit.entry(key).or_default() += 1;
            }
            if self.dice.is_one_in(2) {
                // Half a result under the final name.
                let path = self.run.path(&format!("results/{}.json", mark.key));
                if !path.exists() {
                    std::fs::write(path, "{\"key\":\"").unwrap();
                }
            }
            match self.dice.roll(3) {
                // The machine is cut off: its work goes on, and comes late.
                0 => {
                    worker.is_cut_off = true;
                    worker.todo.clear();
                    worker.busy = Some(mark);
                    self.silence(&worker.chunk);
                    self.workers.push(worker);
                }
                // The scheduler hears of it.
                1 => self.die(&worker),
                // The scheduler does not hear of it.
                _ => self.silence(&worker.chunk),
            }
            return;
        }
        self.run.publish(&mark, &examined(&mark)).unwrap();
        self.run.end(&mark, State::Done, "").unwrap();
        self.workers.push(worker);
    }

    /// What those workers of a chunk are busy with who are not the one whose turn it is.
    fn busy_with(&self, chunk: &str) -> BTreeSet<String> {
        let of_chunk = self.workers.iter().filter(|worker| worker.chunk == chunk);
        of_chunk
            .filter_map(|worker| Some(worker.busy.as_ref()?.key.clone()))
            .collect()
    }

    fn over(&mut self, chunk: &str) {
        let mut others = self.workers.iter().filter(|worker| worker.chunk == chunk);
        if others.all(|worker| worker.is_cut_off) {
            self.gone.insert(chunk.to_owned());
            self.silence(chunk);
        }
    }

    fn die(&mut self, worker: &Worker) {
        self.over(&worker.chunk);
    }
}

impl Engine for Fake<'_> {
    fn submit(&mut self, chunks: &[Chunk], _: &[String]) -> Result<(), EngineError> {
        if self.mishap(5) {
            return Err(EngineError::Transient("unable to contact".to_owned()));
        }
        let mut chunks = chunks.to_vec();
        if self.dice.is_one_in(2) {
            chunks.reverse();
        }
        for chunk in &chunks {
            assert!(
                self.submitted.insert(chunk.name.clone()),
                "no name comes twice"
            );
            match self.mishap(6) {
                // Lost on the way.
                true => {
                    self.gone.insert(chunk.name.clone());
                }
                false => self.start(chunk),
            }
            if self.mishap(8) {
                self.start(chunk);
            }
        }
        Ok(())
    }

    fn poll(&mut self, chunks: &[&str]) -> Result<Vec<(String, Hint)>, EngineError> {
        for _ in 0..self.dice.roll(8) {
            self.turn();
        }
        if self.mishap(10) {
            return Err(EngineError::Transient("unable to contact".to_owned()));
        }
        let hints = chunks.iter().map(|name| {
            let hint = match self.gone.contains(*name) {
                true => Hint::Gone("signal 9".to_owned()),
                false => Hint::Running,
            };
            ((*name).to_owned(), hint)
        });
        Ok(hints.collect())
    }

    fn cancel(&mut self, chunks: &[&str]) {
        // Nobody who is cut off hears of it.
        self.workers
            .retain(|worker| worker.is_cut_off || !chunks.contains(&worker.chunk.as_str()));
        self.gone
            .extend(chunks.iter().map(|name| (*name).to_owned()));
    }
}

fn trust() -> Trust {
    Trust {
        lease: Some(LEASE),
        fruitless: 50,
        slots: 3,
    }
}

/// Drives until nothing is missing; now and then the driver is killed and another goes on.
fn drive(run: &RunDir, manifest: &Manifest, engine: &mut Fake<'_>) {
    let mut driver = Driver::begin(run, manifest, trust()).unwrap();
    for _ in 0..20_000 {
        if driver.step(engine).unwrap() == Step::Done {
            return;
        }
        if engine.mishap(30) {
            driver = Driver::begin(run, manifest, trust()).unwrap();
        }
    }
    panic!("it does not come to an end: {:?}", driver.tally());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nobody_is_lost_and_nobody_innocent_blamed(seed in any::<u64>(), class in 1..30_usize, poisons in 0..3_usize) {
        let names: Vec<String> = (0..class).map(|nth| format!("s{nth}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (_dir, run, manifest) = run(&names);
        let poison: BTreeSet<String> = manifest
            .tasks
            .iter()
            .take(poisons)
            .map(|task| task.key.clone())
            .collect();
        let mut engine = Fake::new(&run, seed, poison.clone());
        drive(&run, &manifest, &mut engine);
        for task in &manifest.tasks {
            let result = run.examined(&task.key).unwrap();
            prop_assert_eq!(result.is_none(), poison.contains(&task.key), "{}", task.name);
        }
        let given_up = run.given_up(&manifest).unwrap();
        let keys: BTreeSet<String> = given_up.iter().map(|one| one.key.clone()).collect();
        prop_assert_eq!(keys, poison);
        for one in given_up {
            // More often than that where two workers had it at the same time.
            let is_named = one.because.starts_with("it took the grader down ") && one.because.contains(" times: ");
            prop_assert!(is_named, "{}", one.because);
        }
    }
}

/// Of two machines one ends whatever it is given, and so gets nearly all.
#[test]
fn a_machine_that_swallows_work_stops_nobody() {
    struct Swallowing<'a>(&'a RunDir);
    impl Engine for Swallowing<'_> {
        fn submit(&mut self, chunks: &[Chunk], _: &[String]) -> Result<(), EngineError> {
            let chunk = &chunks[0];
            for key in &chunk.keys {
                let mark = self.0.begin(key, &chunk.name, "n1").unwrap();
                self.0.publish(&mark, &examined(&mark)).unwrap();
                self.0.end(&mark, State::Done, "").unwrap();
            }
            Ok(())
        }
        fn poll(&mut self, chunks: &[&str]) -> Result<Vec<(String, Hint)>, EngineError> {
            let gone = |name: &&str| ((*name).to_owned(), Hint::Gone("its job ended".to_owned()));
            Ok(chunks.iter().map(gone).collect())
        }
        fn cancel(&mut self, _: &[&str]) {}
    }
    let (_dir, run, manifest) = run(&["ada", "bob", "cai", "dora", "eve", "fay"]);
    let trust = Trust {
        fruitless: 3,
        ..trust()
    };
    let mut driver = Driver::begin(&run, &manifest, trust).unwrap();
    let mut engine = Swallowing(&run);
    while driver.step(&mut engine).unwrap() != Step::Done {}
    assert_eq!(driver.tally().unwrap().graded, manifest.tasks.len());
}

#[test]
fn an_engine_that_never_begins_is_given_up() {
    struct Nothing;
    impl Engine for Nothing {
        fn submit(&mut self, _: &[Chunk], _: &[String]) -> Result<(), EngineError> {
            Ok(())
        }
        fn poll(&mut self, chunks: &[&str]) -> Result<Vec<(String, Hint)>, EngineError> {
            let gone = |name: &&str| ((*name).to_owned(), Hint::Gone("no such node".to_owned()));
            Ok(chunks.iter().map(gone).collect())
        }
        fn cancel(&mut self, _: &[&str]) {}
    }
    let (_dir, run, manifest) = run(&["ada"]);
    let trust = Trust {
        fruitless: 3,
        ..trust()
    };
    let mut driver = Driver::begin(&run, &manifest, trust).unwrap();
    let error = (0..20)
        .find_map(|_| driver.step(&mut Nothing).err())
        .unwrap();
    assert_eq!(error.to_string(), "workers come to nothing: no such node");
    assert!(run.given_up(&manifest).unwrap().is_empty());
}
