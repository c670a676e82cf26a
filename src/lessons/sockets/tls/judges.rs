//! The judges of the lab's checks.

mod echoed;
mod ended;
mod reloaded;
mod stopped;
#[cfg(test)]
mod testing;

pub(super) use self::echoed::{
    echoes_under_tls, refuses_old_versions, serves_during_slow_handshakes, survives_garbage,
};
pub(super) use self::ended::{closes_cleanly, leaks_no_descriptor};
pub(super) use self::reloaded::reloads_on_sighup;
pub(super) use self::stopped::stops_on_sigterm;
