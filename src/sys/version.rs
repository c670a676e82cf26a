//! Versions, as the kernel and programs tell theirs; uname(2).

/// The first two numbers of a version: 3.11 of `Python 3.11.2`, 6.1 of `6.1.0-18-amd64`.
///
/// A word that does not begin with a digit is not it.
pub fn numbers(told: &str) -> Option<(u32, u32)> {
    let word = (told.split_ascii_whitespace())
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    let mut numbers = word.split(|char: char| !char.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_count() {
        assert_eq!(numbers("6.1.0-18-amd64"), Some((6, 1)));
        assert_eq!(numbers("5.15.153.1-microsoft-standard-WSL2"), Some((5, 15)));
        assert_eq!(numbers("6.18-rc1"), Some((6, 18)));
        assert_eq!(numbers("Python 3.10.0rc1"), Some((3, 10)));
        assert_eq!(
            numbers("rustc 1.95.0 (59807616e 2026-04-14)"),
            Some((1, 95))
        );
        assert_eq!(numbers("a compiler"), None);
        assert_eq!(numbers(""), None);
    }
}
