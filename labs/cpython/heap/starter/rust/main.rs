//! Counts references; so far it frees nothing.

use std::collections::HashMap;
use std::io;

/// An object, as an index into `things`.
type Id = usize;

/// An object of the script's: how many references lead to it, and what it refers to.
#[derive(Default)]
struct Thing {
    #[expect(dead_code, reason = "nothing is said of what is freed yet")]
    name: String,
    count: usize,
    attributes: HashMap<String, Id>,
    #[expect(dead_code, reason = "nothing is freed yet")]
    items: Vec<Id>,
}

#[derive(Default)]
struct Heap {
    names: HashMap<String, Id>,
    /// All that were ever made.
    things: Vec<Thing>,
}

impl Heap {
    /// Gives up a reference.
    fn release(&mut self, id: Id) {
        self.things[id].count -= 1;
        // TODO: what if it was the last one? What did the thing refer to? How deep can that go?
    }

    fn make(&mut self, name: &str, items: Vec<Id>) {
        for item in &items {
            self.things[*item].count += 1;
        }
        self.things.push(Thing {
            name: name.to_owned(),
            items,
            ..Thing::default()
        });
        self.name(name, self.things.len() - 1);
    }

    fn name(&mut self, name: &str, id: Id) {
        self.things[id].count += 1;
        if let Some(old) = self.names.insert(name.to_owned(), id) {
            self.release(old);
        }
    }

    fn set(&mut self, target: Id, attribute: &str, id: Id) {
        self.things[id].count += 1;
        let attributes = &mut self.things[target].attributes;
        if let Some(old) = attributes.insert(attribute.to_owned(), id) {
            self.release(old);
        }
    }

    /// The object at `a`, or at `a.x`.
    fn find(&self, place: &str) -> Id {
        // TODO: what if there is none?
        match place.split_once('.') {
            Some((name, attribute)) => self.things[self.names[name]].attributes[attribute],
            None => self.names[place],
        }
    }

    /// Does a line, and returns what is to be printed, if anything is.
    fn run(&mut self, line: &str) -> Option<String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["new", name] => self.make(name, Vec::new()),
            ["list", name, items @ ..] => {
                let items = items.iter().map(|item| self.find(item)).collect();
                self.make(name, items);
            }
            ["alias", name, place] => self.name(name, self.find(place)),
            ["del", name] => {
                let id = self.names.remove(*name).expect("there is such a name");
                self.release(id);
            }
            ["set", target, place] => {
                let (name, attribute) = target.split_once('.').expect("there is a dot");
                self.set(self.find(name), attribute, self.find(place));
            }
            ["unset", target] => {
                let (name, attribute) = target.split_once('.').expect("there is a dot");
                let (of, id) = (self.find(name), self.find(target));
                self.things[of].attributes.remove(attribute);
                self.release(id);
            }
            ["probe", place] => {
                return Some(format!("count {}", self.things[self.find(place)].count));
            }
            ["gc"] => {} // TODO: what cannot be reached from any name?
            _ => {}      // TODO: a line that is no operation, or has too few words, or too many.
        }
        // TODO: say what the line has freed.
        None
    }
}

fn main() {
    let mut heap = Heap::default();
    for (at, line) in io::stdin().lines().enumerate() {
        let line = line.expect("it is text");
        if let Some(text) = heap.run(&line) {
            println!("{} {text}", at + 1);
        }
    }
}
