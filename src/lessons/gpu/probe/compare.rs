//! What is in an array, beside what should be.

use super::super::cases::{Array, Expected, Start, Want};
use super::super::facts::{Changed, Fact, Output, Wrong};

/// The fact about an array whose bytes are these; none, if it was to be left alone and was.
pub(super) fn array(
    array: &Array,
    bytes: &[u8],
    is_unwritten: impl Fn(usize) -> bool,
) -> Option<Fact> {
    match &array.want {
        None => changed(array, bytes).map(Fact::Changed),
        Some(want) => Some(Fact::Output(compared(array, want, bytes, is_unwritten))),
    }
}

/// The first element that is no longer what it was.
fn changed(array: &Array, bytes: &[u8]) -> Option<Changed> {
    let Start::Given(before) = &array.start else {
        return None;
    };
    let size = array.element.size();
    let pairs = before.chunks(size).zip(bytes.chunks(size));
    let (index, (before, after)) = pairs.enumerate().find(|(_, (was, is))| was != is)?;
    let shown = |bytes: &[u8]| array.element.shown(array.element.number(bytes));
    Some(Changed {
        place: array.place(index),
        before: shown(before),
        after: shown(after),
    })
}

/// How much of it is wrong, and the first wrong element.
fn compared(
    array: &Array,
    want: &Want,
    bytes: &[u8],
    is_unwritten: impl Fn(usize) -> bool,
) -> Output {
    let size = array.element.size();
    let mut output = Output {
        array: array.name.to_owned(),
        elements: (bytes.len() / size) as u64,
        wrong: 0,
        unwritten: 0,
        first: None,
    };
    for (index, element) in bytes.chunks_exact(size).enumerate() {
        let got = array.element.number(element);
        let expected = expected(want, index);
        // What nobody has written is wrong, whatever it is.
        let is_unwritten = is_unwritten(index);
        if !is_unwritten && expected.admits(got) {
            continue;
        }
        output.wrong += 1;
        output.unwritten += u64::from(is_unwritten);
        output.first.get_or_insert_with(|| Wrong {
            place: array.place(index),
            got: (!is_unwritten).then(|| array.element.shown(got)),
            want: array.element.shown(expected.value),
            within: (expected.within > 0.0).then(|| format!("{:.1e}", expected.within)),
        });
    }
    output
}

/// What is right at a place.
fn expected(want: &Want, index: usize) -> Expected {
    match want {
        Want::Floats(values) => values.get(index).copied(),
        Want::Whole(numbers) => numbers.get(index).map(|&number| Expected {
            value: number as f64,
            within: 0.0,
        }),
    }
    .unwrap_or(Expected {
        value: f64::NAN,
        within: 0.0,
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_debug_snapshot;

    use super::super::super::cases::Element;
    use super::*;

    fn ints(start: Start, want: Option<Want>) -> Array {
        Array {
            name: "out",
            element: Element::I32,
            start,
            want,
            cols: None,
        }
    }

    fn bytes(numbers: &[i32]) -> Vec<u8> {
        numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
    }

    #[test]
    fn the_first_wrong_element_is_named_and_all_are_counted() {
        let out = ints(Start::Unwritten(16), Some(Want::Whole(vec![1, 2, 3, 4])));
        let fact = array(&out, &bytes(&[1, 7, 3, 9]), |index| index == 3);
        assert_debug_snapshot!(fact, @r#"
        Some(
            Output(
                Output {
                    array: "out",
                    elements: 4,
                    wrong: 2,
                    unwritten: 1,
                    first: Some(
                        Wrong {
                            place: "out[1]",
                            got: Some(
                                "7",
                            ),
                            want: "2",
                            within: None,
                        },
                    ),
                },
            ),
        )
        "#);
    }

    #[test]
    fn an_input_that_stays_is_no_fact() {
        let input = ints(Start::Given(bytes(&[1, 2])), None);
        assert_eq!(array(&input, &bytes(&[1, 2]), |_| false), None);
        let Some(Fact::Changed(changed)) = array(&input, &bytes(&[1, 5]), |_| false) else {
            panic!("not seen");
        };
        assert_eq!(
            (changed.place.as_str(), changed.after.as_str()),
            ("out[1]", "5")
        );
    }
}
