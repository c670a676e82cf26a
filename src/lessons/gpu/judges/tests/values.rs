//! Of results.

use insta::assert_snapshot;

use super::super::super::facts::Changed;
use super::super::*;
use super::*;

fn wrong(got: Option<&str>) -> Wrong {
    Wrong {
        place: "c[256]".to_owned(),
        got: got.map(str::to_owned),
        want: "3.5".to_owned(),
        within: None,
    }
}

#[test]
fn a_result_that_is_right_passes() {
    assert_eq!(judged(computes, &[made(launch()), output(None)]), "pass");
}

#[test]
fn the_first_wrong_element_is_shown() {
    let facts = [made(launch()), output(Some(wrong(Some("7"))))];
    assert_snapshot!(judged(computes, &facts), @"
    fail: n = 257, 2 blocks of 256: c[256] is 7; right is 3.5
      wrong elements of c: 1 of 257
    hint: Which thread has that element, and which steps lead from the input to it?
    ");
    let rounded = Wrong {
        within: Some("1.2e-6".to_owned()),
        ..wrong(Some("NaN"))
    };
    assert_snapshot!(judged(is_stable, &[made(launch()), output(Some(rounded))]), @"
    fail: n = 257, 2 blocks of 256: c[256] is NaN; right is 3.5, give or take 1.2e-6
      wrong elements of c: 1 of 257
    hint: What is the largest number that exp is given there, and what the sum of the row?
    ");
}

#[test]
fn what_nobody_has_written_has_no_value() {
    let facts = [made(launch()), output(Some(wrong(None)))];
    assert_snapshot!(judged(computes, &facts), @"
    fail: n = 257, 2 blocks of 256: c[256] was never written; right is 3.5
      wrong elements of c: 1 of 257; never written: 1
    hint: Which thread has that element, and does it come so far?
    ");
}

#[test]
fn an_input_stays_as_it_is() {
    let changed = Changed {
        place: "b[0]".to_owned(),
        before: "1".to_owned(),
        after: "3".to_owned(),
    };
    let facts = [made(launch()), output(None), Fact::Changed(changed)];
    assert_snapshot!(judged(computes, &facts), @"
    fail: n = 257, 2 blocks of 256: b[0] is an input, and became 3, from 1
    hint: Which of its arrays is it to write to?
    ");
}

#[test]
fn a_kernel_that_gives_up_has_no_result() {
    let stopped = Launch {
        end: End::Stopped,
        ..launch()
    };
    let gave_up = did(fault(FaultKind::Assert, "fails the assertion `i < n`"));
    let facts = [made(stopped), gave_up, output(None)];
    assert_snapshot!(judged(computes, &facts), @"
    fail: n = 257, 2 blocks of 256: kernel.cu:9 fails the assertion `i < n`
      by thread (1, 0, 0) of block (1, 0, 0)
    hint: Under which condition does it give up?
    ");
}
