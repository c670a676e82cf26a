//! Which lines opened what is not closed.

use crate::model::Frame;
use crate::model::openings::{Openings, Place};
use crate::report::Detail;
use crate::report::figures::span;
use crate::report::names::called;
use crate::ui::{Look, Tone, columns, padded, plural, visible};

/// Targets that are named of each place.
const TARGETS: usize = 2;

/// The account as text: `app.py:212 rotate() opened 31, closed 0`. Places that closed all that
/// they opened are summed up, unless everything is wanted.
pub fn openings(openings: &Openings, look: Look, detail: Detail) -> String {
    let pid = look.paint(Tone::Strong, &openings.pid.to_string());
    let mut out = format!("{pid}  {}\n", called(&openings.command, &openings.name));
    let sum = |figure: fn(&Place) -> u64| openings.places.iter().map(figure).sum::<u64>();
    let ended = match openings.has_ended {
        true => ", until it ended",
        false => "",
    };
    out.push_str(&format!(
        "  traced for {}{ended}: {} opened, {} of these closed\n",
        span(openings.traced_ms),
        sum(|place| place.opened),
        sum(|place| place.closed)
    ));
    let (leaky, clean): (Vec<&Place>, Vec<&Place>) =
        (openings.places.iter()).partition(|place| place.opened > place.closed);
    let shown: Vec<(String, &Place)> = leaky
        .iter()
        .chain(clean.iter().filter(|_| detail == Detail::All))
        .map(|place| (named(place.line(), openings), *place))
        .collect();
    let width = shown.iter().map(|(name, _)| columns(name)).max();
    for (name, place) in &shown {
        let tone = match place.opened > place.closed {
            true => Tone::Bad,
            false => Tone::Good,
        };
        let name = look.paint(tone, &padded(name, width.unwrap_or(0)));
        let figures = format!("opened {}, closed {}", place.opened, place.closed);
        let line = format!("{name}  {figures}  {}", circumstances(place, openings));
        out.push_str(&format!("  {}\n", line.trim_end()));
        if detail == Detail::All {
            for frame in &place.frames {
                let frame = look.paint(Tone::Faint, &named(Some(frame), openings));
                out.push_str(&format!("      {frame}\n"));
            }
        }
    }
    if detail == Detail::Usual && !clean.is_empty() {
        let opened: u64 = clean.iter().map(|place| place.opened).sum();
        out.push_str(&format!(
            "  {} closed all that they opened: {opened} (-v shows them)\n",
            plural(clean.len(), "other line", "other lines")
        ));
    }
    if openings.unseen > 0 {
        out.push_str(&format!(
            "  {} open that nobody was seen to open: by io_uring, or received\n",
            plural(openings.unseen as usize, "descriptor is", "descriptors are")
        ));
    }
    out
}

/// `(openat by logging/__init__.py:1213 _open(): /var/log/app.log.1)`
fn circumstances(place: &Place, openings: &Openings) -> String {
    let calls: Vec<&str> = place.calls.iter().map(String::as_str).collect();
    let mut text = calls.join(", ");
    let source = |frame: &&Frame| matches!(frame, Frame::Source { line: 1.., .. });
    let innermost = place.frames.iter().find(source);
    if innermost.is_some() && innermost != place.line() {
        text.push_str(&format!(" by {}", named(innermost, openings)));
    }
    if !place.targets.is_empty() {
        let shown: Vec<String> = (place.targets.iter().take(TARGETS))
            .map(|target| visible(target))
            .collect();
        let more = match place.targets.len() > TARGETS {
            true => ", ...",
            false => "",
        };
        text.push_str(&format!(": {}{more}", shown.join(", ")));
    }
    format!("({text})")
}

/// `app.py:212 rotate()`; of what has no lines the binary and the address.
fn named(frame: Option<&Frame>, openings: &Openings) -> String {
    let below = |path: &str| {
        let directory = openings.directory.as_deref().unwrap_or_default();
        let rest = path.strip_prefix(directory.trim_end_matches('/'));
        let rest = rest.and_then(|rest| rest.strip_prefix('/'));
        visible(rest.filter(|_| directory.len() > 1).unwrap_or(path))
    };
    match frame {
        None => "somewhere".to_owned(),
        Some(Frame::Native { module, address }) => format!("{}+{address:#x}", below(module)),
        Some(Frame::Source {
            file,
            line,
            function,
        }) => {
            let mut text = below(file);
            if *line > 0 {
                text.push_str(&format!(":{line}"));
            }
            match function.as_str() {
                "" => {}
                name if name.starts_with('<') => text.push_str(&format!(" {}", visible(name))),
                name => text.push_str(&format!(" {}()", visible(name))),
            }
            text
        }
    }
}
