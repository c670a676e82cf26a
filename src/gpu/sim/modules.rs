//! A loaded module: its kernels as programs, its variables in memory.

use super::decode::{LoadError, MAX_CODE_OF_ALL, Names, decode};
use super::names::readable;
use super::program::Program;
use crate::gpu::memory::{DevicePtr, Heap};
use crate::gpu::ptx::{self, Function, Init, Module, Number, StateSpace, Var};

/// A module that a simulator has loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LoadedModule(pub(super) usize);

/// What is kept of a module.
#[derive(Debug)]
pub(super) struct Loaded {
    /// Kernels by name, in the order of the text.
    pub(super) kernels: Vec<(String, Program)>,
    /// Variables in global and constant memory: name, address, size in bytes.
    pub(super) variables: Vec<(String, DevicePtr, u64)>,
}

impl Loaded {
    pub(super) fn new(text: &str, heap: &mut Heap) -> Result<Self, LoadError> {
        let module = ptx::parse(text)?;
        let mut made = Vec::new();
        match Self::build(&module, heap, &mut made) {
            Ok(kernels) => Ok(Self {
                kernels,
                variables: made,
            }),
            Err(error) => {
                for (_, ptr, _) in &made {
                    heap.forget(*ptr);
                }
                Err(error)
            }
        }
    }

    fn build(
        module: &Module<'_>,
        heap: &mut Heap,
        made: &mut Vec<(String, DevicePtr, u64)>,
    ) -> Result<Vec<(String, Program)>, LoadError> {
        let mut names = Names::new(module);
        let variables = variables(module);
        for var in &variables {
            let is_constant = var.space == StateSpace::Const;
            let placed = heap.variable(&readable(var.name), var.bytes, is_constant);
            let ptr = placed.map_err(|_| LoadError::OutOfMemory(var.bytes))?;
            made.push((var.name.to_owned(), ptr, var.bytes));
            names.globals.insert(var.name, ptr.0);
        }
        for (var, (_, ptr, _)) in variables.iter().zip(made.iter()) {
            let bytes = initial(var, &names)?;
            heap.write(*ptr, &bytes)
                .map_err(|_| LoadError::OutOfMemory(var.bytes))?;
        }
        let mut kernels: Vec<(String, Program)> = Vec::new();
        let mut instructions = 0;
        for kernel in entries(module) {
            let program = decode(&names, kernel)?;
            instructions += program.code.len();
            if instructions > MAX_CODE_OF_ALL {
                return Err(LoadError::Parse {
                    line: kernel.line,
                    what: "too many instructions in all kernels together".to_owned(),
                });
            }
            kernels.push((kernel.name.to_owned(), program));
        }
        Ok(kernels)
    }
}

fn entries<'m, 'a>(module: &'m Module<'a>) -> impl Iterator<Item = &'m Function<'a>> {
    module
        .functions
        .iter()
        .filter(|function| function.is_entry && function.body.is_some())
}

/// Variables in global and constant memory, those of function bodies too.
fn variables<'m, 'a>(module: &'m Module<'a>) -> Vec<&'m Var<'a>> {
    let is_ours = |var: &&Var<'_>| matches!(var.space, StateSpace::Global | StateSpace::Const);
    let mut found: Vec<&Var<'a>> = module.variables.iter().filter(is_ours).collect();
    for statement in module
        .functions
        .iter()
        .flat_map(|function| function.body.iter().flatten())
    {
        if let ptx::Statement::Variable(var) = statement
            && is_ours(&var)
        {
            found.push(var);
        }
    }
    found
}

/// The bytes that a variable begins with: what is not given is zero.
fn initial(var: &Var<'_>, names: &Names<'_, '_>) -> Result<Vec<u8>, LoadError> {
    let wrong = |what: String| LoadError::Parse { line: 1, what };
    let size = usize::try_from(var.ty.bytes()).unwrap_or(1).min(8);
    let mut bytes = vec![0; usize::try_from(var.bytes).unwrap_or(0)];
    for (at, init) in var.init.iter().enumerate() {
        let value = match init {
            Init::Number(Number::Int(n)) => *n,
            Init::Number(Number::Single(bits)) => u64::from(*bits),
            Init::Number(Number::Double(bits)) => *bits,
            Init::Address { name, offset } => {
                let function = || names.functions.get(name).map(|(_, address)| *address);
                let address = names.globals.get(name).copied().or_else(function);
                let address =
                    address.ok_or_else(|| wrong(format!("{}: no variable {name}", var.name)))?;
                address.wrapping_add_signed(*offset)
            }
        };
        let start = at * size;
        let Some(room) = bytes.get_mut(start..start + size) else {
            return Err(wrong(format!(
                "{} has more initial values than room",
                var.name
            )));
        };
        room.copy_from_slice(&value.to_le_bytes()[..size]);
    }
    Ok(bytes)
}
