//! Kernels that carry their launch, and what they must be accused of, in comments.
//!
//! `// RUN: grid=2 block=64 in=100 out=100 n=100` launches `kernel(in, out, n)` over buffers of that
//! many ints; `shared=BYTES`, `zeroed` (out is), `null=in`, `freed=out` where needed.
//! `// FAULT: KIND [BUFFER]` ends the line that must be accused, `// OTHER` that of a race's other
//! access, or of the barrier at which the others wait.

use std::fs;
use std::path::{Path, PathBuf};

use syslab::gpu::fault::FaultKind;
use syslab::gpu::launch::{Arg, Dim3, Launched};
use syslab::gpu::memory::DevicePtr;

use super::compilers;
use super::device::Device;

/// What a kernel must be accused of.
pub(super) struct Expected {
    pub(super) kind: FaultKind,
    pub(super) line: u32,
    pub(super) other: Option<u32>,
    pub(super) buffer: Option<String>,
}

/// A kernel with its launch.
pub(super) struct Plan {
    pub(super) path: PathBuf,
    shape: (Dim3, Dim3),
    shared: u32,
    inputs: usize,
    outputs: usize,
    n: i32,
    is_zeroed: bool,
    null: Option<String>,
    freed: Option<String>,
    pub(super) expected: Option<Expected>,
}

/// What a launch by plan gave.
pub(super) struct Outcome {
    pub(super) launched: Launched,
    /// The ints of `out`, unless it was not written or is no longer there.
    pub(super) out: Result<Vec<i32>, String>,
}

impl Plan {
    /// The plans of one directory of the suite.
    pub(super) fn all(directory: &str) -> Vec<Self> {
        compilers::sources(directory)
            .iter()
            .map(|path| Self::read(path))
            .collect()
    }

    /// The file's name.
    pub(super) fn name(&self) -> String {
        self.path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned()
    }

    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let run = text.lines().find_map(|line| line.strip_prefix("// RUN: "));
        let run = run.unwrap_or_else(|| panic!("{} has no RUN", path.display()));
        let mut plan = Self {
            path: path.to_owned(),
            shape: (Dim3::line(1), Dim3::line(1)),
            shared: 0,
            inputs: 0,
            outputs: 0,
            n: 0,
            is_zeroed: false,
            null: None,
            freed: None,
            expected: expected(&text),
        };
        for word in run.split_whitespace() {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            match name {
                "grid" => plan.shape.0 = extents(value),
                "block" => plan.shape.1 = extents(value),
                "shared" => plan.shared = value.parse().unwrap(),
                "in" => plan.inputs = value.parse().unwrap(),
                "out" => plan.outputs = value.parse().unwrap(),
                "n" => plan.n = value.parse().unwrap(),
                "zeroed" => plan.is_zeroed = true,
                "null" => plan.null = Some(value.to_owned()),
                "freed" => plan.freed = Some(value.to_owned()),
                _ => panic!(
                    "{}: RUN has a word that means nothing: {word}",
                    path.display()
                ),
            }
        }
        plan
    }

    /// Launches the kernel as planned.
    pub(super) fn launch(&self, ptx: &str, seed: u64, most: u64) -> Result<Outcome, String> {
        let mut device = Device::new(ptx, seed, most)?;
        let inputs = device.random.ints(self.inputs, 0, 99);
        let input = device.input("in", &inputs);
        let output = match self.is_zeroed {
            true => device.input("out", &vec![0i32; self.outputs]),
            false => device.output::<i32>("out", self.outputs),
        };
        let pointer = |name: &str, at| match self.null.as_deref() == Some(name) {
            true => DevicePtr(0),
            false => at,
        };
        match self.freed.as_deref() {
            Some("in") => device.free(input),
            Some("out") => device.free(output),
            _ => {}
        }
        let args = [
            Arg::Ptr(pointer("in", input)),
            Arg::Ptr(pointer("out", output)),
            Arg::I32(self.n),
        ];
        let launched = device.launch("kernel", self.shape, self.shared, &args)?;
        let out = device.read::<i32>(output, self.outputs);
        Ok(Outcome { launched, out })
    }
}

/// `4` or `4,2` or `4,2,3`.
fn extents(text: &str) -> Dim3 {
    let mut numbers = text.split(',').map(|number| number.parse().unwrap());
    let mut next = || numbers.next().unwrap_or(1);
    Dim3::new(next(), next(), next())
}

fn expected(text: &str) -> Option<Expected> {
    let marked = |mark: &str| {
        let at = text.lines().position(|line| line.contains(mark))?;
        let words = text.lines().nth(at)?.split(mark).nth(1)?;
        Some((at as u32 + 1, words.split_whitespace()))
    };
    let (line, mut words) = marked("// FAULT: ")?;
    let kind = words.next().unwrap();
    Some(Expected {
        kind: serde_json::from_value(kind.into()).unwrap(),
        line,
        other: marked("// OTHER").map(|(line, _)| line),
        buffer: words.next().map(str::to_owned),
    })
}
