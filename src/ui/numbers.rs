//! Numbers of things, as people read them.

/// `1 process`, `3 processes`, `2,000 processes`.
pub fn plural(count: usize, one: &str, many: &str) -> String {
    let what = if count == 1 { one } else { many };
    format!("{} {what}", grouped(count as u64))
}

/// A number with its thousands apart: 65,537.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one() {
        let processes = |count| plural(count, "process", "processes");
        let shown = [0, 1, 2].map(processes);
        assert_eq!(shown, ["0 processes", "1 process", "2 processes"]);
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let shown = [0, 999, 1000, 65_537, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "65,537", "1,234,567"]);
    }
}
