//! Writers of FIFOs that the outside world plays; see fifo(7).

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::model::{Bytes, World};
use crate::sys::beneath;
use crate::tracer::Tracer;

use super::inputs::below_lab;

/// All writers of a run.
#[derive(Debug, Default)]
pub struct Writers {
    lab: PathBuf,
    writers: Vec<Writer>,
}

/// One writer.
#[derive(Debug)]
struct Writer {
    path: String,
    end: End,
    /// What is still to be written.
    rest: Vec<u8>,
    hangs_up: bool,
}

#[derive(Debug)]
enum End {
    /// Nobody has opened the FIFO for reading.
    Shut,
    Open(File),
    /// It was closed, or nobody reads any more.
    Gone,
}

impl Writers {
    /// Writers of FIFOs in this directory of the host.
    pub fn new(lab: &Path) -> Self {
        Self {
            lab: lab.to_owned(),
            writers: Vec::new(),
        }
    }

    /// Writes these bytes as soon as they can be written.
    pub fn write(&mut self, path: &str, bytes: &[u8]) {
        self.of(path).rest.extend_from_slice(bytes);
    }

    /// Closes the FIFO when all is written.
    pub fn hang_up(&mut self, path: &str) {
        self.of(path).hangs_up = true;
    }

    fn of(&mut self, path: &str) -> &mut Writer {
        let known = self.writers.iter().position(|writer| writer.path == path);
        let at = known.unwrap_or_else(|| {
            self.writers.push(Writer {
                path: path.to_owned(),
                end: End::Shut,
                rest: Vec::new(),
                hangs_up: false,
            });
            self.writers.len() - 1
        });
        &mut self.writers[at]
    }

    /// Does what can be done now; whether that was anything.
    pub fn turn(&mut self, tracer: &mut Tracer) -> bool {
        let mut acted = false;
        for writer in &mut self.writers {
            acted |= writer.turn(&self.lab, tracer);
        }
        acted
    }
}

impl Writer {
    fn turn(&mut self, lab: &Path, tracer: &mut Tracer) -> bool {
        let mut acted = false;
        if matches!(self.end, End::Shut) {
            match File::open(lab).and_then(|lab| beneath::open_fifo(lab, below_lab(&self.path))) {
                Ok(fifo) => {
                    self.end = End::Open(fifo);
                    acted = true;
                }
                Err(error) if error.raw_os_error() == Some(libc::ENXIO) => {}
                // The program has put something else into its place.
                Err(_) => self.end = End::Gone,
            }
        }
        let End::Open(fifo) = &mut self.end else {
            return acted;
        };
        let mut written = 0;
        let mut is_gone = false;
        while written < self.rest.len() {
            match fifo.write(&self.rest[written..]) {
                Ok(more) => written += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                // Nobody reads it any more.
                Err(_) => {
                    is_gone = true;
                    break;
                }
            }
        }
        if written > 0 {
            let rest = self.rest.split_off(written);
            let done = std::mem::replace(&mut self.rest, rest);
            tracer.record(World::Written(self.path.clone(), Bytes::whole(done)));
        }
        let is_done = self.hangs_up && self.rest.is_empty();
        if is_gone || is_done {
            self.end = End::Gone;
            tracer.record(World::HungUp(self.path.clone()));
        }
        acted || written > 0 || is_gone || is_done
    }
}
