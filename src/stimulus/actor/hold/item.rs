//! What is to be held, as it is asked for: `7:file/rw:/lab/notes`, `-9,10:pipe`, `+12:epoll`.

/// When a descriptor is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// From beginning to end.
    Always,
    /// Until it is told to move.
    UntilMove,
    /// From then on.
    OnMove,
}

/// One thing to be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// When.
    pub(super) when: When,
    /// The numbers of its descriptors, in order.
    pub(super) numbers: Vec<i32>,
    /// What it is.
    pub(super) what: String,
    /// How it is opened: `r`, `w`, `rw`, `path`; empty where there is no choice.
    pub(super) mode: String,
    /// Path, name or number.
    pub(super) argument: Vec<u8>,
}

impl Item {
    /// `[+|-]NUMBER[,NUMBER]:WHAT[/MODE][:ARGUMENT]`; in the argument, `%0a` is a newline.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (when, rest) = match text.split_at_checked(1)? {
            ("-", rest) => (When::UntilMove, rest),
            ("+", rest) => (When::OnMove, rest),
            _ => (When::Always, text),
        };
        let (numbers, rest) = rest.split_once(':')?;
        let numbers: Result<Vec<i32>, _> = numbers.split(',').map(str::parse).collect();
        let (what, argument) = rest.split_once(':').unwrap_or((rest, ""));
        let (what, mode) = what.split_once('/').unwrap_or((what, ""));
        Some(Self {
            when,
            numbers: numbers.ok()?,
            what: what.to_owned(),
            mode: mode.to_owned(),
            argument: decoded(argument)?,
        })
    }
}

/// Bytes, of which some are written as a percent sign and two hexadecimal digits.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut parts = text.split('%');
    bytes.extend(parts.next()?.bytes());
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(rest.bytes());
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_read() {
        let item = Item::parse("-7,9:file/rw:/lab/a%0ab%ff").unwrap();
        assert_eq!(item.when, When::UntilMove);
        assert_eq!(item.numbers, [7, 9]);
        assert_eq!((&*item.what, &*item.mode), ("file", "rw"));
        assert_eq!(item.argument, b"/lab/a\nb\xff");
        assert_eq!(Item::parse("3:epoll").unwrap().when, When::Always);
        for bad in ["", "epoll", "x:epoll", "3:file/r:%f"] {
            assert_eq!(Item::parse(bad), None, "{bad}");
        }
    }
}
