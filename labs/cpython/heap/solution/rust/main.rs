//! Counts references, frees at once, and collects cycles when it is told to.

use std::collections::HashMap;
use std::io::{self, BufRead, BufWriter, Write};
use std::mem;
use std::process::ExitCode;

/// An object, as an index into the slots: objects refer to each other in all directions, which is
/// not what `Rc` or `&` are for.
type Id = usize;

#[derive(Default)]
struct Thing {
    number: usize,
    name: String,
    count: usize,
    attributes: HashMap<String, Id>,
    items: Vec<Id>,
}

impl Thing {
    fn references(&self) -> impl Iterator<Item = Id> + '_ {
        self.items.iter().chain(self.attributes.values()).copied()
    }
}

#[derive(Default)]
struct Heap {
    names: HashMap<String, Id>,
    /// Those that are alive. A slot is used again, so that a collection costs what is there, and
    /// not what ever was.
    slots: Vec<Option<Thing>>,
    unused: Vec<Id>,
    made: usize,
    /// By the line that is being done.
    freed: Vec<(usize, String)>,
}

/// `a` or `a.x`.
type Place<'a> = (&'a str, Option<&'a str>);

impl Heap {
    fn thing(&mut self, id: Id) -> &mut Thing {
        self.slots[id]
            .as_mut()
            .expect("a reference leads to what is alive")
    }

    /// Gives up a reference, and frees what has none left: with a list, not with recursion.
    fn release(&mut self, id: Id) {
        let mut given_up = vec![id];
        while let Some(id) = given_up.pop() {
            let thing = self.thing(id);
            thing.count -= 1;
            if thing.count == 0 {
                let thing = self.slots[id].take().expect("it was there just now");
                given_up.extend(thing.references());
                self.unused.push(id);
                self.freed.push((thing.number, thing.name));
            }
        }
    }

    fn make(&mut self, name: &str, items: Vec<Id>) {
        for item in &items {
            self.thing(*item).count += 1;
        }
        self.made += 1;
        let thing = Thing {
            number: self.made,
            name: name.to_owned(),
            items,
            ..Thing::default()
        };
        let id = self.unused.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.slots[id] = Some(thing);
        self.name(name, id);
    }

    /// The new reference comes first, and then the old one goes: the new value may be alive through
    /// the old one alone.
    fn name(&mut self, name: &str, id: Id) {
        self.thing(id).count += 1;
        if let Some(old) = self.names.insert(name.to_owned(), id) {
            self.release(old);
        }
    }

    fn set(&mut self, target: Id, attribute: &str, id: Id) {
        self.thing(id).count += 1;
        let attributes = &mut self.thing(target).attributes;
        if let Some(old) = attributes.insert(attribute.to_owned(), id) {
            self.release(old);
        }
    }

    /// Frees what cannot be reached.
    fn collect(&mut self) {
        let alive: Vec<Id> = (0..self.slots.len())
            .filter(|id| self.slots[*id].is_some())
            .collect();
        let references: Vec<Vec<Id>> = self
            .slots
            .iter()
            .map(|slot| slot.iter().flat_map(Thing::references).collect())
            .collect();
        // References that do not come from other things come from names.
        let mut outside: Vec<usize> = self
            .slots
            .iter()
            .map(|slot| slot.as_ref().map_or(0, |one| one.count))
            .collect();
        for id in references.iter().flatten() {
            outside[*id] -= 1;
        }
        let mut is_reached: Vec<bool> = outside.iter().map(|count| *count > 0).collect();
        let mut left: Vec<Id> = alive.iter().copied().filter(|id| is_reached[*id]).collect();
        while let Some(id) = left.pop() {
            for other in &references[id] {
                if !mem::replace(&mut is_reached[*other], true) {
                    left.push(*other);
                }
            }
        }
        // As CPython does it: cut the references, and let the counts do the rest. Holding each of
        // them meanwhile keeps what is still to be cut from being freed.
        let garbage: Vec<Id> = alive.into_iter().filter(|id| !is_reached[*id]).collect();
        for id in &garbage {
            self.thing(*id).count += 1;
        }
        for id in &garbage {
            let thing = self.thing(*id);
            thing.attributes.clear();
            thing.items.clear();
            for other in &references[*id] {
                self.release(*other);
            }
        }
        for id in garbage {
            self.release(id);
        }
    }

    fn find(&self, (name, attribute): Place) -> Result<Id, String> {
        let id = *self
            .names
            .get(name)
            .ok_or_else(|| format!("there is no {name}"))?;
        let Some(attribute) = attribute else {
            return Ok(id);
        };
        let thing = self.slots[id]
            .as_ref()
            .expect("a name leads to what is alive");
        let found = thing.attributes.get(attribute).copied();
        found.ok_or_else(|| format!("{name} has no attribute {attribute}"))
    }

    /// Does a line, and returns what it prints, if anything.
    fn run(&mut self, line: &str) -> Result<Option<String>, String> {
        let mut words = line.split_ascii_whitespace();
        let Some(operation) = words.next() else {
            return Ok(None);
        };
        let places: Vec<Place> = words.map(parsed).collect::<Result<_, _>>()?;
        match (operation, places.as_slice()) {
            ("new", [(name, None)]) => self.make(name, Vec::new()),
            ("list", [(name, None), items @ ..]) => {
                let items = items
                    .iter()
                    .map(|item| self.find(*item))
                    .collect::<Result<_, _>>()?;
                self.make(name, items);
            }
            ("alias", [(name, None), place]) => {
                let id = self.find(*place)?;
                self.name(name, id);
            }
            ("del", [(name, None)]) => {
                let id = self.find((name, None))?;
                self.names.remove(*name);
                self.release(id);
            }
            ("set", [(name, Some(attribute)), place]) => {
                let (target, id) = (self.find((name, None))?, self.find(*place)?);
                self.set(target, attribute, id);
            }
            ("unset", [place @ (name, Some(attribute))]) => {
                let (target, id) = (self.find((name, None))?, self.find(*place)?);
                self.thing(target).attributes.remove(*attribute);
                self.release(id);
            }
            ("probe", [place]) => {
                let id = self.find(*place)?;
                return Ok(Some(format!("count {}", self.thing(id).count)));
            }
            ("gc", []) => self.collect(),
            _ => return Err(format!("{} is no operation", line.trim())),
        }
        if self.freed.is_empty() {
            return Ok(None);
        }
        self.freed.sort_unstable();
        let freed = self
            .freed
            .drain(..)
            .map(|(number, name)| format!(" {name}#{number}"));
        Ok(Some(format!("freed{}", freed.collect::<String>())))
    }
}

fn parsed(word: &str) -> Result<Place<'_>, String> {
    let is_name = |name: &str| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && name
                .bytes()
                .next()
                .is_some_and(|byte| !byte.is_ascii_digit())
    };
    let (name, attribute) = match word.split_once('.') {
        Some((name, attribute)) => (name, Some(attribute)),
        None => (word, None),
    };
    match is_name(name) && attribute.is_none_or(is_name) {
        true => Ok((name, attribute)),
        false => Err(format!("{word} is neither a name nor an attribute of one")),
    }
}

fn main() -> io::Result<ExitCode> {
    let mut output = BufWriter::new(io::stdout().lock());
    let mut heap = Heap::default();
    for (at, line) in io::stdin().lock().split(b'\n').enumerate() {
        let number = at + 1;
        match heap.run(&String::from_utf8_lossy(&line?)) {
            Ok(None) => {}
            Ok(Some(text)) => writeln!(output, "{number} {text}")?,
            Err(why) => {
                output.flush()?;
                eprintln!("line {number}: {why}");
                return Ok(ExitCode::from(2));
            }
        }
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}
