//! The predictions for the exercises of the lesson `ext`.

use std::collections::BTreeMap;

/// The first directory that has any; within it, in this order.
pub(super) fn suffix(places: &[String]) -> String {
    let order = ["package", "tagged", "abi3", "bare", "source"];
    (1..)
        .zip(places)
        .find_map(|(number, kinds)| {
            let has = |kind: &&&str| kinds.split('+').any(|one| one == **kind);
            Some(format!("{number}/{}", order.iter().find(has)?))
        })
        .unwrap()
}

/// Blocks to which nothing refers, and those of cycles when they are collected.
pub(super) fn freed(steps: &[String]) -> String {
    let (mut freed, mut cycles) = (0, 0);
    for step in steps {
        match step.as_str() {
            "dropped" | "copied" | "numbered" | "caught" => freed += 1,
            "cycle" => cycles += 1,
            "collect" => freed += std::mem::take(&mut cycles),
            _ => {}
        }
    }
    freed.to_string()
}

/// The first that keeps the lock and waits for a thread.
pub(super) fn hung(steps: &[String]) -> String {
    let at = steps.iter().position(|step| step == "pydll:thread");
    at.map_or(0, |at| at + 1).to_string()
}

/// What is loaded is found by each name under which it was opened, and then by its file.
pub(super) fn copies(steps: &[String]) -> String {
    let mut mapped = 0;
    // From names to files.
    let mut files = BTreeMap::from([("a", 1), ("b", 2), ("hard", 1)]);
    let mut loaded: Vec<(i32, Vec<&str>)> = Vec::new();
    for step in steps {
        match step.as_str() {
            "replace" => {
                files.insert("a", 3);
            }
            "close" => loaded.clear(),
            name if loaded.iter().any(|(_, names)| names.contains(&name)) => {}
            name => {
                let file = files[if name == "soft" { "a" } else { name }];
                match loaded.iter_mut().find(|(known, _)| *known == file) {
                    Some((_, names)) => names.push(name),
                    None => {
                        mapped += 1;
                        loaded.push((file, vec![name]));
                    }
                }
            }
        }
    }
    mapped.to_string()
}

/// Cut to the width, and extended.
pub(super) fn widths(args: &[String]) -> String {
    let offset: i64 = args[1].parse().unwrap();
    let arrives = match args[0].as_str() {
        "undeclared" | "c_int" => i64::from(offset as i32),
        "c_uint" => i64::from(offset as u32),
        "c_short" => i64::from(offset as i16),
        "c_ubyte" => i64::from(offset as u8),
        _ => offset,
    };
    arrives.to_string()
}

/// The last failure of a checked call.
pub(super) fn errno(steps: &[String]) -> String {
    let name = steps.iter().rev().find_map(|step| {
        Some(match step.strip_prefix("checked:")? {
            "again" => "EEXIST",
            "closed" => "EBADF",
            "file" => "ENOTDIR",
            "missing" => "ENOENT",
            _ => return None,
        })
    });
    name.unwrap_or("0").to_owned()
}
