//! The battery: programs in Python that build a submission and start it, and the library that it is
//! started with.
//!
//! They are in `battery/`, whose README.md says what each is for. A box sees them at `/battery`.

use crate::model::Battery;

/// A file of the battery, by its name.
macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("battery/", $name)))
    };
}

/// A file that belongs to the device process, by its name there.
macro_rules! device_file {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../gpu/host/", $name)))
    };
}

/// The battery.
pub(in crate::lessons::gpu) static BATTERY: Battery = Battery {
    sources: &[
        crate::gpu::HOST_HEADERS,
        &[
            file!("bridge_arrays.py"),
            file!("bridge_probe.py"),
            file!("build.py"),
            file!("forms.py"),
            file!("probe.py"),
            file!("toolchain.py"),
            device_file!("library/calls.c"),
            device_file!("library/copies.c"),
            device_file!("library/driver.c"),
            device_file!("library/driver.h"),
            device_file!("library/driver_kernels.c"),
            device_file!("library/driver_memory.c"),
            device_file!("library/driver_work.c"),
            device_file!("library/events.c"),
            device_file!("library/kernels.c"),
            device_file!("library/library.h"),
            device_file!("library/memory.c"),
            device_file!("library/names.c"),
            device_file!("library/registration.c"),
            device_file!("library/runtime.c"),
            device_file!("library/runtime_memory.c"),
            device_file!("library/wire.c"),
            device_file!("library/work.c"),
        ],
    ],
    build: "build.py",
    probe: "probe.py",
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The files in a directory of the sources, each behind a prefix.
    fn there(directory: &str, prefix: &str) -> Vec<String> {
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(directory))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with("__") && name != "README.md")
            .map(|name| format!("{prefix}{name}"))
            .collect()
    }

    #[test]
    fn no_file_is_forgotten() {
        let mut files = there("src/lessons/gpu/host/battery", "");
        files.extend(there("src/gpu/host/library", "library/"));
        let files: BTreeSet<String> = files.into_iter().collect();
        let named = BATTERY.files().map(|(name, _)| name.to_owned());
        assert_eq!(
            files,
            named.filter(|name| !name.starts_with("include/")).collect()
        );
    }
}
