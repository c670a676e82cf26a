//! From scorecards to grades: weights, visibility, late policy, overrides, and the statistics that
//! tell whether a check is any good.
//!
//! Pure and in exact fractions. A grade is computed from scratch every time, from what the run
//! found out and from the policy of today: no grade depends on an earlier one.

mod apply;
mod diff;
mod items;
mod late;
mod moment;
mod overrides;
mod policy;

pub use crate::model::items::{Alarm, Bin, Item, Items};
pub use crate::model::toml_reader::{Problem, Problems};
pub use apply::{Applied, apply};
pub use diff::{Change, Diff, Standing, diff};
pub use items::{histogram, items};
pub use late::{LateBase, LatePolicy, lateness};
pub use moment::Moment;
pub use overrides::{parse_overrides, written_override};
pub use policy::{CheckPolicy, Credit, Extension, OpenChecks, Policy};
