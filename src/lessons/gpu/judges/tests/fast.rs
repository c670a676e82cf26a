//! Of time.

use insta::assert_snapshot;

use super::super::super::facts::{Refused, Speed};
use super::super::*;
use super::*;

fn took(own_us: f64) -> Fact {
    Fact::Speed(Speed {
        told: "n = 257, 2 blocks of 256".to_owned(),
        device: "a device, NVRTC 13.0".to_owned(),
        own_us,
        reference_us: 100.0,
        bytes: 2e8,
        copied: 2.5e12,
    })
}

#[test]
fn half_as_fast_is_fast_enough() {
    for own_us in [50.0, 100.0, 200.0] {
        let facts = [made(launch()), output(None), took(own_us)];
        assert_eq!(judged(is_fast, &facts), "pass");
    }
}

#[test]
fn a_slower_one_is_told_what_both_took() {
    let facts = [made(launch()), output(None), took(400.0)];
    assert_snapshot!(judged(is_fast, &facts), @"
    fail: n = 257, 2 blocks of 256 on a device, NVRTC 13.0: it takes 400.0 us, and the reference 100.0 us; 2 times as much is enough
      it moves 20 % of what a copy moves in that time, and the reference 80 %
    hint: Of the time, how much is waiting for memory, and which accesses could be saved or shared?
    ");
}

#[test]
fn a_wrong_result_on_the_device_is_not_timed() {
    let wrong = Wrong {
        place: "c[256]".to_owned(),
        got: Some("7".to_owned()),
        want: "3.5".to_owned(),
        within: None,
    };
    let facts = [made(launch()), output(Some(wrong)), took(1.0)];
    assert_snapshot!(judged(is_fast, &facts), @"
    fail: n = 257, 2 blocks of 256: c[256] is 7; right is 3.5
      wrong elements of c: 1 of 257
    hint: On the device blocks run side by side, in any order. Which of its results depends on that?
    ");
}

#[test]
fn what_the_device_refuses_fails_and_a_launch_without_a_time_is_not_judged() {
    let refused = Refused {
        told: "n = 257, 2 blocks of 256".to_owned(),
        why: "on a device: cannot wait for the device: an illegal memory access".to_owned(),
    };
    assert_snapshot!(judged(is_fast, &[Fact::Refused(refused)]), @"
    fail: n = 257, 2 blocks of 256: the launch is refused: on a device: cannot wait for the device: an illegal memory access
    hint: Why, and from which size on?
    ");
    let untimed = judged(is_fast, &[made(launch()), output(None)]);
    assert!(untimed.ends_with("nothing was timed"), "{untimed}");
}
