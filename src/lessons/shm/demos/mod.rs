//! The demos of the lesson `shm`, in the order in which its text speaks of them.
//!
//! Each measures when it is called: no figure that a demo prints was written down before.

mod amount;
mod copy_or_share;
mod crew;
mod latency;
mod leftovers;
mod torn;
mod weights;

use crate::lessons::player::Role;
use crate::model::curriculum::Demo;

/// What players do for these demos.
pub(in crate::lessons) static ROLES: &[(&str, Role)] = &[
    ("copy-or-share", copy_or_share::player::play),
    ("weights", weights::player::play),
    ("latency", latency::player::play),
    ("torn", torn::player::play),
    ("leftovers", leftovers::player::play),
];

/// In teaching order.
pub static DEMOS: &[Demo] = &[
    copy_or_share::DEMO,
    weights::DEMO,
    leftovers::DEMO,
    torn::DEMO,
    latency::DEMO,
];
