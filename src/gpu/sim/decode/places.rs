//! `.loc` as the learner's lines.
//!
//! Older clangs name only the innermost place, not where a function was inlined. So instructions
//! of files that are not the learner's, and those with line 0, belong to the line before them.

use std::collections::HashMap;

use crate::gpu::fault::Site;
use crate::gpu::ptx::Loc;
use crate::gpu::sim::program::Place;

/// Files of ours, which learners include without writing them.
const OURS: &[&str] = &[
    "syslab_cuda.h",
    "cuda_fp16.h",
    "cuda_fp16.hpp",
    "cooperative_groups.h",
    "cuda_runtime.h",
    "device_launch_parameters.h",
    "math.h",
    "stdio.h",
    "stdint.h",
    "assert.h",
    "float.h",
    "limits.h",
];

/// Whether a file belongs to a compiler or to us.
fn is_foreign(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    OURS.contains(&name)
        || name.starts_with("__clang")
        || name.starts_with("syslab_")
        || file.contains("/lib/clang/")
        || file.starts_with("/usr/include/")
        || file.contains("/nvidia/")
}

/// The places of a program, and the one that is being decoded.
#[derive(Default)]
pub(super) struct Places {
    pub(super) all: Vec<Place>,
    known: HashMap<Place, u32>,
    at: u32,
}

impl Places {
    /// Begins a function: nothing is known of its place yet.
    pub(super) fn begin(&mut self) {
        self.at = self.number(Place::default());
    }

    fn number(&mut self, place: Place) -> u32 {
        if let Some(number) = self.known.get(&place) {
            return *number;
        }
        let number = self.all.len() as u32;
        self.all.push(place.clone());
        self.known.insert(place, number);
        number
    }

    /// Goes to a place; one that says nothing of the learner's files changes nothing.
    pub(super) fn go(&mut self, loc: &Loc, files: &HashMap<u32, String>) {
        let mut sites = Vec::new();
        let mut next = Some(loc);
        while let Some(loc) = next {
            if let (Some(file), true) = (files.get(&loc.file), loc.line > 0)
                && !is_foreign(file)
            {
                sites.push(Site {
                    file: file.clone(),
                    line: loc.line,
                });
            }
            next = loc.inlined_at.as_deref();
        }
        if !sites.is_empty() {
            self.at = self.number(Place { sites });
        }
    }

    /// The number of the place that is being decoded.
    pub(super) fn here(&self) -> u32 {
        self.at
    }

    /// Its innermost line.
    pub(super) fn current(&self) -> Option<&Site> {
        self.all.get(self.at as usize)?.sites.first()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_learners_innermost_line_counts() {
        let files = HashMap::from([
            (1, "/home/me/kernel.cu".to_owned()),
            (2, "/opt/prelude/syslab_cuda.h".to_owned()),
        ]);
        let outer = Loc {
            file: 1,
            line: 20,
            inlined_at: None,
        };
        let mut places = Places::default();
        places.begin();
        assert_eq!(places.current(), None);
        places.go(
            &Loc {
                file: 2,
                line: 5,
                inlined_at: Some(Box::new(outer.clone())),
            },
            &files,
        );
        assert_eq!(places.current().unwrap().to_string(), "kernel.cu:20");
        let inner = Loc {
            file: 1,
            line: 7,
            inlined_at: Some(Box::new(outer)),
        };
        places.go(&inner, &files);
        let lines: Vec<u32> = places.all[places.here() as usize]
            .sites
            .iter()
            .map(|s| s.line)
            .collect();
        assert_eq!(lines, [7, 20]);
        places.go(
            &Loc {
                file: 1,
                line: 0,
                inlined_at: None,
            },
            &files,
        );
        places.go(
            &Loc {
                file: 2,
                line: 9,
                inlined_at: None,
            },
            &files,
        );
        assert_eq!(places.current().unwrap().line, 7);
    }
}
