//! A small lab that works, for authors to begin with.

/// A file of it.
#[derive(Clone, Copy, Debug)]
pub struct TemplateFile {
    /// Relative to the lab's directory.
    pub path: &'static str,
    /// What is in it.
    pub text: &'static str,
}

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(TemplateFile {
            path: $path,
            text: include_str!(concat!("template/", $path)),
        }),*]
    };
}

/// All of its files.
pub static FILES: &[TemplateFile] = files![
    "lab.toml",
    "README.md",
    "starter/python/main.py",
    "solution/python/main.py",
    "wrong/appends/forgets-the-newline/main.py",
    "wrong/durable-first/says-so-too-early/main.py",
    "wrong/says-full-disk/goes-on/main.py",
];
