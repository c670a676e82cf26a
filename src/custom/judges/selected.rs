//! Which calls of a recording are meant.

use crate::model::recording::Made;
use crate::model::{Arg, Object, On, Recording, Select, What};

/// The calls that are meant, in order; those aside that were made before the program's own code ran.
pub(super) fn selected<'a>(
    recording: &'a Recording,
    select: &'a Select,
) -> impl Iterator<Item = Made<'a>> {
    let begun = (recording.events.iter())
        .position(|event| matches!(event.what, What::Begin(_)))
        .unwrap_or(0);
    let start = recording.start();
    let standard = match select.on {
        On::Stdin => start.and_then(|state| state.fd(0)),
        On::Stdout => start.and_then(|state| state.fd(1)),
        _ => None,
    };
    recording.calls().filter(move |made| {
        made.enter >= begun
            && select.names.contains(&made.call.name)
            && match &select.on {
                On::Anything => true,
                On::Path(path) => is_about(made, path),
                On::Stdin | On::Stdout => standard.is_some_and(|due| is_on(made, due)),
            }
    })
}

/// Whether one of its descriptors is of this object.
fn is_on(made: &Made<'_>, due: &Object) -> bool {
    made.call.args.iter().any(|arg| match arg {
        Arg::Fd(fd) => fd.object.as_ref().is_some_and(|object| object.is(due)),
        _ => false,
    })
}

/// Whether it names the path, or something below it, or has or gets a descriptor of that.
fn is_about(made: &Made<'_>, path: &str) -> bool {
    let is_below = |name: &str| {
        let rest = name.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let returned = made.returned.and_then(|answer| answer.object.as_ref());
    returned.is_some_and(|object| is_below(&object.name))
        || made.call.args.iter().any(|arg| match arg {
            Arg::Fd(fd) => fd
                .object
                .as_ref()
                .is_some_and(|object| is_below(&object.name)),
            Arg::Str(text) => text.cut == 0 && std::str::from_utf8(&text.data).is_ok_and(is_below),
            _ => false,
        })
}

/// What calls are called in sentences: `fsync, fdatasync on /lab/log`.
pub(super) fn named(select: &Select) -> String {
    let on = match &select.on {
        On::Anything => String::new(),
        On::Stdin => " on standard input".to_owned(),
        On::Stdout => " on standard output".to_owned(),
        On::Path(path) => format!(" on {path}"),
    };
    format!("{}{on}", select.words)
}
