//! The battery: programs in Python and C that build a module and try it out.
//!
//! They are in `battery/`, whose README.md says what each is for. A box sees them at `/battery`.

use crate::model::Battery;

/// A file of the battery, by its name.
macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("battery/", $name)))
    };
}

/// The battery.
pub(super) static BATTERY: Battery = Battery {
    sources: &[&[
        file!("build.py"),
        file!("cases.py"),
        file!("context.py"),
        file!("elf.py"),
        file!("facts.py"),
        file!("given.py"),
        file!("lab_bind.py"),
        file!("lab_count_lines.py"),
        file!("lab_dot.py"),
        file!("lab_fast_sum.py"),
        file!("lab_refcount_clinic.py"),
        file!("labs.py"),
        file!("lines.py"),
        file!("material.py"),
        file!("probe.py"),
        file!("probe_bind.py"),
        file!("probe_failures.py"),
        file!("probe_import.py"),
        file!("probe_references.py"),
        file!("probe_threads.py"),
        file!("probe_values.py"),
        file!("probes.py"),
        file!("scenarios_bind.py"),
        file!("shim.c"),
        file!("shim.h"),
        file!("shim.py"),
        file!("shim_api.h"),
        file!("shim_crash.c"),
        file!("shim_meet.c"),
        file!("shim_patch.c"),
        file!("shim_x86_64.S"),
        file!("supervise.py"),
        file!("technologies.py"),
        file!("toolchain.py"),
        (
            "library/stash/stash.c",
            include_str!("../../../labs/ext/bind/library/stash.c"),
        ),
        (
            "library/stash/stash.h",
            include_str!("../../../labs/ext/bind/library/stash.h"),
        ),
    ]],
    build: "build.py",
    probe: "probe.py",
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn no_file_is_forgotten() {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lessons/ext/battery");
        let there: BTreeSet<String> = std::fs::read_dir(place)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with("__") && name != "README.md")
            .collect();
        let named: BTreeSet<String> = BATTERY
            .files()
            .map(|(name, _)| name.to_owned())
            .filter(|name| !name.contains('/'))
            .collect();
        assert_eq!(there, named);
    }
}
