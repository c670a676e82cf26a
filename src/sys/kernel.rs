//! Which kernel this is; see uname(2).

use nix::sys::utsname::uname;

/// Version and patch level of the running kernel: 6.1 for `6.1.0-18-amd64`.
pub fn version() -> Option<(u32, u32)> {
    parse(uname().ok()?.release().to_str()?)
}

fn parse(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|char: char| !char.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_have_two_numbers_that_count() {
        assert_eq!(parse("6.1.0-18-amd64"), Some((6, 1)));
        assert_eq!(parse("5.15.153.1-microsoft-standard-WSL2"), Some((5, 15)));
        assert_eq!(parse("6.18-rc1"), Some((6, 18)));
        assert_eq!(parse(""), None);
    }
}
