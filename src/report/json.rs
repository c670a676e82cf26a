//! Whole values as JSON: a scorecard, a snapshot of processes, a descriptor table, shared
//! memory, what a load has found out; schema 1 each.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{Formatter, PrettyFormatter};

use crate::model::Scorecard;
use crate::model::load::LoadReport;
use crate::model::memory::Memory;
use crate::model::openings::Openings;
use crate::model::snapshot::Snapshot;
use crate::model::table::Table;
use crate::ui::is_safe;

/// The scorecard as JSON with a newline at its end, as `scorecard.schema.json` describes it.
///
/// Characters that a terminal would obey or that cannot be seen are written as `\uXXXX`, so that
/// the output can be looked at.
pub fn json(card: &Scorecard) -> String {
    written(card)
}

/// The snapshot as JSON, as `processes.schema.json` describes it; escaped like [`json`].
pub fn processes_json(snapshot: &Snapshot) -> String {
    written(snapshot)
}

/// The descriptor table as JSON, as `descriptors.schema.json` describes it; escaped like [`json`].
pub fn descriptors_json(table: &Table) -> String {
    written(table)
}

/// Shared memory as JSON, as `memory.schema.json` describes it; escaped like [`json`].
pub fn memory_json(memory: &Memory) -> String {
    written(memory)
}

/// What a load has found out as JSON, as `load.schema.json` describes it; escaped like [`json`].
pub fn load_json(report: &LoadReport) -> String {
    written(report)
}

/// The account of who opened descriptors as JSON, by the same schema; escaped like [`json`].
pub fn openings_json(openings: &Openings) -> String {
    written(openings)
}

fn written<T: Serialize>(value: &T) -> String {
    let mut written = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut written, Harmless::default());
    value
        .serialize(&mut serializer)
        .expect("the value has only string keys and is written to memory");
    written.push(b'\n');
    String::from_utf8(written).expect("JSON is UTF-8")
}

/// serde_json's pretty form, with unsafe characters escaped.
#[derive(Default)]
struct Harmless(PrettyFormatter<'static>);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for c in fragment.chars() {
            if is_safe(c) {
                write!(writer, "{c}")?;
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
