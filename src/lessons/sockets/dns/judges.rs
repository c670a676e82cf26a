//! The judges of the lab's checks, and what they share when they are tested.

mod answered;
mod refused;
mod stopped;
#[cfg(test)]
mod testing;
mod zones;

pub(super) use self::answered::answers;
pub(super) use self::refused::rejects_malformed;
pub(super) use self::stopped::stops_on_sigterm;
pub(super) use self::zones::rejects_bad_zones;
