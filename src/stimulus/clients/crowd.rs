//! A crowd that was started, and what its clients saw.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::client::Client;
use crate::model::clients::{Crowd, Sighting};

/// A crowd that was started.
pub(super) struct Running {
    crowd: Rc<Crowd>,
    /// Where its clients are in the list of all.
    pub(super) members: Range<usize>,
    /// How many of them have nothing to do.
    pub(super) idle: usize,
    /// How often it was told to go on.
    pub(super) turn: u32,
}

impl Running {
    pub(super) fn new(crowd: Rc<Crowd>, members: Range<usize>) -> Self {
        Self {
            crowd,
            members,
            idle: 0,
            turn: 0,
        }
    }

    /// What its clients have seen, those together that have seen the same.
    pub(super) fn sightings(&self, clients: &[Client]) -> Vec<Sighting> {
        let mut groups: Vec<Sighting> = Vec::new();
        let mut known: HashMap<Vec<u8>, usize> = HashMap::new();
        for (index, client) in (0..).zip(&clients[self.members.clone()]) {
            let seen = Sighting {
                crowd: self.crowd.name.clone(),
                ..client.sighting()
            };
            let key = serde_json::to_vec(&seen).unwrap_or_default();
            let group = *known.entry(key).or_insert_with(|| {
                groups.push(seen);
                groups.len() - 1
            });
            let clients = &mut groups[group].clients;
            match clients.last_mut() {
                Some((_, last)) if *last + 1 == index => *last = index,
                _ => clients.push((index, index)),
            }
        }
        groups
    }
}
