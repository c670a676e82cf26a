//! The predictions for the exercises of the lesson `cpython`.

/// What Python does in its own memory makes no call.
pub(super) fn to_kernel(things: &[String]) -> String {
    let calls = [
        "cwd", "exists", "getpid", "handler", "listdir", "open", "pair", "sleep", "urandom",
    ];
    let made = things
        .iter()
        .filter(|thing| calls.contains(&thing.as_str()));
    made.count().to_string()
}

/// Only the name by which it is started counts, not where that leads.
pub(super) fn environment(args: &[String]) -> String {
    let start = &args[0];
    let is_near = |place: &String| place == start || *place == format!("{start}/bin");
    match args[2..].iter().any(is_near) {
        true => start.clone(),
        false => "neither".to_owned(),
    }
}

/// The first directory that has a module in any form.
pub(super) fn imported(kinds: &[String]) -> String {
    (1..)
        .zip(kinds)
        .find_map(|(number, kind)| {
            let file = match kind.as_str() {
                "module" => "spam.py",
                "package" | "both" => "spam/__init__.py",
                "bytecode" => "spam.pyc",
                _ => return None,
            };
            Some(format!("{number}/{file}"))
        })
        .unwrap()
}

/// Time and size decide, or that there is nothing else, or a hash that is to be compared.
pub(super) fn compiled(changes: &[String]) -> String {
    let read = ["touched", "edited", "new", "checked"];
    let sources = changes.iter().filter(|one| read.contains(&one.as_str()));
    sources.count().to_string()
}

/// The script's or the current directory, then those of PYTHONPATH.
pub(super) fn whence(args: &[String]) -> String {
    let has = |word: &str| args[1..].iter().any(|one| one == word);
    let near = match args[0].as_str() {
        "script" => "script",
        _ => "current",
    };
    let answer = match (has("-I"), has("-E")) {
        (false, _) if has(near) => near,
        (false, false) if has("variable") => "variable",
        _ => "none",
    };
    answer.to_owned()
}

/// A write for each flush of something and one at the end, or one for each piece.
pub(super) fn prints(args: &[String]) -> String {
    let (mut writes, mut has_some) = (0, false);
    for step in &args[1..] {
        let (kind, words) = step.split_once('=').unwrap_or((step, "0"));
        let words: u32 = words.parse().unwrap();
        if args[0] == "unbuffered" {
            // The words, the blanks between them, and the end of the line.
            writes += 2 * words;
            continue;
        }
        has_some |= words > 0;
        if kind != "print" && has_some {
            writes += 1;
            has_some = false;
        }
    }
    (writes + u32::from(has_some)).to_string()
}
