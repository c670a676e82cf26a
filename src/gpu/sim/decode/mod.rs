//! A PTX module's kernel as a program: names resolved, opcodes understood.
//!
//! What is not understood is an error that names the opcode and the learner's line.

mod arithmetic;
mod body;
mod control;
mod conversions;
mod floats;
mod layout;
mod memory;
mod moves;
mod names;
mod opcode;
mod packed;
mod places;
mod updates;
mod warp;

use std::collections::HashMap;

use super::program::{Func, Inst, Lanes, Program, Special, windows};
use crate::gpu::fault::Site;
use crate::gpu::launch::Dim3;
use crate::gpu::ptx::{Function, Instruction, Module, ParseError};

/// A program may have this many instructions.
const MAX_CODE: usize = 1 << 21;
/// All programs of a module together may have this many.
pub(super) const MAX_CODE_OF_ALL: usize = 1 << 22;
/// A function may have this many registers.
const MAX_REGISTERS: u32 = 1 << 15;
/// A kernel may have this many constants.
const MAX_CONSTANTS: usize = 1 << 16;

/// Why a module cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The text is no PTX.
    #[error("PTX line {line}: {what}")]
    Parse {
        /// The line of the PTX text.
        line: u32,
        /// What is wrong there.
        what: String,
    },
    /// The simulator does not know an instruction, function or directive.
    #[error("the simulator does not support {opcode}{}", at(source_site, *line))]
    Unsupported {
        /// The opcode, or the call.
        opcode: String,
        /// The line of the PTX text.
        line: u32,
        /// The line of the program's source, if the PTX tells.
        source_site: Option<Site>,
    },
    /// Device memory has no room for the module's variables.
    #[error("out of memory: the module's variables need {0} bytes")]
    OutOfMemory(u64),
}

fn at(site: &Option<Site>, line: u32) -> String {
    match site {
        Some(site) => format!(" ({site})"),
        None => format!(" (line {line} of the PTX)"),
    }
}

impl From<ParseError> for LoadError {
    fn from(error: ParseError) -> Self {
        Self::Parse {
            line: error.line,
            what: error.what,
        }
    }
}

/// Why an instruction is not understood.
pub(super) enum Refusal {
    /// The opcode is unknown, or a modifier of it, or it stands with operands that it has not.
    Unknown,
    /// Something else, a callee for instance.
    Named(String),
    /// A mistake in the PTX.
    Wrong(String),
}

/// What a module's names stand for, as far as all its kernels share it.
pub(super) struct Names<'m, 'a> {
    pub(super) module: &'m Module<'a>,
    /// Addresses of variables in global and constant memory.
    pub(super) globals: HashMap<&'a str, u64>,
    /// Definitions by name, with the address that a pointer to them has.
    pub(super) functions: HashMap<&'a str, (&'m Function<'a>, u64)>,
}

impl<'m, 'a> Names<'m, 'a> {
    pub(super) fn new(module: &'m Module<'a>) -> Self {
        let defined = module
            .functions
            .iter()
            .filter(|function| function.body.is_some());
        let functions = defined
            .zip(1_u64..)
            .map(|(function, n)| (function.name, (function, windows::CODE + 16 * n)))
            .collect();
        Self {
            module,
            globals: HashMap::new(),
            functions,
        }
    }
}

/// Decodes one kernel with all that it calls.
pub(super) fn decode<'m, 'a>(
    names: &Names<'m, 'a>,
    kernel: &'m Function<'a>,
) -> Result<Program, LoadError> {
    let reachable = layout::reachable(names, kernel);
    let mut decoder = Decoder {
        names,
        program: Program::default(),
        numbers: HashMap::new(),
        shared: HashMap::new(),
        constants: HashMap::new(),
        specials: HashMap::new(),
        places: places::Places::default(),
        line: kernel.line,
    };
    decoder.signature(kernel)?;
    decoder.lay_out_shared(&reachable)?;
    for (at, function) in reachable.iter().enumerate() {
        decoder.numbers.insert(function.name, at as u32);
        if let Some((_, address)) = names.functions.get(function.name) {
            decoder.program.pointers.insert(*address, at as u32);
        }
    }
    decoder.program.functions = vec![Func::default(); reachable.len()];
    for function in &reachable {
        decoder.prepare(function)?;
    }
    for (at, function) in reachable.iter().enumerate() {
        decoder.body(at, function)?;
    }
    let Decoder {
        mut program,
        places,
        ..
    } = decoder;
    program.places = places.all;
    Ok(program)
}

struct Decoder<'d, 'm, 'a> {
    names: &'d Names<'m, 'a>,
    program: Program,
    /// Functions of the program by name.
    numbers: HashMap<&'a str, u32>,
    /// Variables in shared memory that the module declares.
    shared: HashMap<&'a str, u64>,
    constants: HashMap<u64, u32>,
    specials: HashMap<Special, u32>,
    places: places::Places,
    /// Of the PTX text, for errors.
    line: u32,
}

impl<'m, 'a> Decoder<'_, 'm, 'a> {
    fn wrong<T>(&self, what: impl Into<String>) -> Result<T, LoadError> {
        Err(LoadError::Parse {
            line: self.line,
            what: what.into(),
        })
    }

    fn refuse<T>(&self, refusal: Refusal, instruction: &Instruction<'a>) -> Result<T, LoadError> {
        let opcode = match refusal {
            Refusal::Unknown => instruction.opcode.to_owned(),
            Refusal::Named(name) => name,
            Refusal::Wrong(what) => {
                return Err(LoadError::Parse {
                    line: instruction.line,
                    what: format!("{}: {what}", instruction.opcode),
                });
            }
        };
        Err(LoadError::Unsupported {
            opcode,
            line: instruction.line,
            source_site: self.places.current().cloned(),
        })
    }

    fn signature(&mut self, kernel: &'m Function<'a>) -> Result<(), LoadError> {
        let mut end = 0_u64;
        for param in &kernel.signature.params {
            let offset = end.next_multiple_of(param.align);
            end = offset + param.bytes;
            // PTX ISA, 5.1.6: at most 4 KiB before sm_70, 32,764 bytes since.
            if end > 32_764 {
                return self.wrong(format!("{} has too many parameters", kernel.name));
            }
            let kind = match param.ty.kind {
                crate::gpu::ptx::Kind::Unsigned => 'u',
                crate::gpu::ptx::Kind::Signed => 's',
                crate::gpu::ptx::Kind::Float => 'f',
                _ => 'b',
            };
            let slot = super::program::ParamSlot {
                offset: offset as u32,
                bytes: param.bytes as u32,
            };
            self.program
                .params
                .push((slot, format!("{kind}{}", param.ty.bits)));
        }
        self.program.param_bytes = end as u32;
        self.program.max_threads = kernel
            .max_threads
            .map(|n| n.iter().map(|n| u64::from(*n)).product());
        self.program.required_block = kernel.required_threads.map(|[x, y, z]| Dim3::new(x, y, z));
        Ok(())
    }

    fn constant(&mut self, value: u64) -> Result<u32, LoadError> {
        if let Some(at) = self.constants.get(&value) {
            return Ok(*at);
        }
        let at = self.program.constants.len();
        if at == MAX_CONSTANTS {
            return self.wrong("too many constants");
        }
        let lanes: Lanes = [value; 32];
        self.program.constants.push(lanes);
        self.constants.insert(value, at as u32);
        Ok(at as u32)
    }

    fn special(&mut self, special: Special) -> u32 {
        let program = &mut self.program;
        *self.specials.entry(special).or_insert_with(|| {
            program.specials.push(special);
            (program.specials.len() - 1) as u32
        })
    }

    fn push(&mut self, inst: Inst) -> Result<(), LoadError> {
        if self.program.code.len() >= MAX_CODE {
            return self.wrong("too many instructions");
        }
        self.program.code.push(inst);
        Ok(())
    }
}
