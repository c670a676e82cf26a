//! NVIDIA's compiler as a library, if it is installed: loaded with dlopen(3); see NVRTC's documentation.
//!
//! It compiles without a GPU. Its functions have C types only, and are called through pointers that dlsym(3)
//! finds: another version may lack some, which is an error like any other.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::Path;
use std::ptr;

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW, Symbol};

/// An nvrtcProgram.
type Program = *mut c_void;
/// An nvrtcResult: 0 is success.
type Status = c_int;

type Create = unsafe extern "C" fn(
    *mut Program,
    *const c_char,
    *const c_char,
    c_int,
    *const *const c_char,
    *const *const c_char,
) -> Status;
type Compile = unsafe extern "C" fn(Program, c_int, *const *const c_char) -> Status;
type Size = unsafe extern "C" fn(Program, *mut usize) -> Status;
type Text = unsafe extern "C" fn(Program, *mut c_char) -> Status;
type Destroy = unsafe extern "C" fn(*mut Program) -> Status;
type Version = unsafe extern "C" fn(*mut c_int, *mut c_int) -> Status;
type Explain = unsafe extern "C" fn(Status) -> *const c_char;

/// NVRTC_ERROR_COMPILATION.
const REJECTED: Status = 6;

/// Why nothing was compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NvrtcError {
    /// The library cannot be loaded, or lacks a function.
    #[error("no NVRTC: {0}")]
    Absent(String),
    /// What the compiler says of the source.
    #[error("{0}")]
    Rejected(String),
    /// Another failure.
    #[error("{call}: {text}")]
    Failed {
        /// The function.
        call: &'static str,
        /// What it says.
        text: String,
    },
    /// The source, or a name, has a zero in it.
    #[error("a zero byte in {0}")]
    Zero(&'static str),
}

/// What came of compiling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compiled {
    /// The code.
    pub ptx: String,
    /// Warnings, and what options asked for.
    pub log: String,
}

/// The compiler.
#[derive(Debug)]
pub struct Nvrtc {
    create: Symbol<Create>,
    compile: Symbol<Compile>,
    log_size: Symbol<Size>,
    log: Symbol<Text>,
    ptx_size: Symbol<Size>,
    ptx: Symbol<Text>,
    destroy: Symbol<Destroy>,
    version: Symbol<Version>,
    explain: Symbol<Explain>,
    /// Last: the symbols above point into it.
    _library: Library,
}

impl Nvrtc {
    /// Loads the library at a path, or by a name that the dynamic linker looks for.
    ///
    /// # Errors
    /// If it is not there or lacks a function.
    #[expect(unsafe_code, reason = "loads a library, and gives its functions types")]
    pub fn open(path: &Path) -> Result<Self, NvrtcError> {
        // SAFETY: its initialisers may be run at any time.
        let library = unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }
            .map_err(|error| NvrtcError::Absent(super::cuda::refusal(&error.to_string())))?;
        // SAFETY: these are the types of nvrtc.h, which have not changed since CUDA 8.
        unsafe {
            Ok(Self {
                create: function(&library, "nvrtcCreateProgram")?,
                compile: function(&library, "nvrtcCompileProgram")?,
                log_size: function(&library, "nvrtcGetProgramLogSize")?,
                log: function(&library, "nvrtcGetProgramLog")?,
                ptx_size: function(&library, "nvrtcGetPTXSize")?,
                ptx: function(&library, "nvrtcGetPTX")?,
                destroy: function(&library, "nvrtcDestroyProgram")?,
                version: function(&library, "nvrtcVersion")?,
                explain: function(&library, "nvrtcGetErrorString")?,
                _library: library,
            })
        }
    }

    /// Its version: `(12, 9)`.
    ///
    /// # Errors
    /// What nvrtcVersion says.
    #[expect(unsafe_code, reason = "calls a foreign function")]
    pub fn version(&self) -> Result<(i32, i32), NvrtcError> {
        let (mut major, mut minor) = (0, 0);
        // SAFETY: both numbers outlive the call.
        let status = unsafe { (self.version)(&raw mut major, &raw mut minor) };
        self.checked("nvrtcVersion", status)?;
        Ok((major, minor))
    }

    /// Compiles a source whose name in messages is `file`, and which may include `headers`, by their names.
    ///
    /// # Errors
    /// What the compiler says of it.
    #[expect(unsafe_code, reason = "calls foreign functions")]
    pub fn compile(
        &self,
        source: &str,
        file: &str,
        headers: &[(&str, &str)],
        options: &[&str],
    ) -> Result<Compiled, NvrtcError> {
        let source = CString::new(source).map_err(|_| NvrtcError::Zero("the source"))?;
        let file = CString::new(file).map_err(|_| NvrtcError::Zero("the file's name"))?;
        let names = texts(headers.iter().map(|(name, _)| *name), "a header's name")?;
        let contents = texts(headers.iter().map(|(_, content)| *content), "a header")?;
        let options = texts(options.iter().copied(), "an option")?;
        let [names, contents, pointers] =
            [&names, &contents, &options].map(|texts| pointers(texts));
        let mut program = Owned {
            handle: ptr::null_mut(),
            nvrtc: self,
        };
        let many = c_int::try_from(names.len()).unwrap_or(c_int::MAX);
        // SAFETY: all texts end with a zero and outlive the call; there are as many names as contents.
        let status = unsafe {
            (self.create)(
                &raw mut program.handle,
                source.as_ptr(),
                file.as_ptr(),
                many,
                contents.as_ptr(),
                names.as_ptr(),
            )
        };
        self.checked("nvrtcCreateProgram", status)?;
        let count = c_int::try_from(pointers.len()).unwrap_or(c_int::MAX);
        // SAFETY: as many options as there are pointers; each ends with a zero and outlives the call.
        let status = unsafe { (self.compile)(program.handle, count, pointers.as_ptr()) };
        let log = program.text("nvrtcGetProgramLog", &self.log_size, &self.log)?;
        if status == REJECTED {
            return Err(NvrtcError::Rejected(log));
        }
        self.checked("nvrtcCompileProgram", status)?;
        let ptx = program.text("nvrtcGetPTX", &self.ptx_size, &self.ptx)?;
        Ok(Compiled { ptx, log })
    }

    #[expect(unsafe_code, reason = "calls a foreign function")]
    fn checked(&self, call: &'static str, status: Status) -> Result<(), NvrtcError> {
        if status == 0 {
            return Ok(());
        }
        // SAFETY: takes a number, and returns a text that lives as long as the library, or NULL.
        let text = unsafe {
            let text = (self.explain)(status);
            match text.is_null() {
                true => format!("error {status}"),
                false => CStr::from_ptr(text).to_string_lossy().into_owned(),
            }
        };
        Err(NvrtcError::Failed { call, text })
    }
}

/// Texts for C.
fn texts<'a>(
    texts: impl Iterator<Item = &'a str>,
    what: &'static str,
) -> Result<Vec<CString>, NvrtcError> {
    let made = texts.map(|text| CString::new(text).map_err(|_| NvrtcError::Zero(what)));
    made.collect()
}

/// Where they are.
fn pointers(texts: &[CString]) -> Vec<*const c_char> {
    texts.iter().map(|text| text.as_ptr()).collect()
}

/// A function of the library.
///
/// # Safety
/// It has the type `T`.
#[expect(unsafe_code, reason = "gives a foreign function its type")]
unsafe fn function<T>(library: &Library, name: &str) -> Result<Symbol<T>, NvrtcError> {
    // SAFETY: the caller knows its type.
    unsafe { library.get(name.as_bytes()) }
        .map_err(|_| NvrtcError::Absent(format!("the library has no {name}")))
}

/// A program, which is destroyed in the end.
struct Owned<'a> {
    handle: Program,
    nvrtc: &'a Nvrtc,
}

impl Owned<'_> {
    #[expect(unsafe_code, reason = "calls foreign functions")]
    fn text(
        &self,
        call: &'static str,
        size: &Symbol<Size>,
        text: &Symbol<Text>,
    ) -> Result<String, NvrtcError> {
        let mut len = 0;
        // SAFETY: the program is alive, and the number outlives the call.
        let status = unsafe { size(self.handle, &raw mut len) };
        self.nvrtc.checked(call, status)?;
        let mut bytes = vec![0_u8; len];
        if len > 0 {
            // SAFETY: as many bytes as the library has just said, its zero included.
            let status = unsafe { text(self.handle, bytes.as_mut_ptr().cast()) };
            self.nvrtc.checked(call, status)?;
        }
        bytes.truncate(bytes.iter().position(|byte| *byte == 0).unwrap_or(len));
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl Drop for Owned<'_> {
    #[expect(unsafe_code, reason = "calls a foreign function")]
    fn drop(&mut self) {
        if !self.handle.is_null() {
            // SAFETY: made by nvrtcCreateProgram, and destroyed once.
            unsafe { (self.nvrtc.destroy)(&raw mut self.handle) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_is_not_there_is_an_ordinary_error() {
        let absent = Nvrtc::open(Path::new("/nowhere/libnvrtc.so.12")).unwrap_err();
        assert!(matches!(absent, NvrtcError::Absent(_)), "{absent}");
        let absent = Nvrtc::open(Path::new("libc.so.6")).unwrap_err();
        assert!(
            absent.to_string().contains("nvrtcCreateProgram"),
            "{absent}"
        );
    }
}
