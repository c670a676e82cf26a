//! The library's source and the headers that belong to it: what is compiled where a program is built.

/// A file, by its name below a directory of its own.
macro_rules! file {
    ($name:literal) => {
        ($name, include_str!($name))
    };
}

/// The library: C11, all of it in one shared object.
pub static LIBRARY: &[(&str, &str)] = &[
    file!("library/calls.c"),
    file!("library/copies.c"),
    file!("library/driver.c"),
    file!("library/driver.h"),
    file!("library/driver_kernels.c"),
    file!("library/driver_memory.c"),
    file!("library/driver_work.c"),
    file!("library/events.c"),
    file!("library/kernels.c"),
    file!("library/library.h"),
    file!("library/memory.c"),
    file!("library/names.c"),
    file!("library/registration.c"),
    file!("library/runtime.c"),
    file!("library/runtime_memory.c"),
    file!("library/wire.c"),
    file!("library/work.c"),
];

/// The headers, for programs and for the library itself.
pub static HEADERS: &[(&str, &str)] = &[
    file!("include/cuda.h"),
    file!("include/cuda_runtime.h"),
    file!("include/cuda_runtime_api.h"),
    file!("include/device_launch_parameters.h"),
    file!("include/driver_types.h"),
    file!("include/vector_types.h"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn no_file_is_forgotten() {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gpu/host");
        for (directory, list) in [("library", LIBRARY), ("include", HEADERS)] {
            let there: BTreeSet<String> = std::fs::read_dir(place.join(directory))
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .map(|name| format!("{directory}/{name}"))
                .collect();
            let named = list.iter().map(|(name, _)| (*name).to_owned()).collect();
            assert_eq!(there, named);
        }
    }
}
