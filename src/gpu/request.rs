//! A launch as a user asks for it: which kernel, how many blocks and threads, with which arguments.

pub mod arguments;

use serde::Serialize;

use self::arguments::{Chance, Element, Given, content};
use super::launch::{Arg, Dim3, FunctionInfo, LaunchError, Launched, SimOptions};
use super::memory::{DevicePtr, MemoryError};
use super::sim::{LoadError, Simulator};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The kernel's name; `None`: the only one that there is.
    pub kernel: Option<String>,
    /// Blocks.
    pub grid: Dim3,
    /// Threads of each.
    pub block: Dim3,
    /// Bytes of dynamic shared memory.
    pub shared: u32,
    /// What it is called with.
    pub args: Vec<Given>,
    /// How many numbers of each buffer are wanted afterwards.
    pub show: u64,
    /// How it is simulated; random numbers follow from its seed.
    pub options: SimOptions,
}

/// A launch, and what it left.
#[derive(Clone, Debug, Serialize)]
pub struct KernelRun {
    /// The kernel's name.
    pub kernel: String,
    /// Blocks.
    pub grid: Dim3,
    /// Threads of each.
    pub block: Dim3,
    /// What came of it.
    pub launched: Launched,
    /// The buffers, as they are after it.
    pub buffers: Vec<ShownBuffer>,
}

/// The beginning of a buffer.
#[derive(Clone, Debug, Serialize)]
pub struct ShownBuffer {
    /// What it is.
    pub name: String,
    /// Its first numbers.
    pub numbers: Vec<String>,
    /// How many it has.
    pub len: u64,
    /// How many of them nothing was written to.
    pub unwritten: u64,
}

/// Why there was no launch.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The PTX is not understood.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// There is nothing to launch.
    #[error("there is no kernel: one begins with extern \"C\" __global__")]
    NoKernel,
    /// There are several, and none was named.
    #[error("there are several kernels, and one is to be named: {}", .0.join(", "))]
    Several(Vec<String>),
    /// None has this name.
    #[error("there is no kernel {name}, but {}", .known.join(", "))]
    NoSuchKernel {
        /// The name that was given.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// There are more or fewer arguments than parameters.
    #[error("{kernel} takes {wanted} arguments, and there are {given}")]
    Count {
        /// The kernel.
        kernel: String,
        /// Its parameters.
        wanted: usize,
        /// The arguments.
        given: usize,
    },
    /// An argument is none for its parameter.
    #[error(
        "argument {place}: {text} is no value of a parameter of type .{ptx_type} and {bytes} bytes"
    )]
    Argument {
        /// Which, from 1.
        place: usize,
        /// What was given.
        text: String,
        /// The parameter's type, as PTX has it.
        ptx_type: String,
        /// And its size.
        bytes: u64,
    },
    /// A buffer cannot be had.
    #[error("{name}: {error}")]
    Buffer {
        /// Which.
        name: String,
        /// Why not.
        error: MemoryError,
    },
    /// What CUDA refuses.
    #[error(transparent)]
    Launch(#[from] LaunchError),
}

/// Loads PTX, and launches what is asked for on a simulator of its own.
///
/// # Errors
/// Why it could not be launched; what the kernel then does wrong is no error, but in the [`KernelRun`].
pub fn perform(ptx: &str, request: &Request) -> Result<KernelRun, RequestError> {
    let mut simulator = Simulator::new(request.options);
    let module = simulator.load(ptx)?;
    let function = chosen(simulator.functions(module), request.kernel.as_deref())?;
    let (values, buffers) = passed(&mut simulator, &function, request)?;
    let Request {
        grid,
        block,
        shared,
        show,
        ..
    } = *request;
    let launched = simulator.launch(module, &function.name, grid, block, shared, &values)?;
    let buffers = buffers
        .into_iter()
        .map(|buffer| buffer.shown(&simulator, show))
        .collect::<Result<_, _>>()?;
    Ok(KernelRun {
        kernel: function.name,
        grid,
        block,
        launched,
        buffers,
    })
}

/// The kernel that is meant.
fn chosen(functions: Vec<FunctionInfo>, name: Option<&str>) -> Result<FunctionInfo, RequestError> {
    let mut known: Vec<String> = functions.iter().map(|one| one.name.clone()).collect();
    known.sort_unstable();
    let is_several = functions.len() > 1;
    let found = functions
        .into_iter()
        .find(|one| name.is_none_or(|name| name == one.name));
    match (found, name) {
        (Some(_), None) if is_several => Err(RequestError::Several(known)),
        (Some(found), _) => Ok(found),
        (None, Some(name)) if !known.is_empty() => Err(RequestError::NoSuchKernel {
            name: name.to_owned(),
            known,
        }),
        (None, _) => Err(RequestError::NoKernel),
    }
}

/// A buffer on the device.
struct Placed {
    name: String,
    element: Element,
    len: u64,
    at: DevicePtr,
}

impl Placed {
    /// Its first numbers.
    fn shown(self, simulator: &Simulator, most: u64) -> Result<ShownBuffer, RequestError> {
        let size = self.element.size();
        let whole = simulator
            .read(self.at, self.len * size as u64)
            .map_err(|error| RequestError::Buffer {
                name: self.name.clone(),
                error,
            })?;
        Ok(ShownBuffer {
            name: self.name,
            numbers: whole
                .bytes
                .chunks(size)
                .take(usize::try_from(most).unwrap_or(usize::MAX))
                .map(|bytes| self.element.shown(bytes))
                .collect(),
            len: self.len,
            unwritten: whole.uninitialised / size as u64,
        })
    }
}

/// The arguments, with their buffers on the device.
fn passed(
    simulator: &mut Simulator,
    function: &FunctionInfo,
    request: &Request,
) -> Result<(Vec<Arg>, Vec<Placed>), RequestError> {
    if request.args.len() != function.params.len() {
        return Err(RequestError::Count {
            kernel: function.name.clone(),
            wanted: function.params.len(),
            given: request.args.len(),
        });
    }
    let mut chance = Chance::new(request.options.seed);
    let mut values = Vec::new();
    let mut buffers = Vec::new();
    for (at, (given, param)) in request.args.iter().zip(&function.params).enumerate() {
        let value = match given {
            Given::Null => Arg::Ptr(DevicePtr(0)),
            Given::Buffer { element, len, fill } => {
                let name = format!("argument {} ({element}[{len}])", at + 1);
                let refused = |error| RequestError::Buffer {
                    name: name.clone(),
                    error,
                };
                let place = simulator
                    .alloc(&name, len * element.size() as u64)
                    .map_err(refused)?;
                if let Some(bytes) = content(*element, *len, fill, &mut chance) {
                    simulator.write(place, &bytes).map_err(refused)?;
                }
                buffers.push(Placed {
                    name,
                    element: *element,
                    len: *len,
                    at: place,
                });
                Arg::Ptr(place)
            }
            Given::Number(text) => number(text, &param.ptx_type, param.bytes).ok_or_else(|| {
                RequestError::Argument {
                    place: at + 1,
                    text: text.clone(),
                    ptx_type: param.ptx_type.clone(),
                    bytes: param.bytes,
                }
            })?,
        };
        values.push(value);
    }
    Ok((values, buffers))
}

/// A number, as the parameter's type has it. PTX does not tell signed from unsigned ones.
fn number(text: &str, ptx_type: &str, bytes: u64) -> Option<Arg> {
    let kinds: &[Element] = match (ptx_type.starts_with('f'), bytes) {
        (true, 4) => &[Element::F32],
        (true, 8) => &[Element::F64],
        (false, 1) => &[Element::U8, Element::I8],
        (false, 2) => &[Element::U16, Element::I16],
        (false, 4) => &[Element::U32, Element::I32],
        (false, 8) => &[Element::U64, Element::I64],
        _ => &[],
    };
    kinds
        .iter()
        .find_map(|kind| kind.bytes(text))
        .map(Arg::Bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_parameters_size() {
        assert_eq!(number("-1", "u32", 4), Some(Arg::Bytes(vec![0xff; 4])));
        assert_eq!(
            number("1", "b64", 8),
            Some(Arg::Bytes(1u64.to_le_bytes().to_vec()))
        );
        assert_eq!(
            number("1.5", "f32", 4),
            Some(Arg::Bytes(1.5f32.to_le_bytes().to_vec()))
        );
        assert_eq!(number("1.5", "u32", 4), None);
    }
}
