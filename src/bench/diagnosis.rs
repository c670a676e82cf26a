//! What this machine has and lacks, and what to do about it: what `syslab doctor` shows.

use crate::probes::{self, Probe, Standing};
use crate::sandbox::{Confinement, Rung};

/// Asks everything, of a machine that confines submissions like this.
pub fn diagnosis(confinement: &Confinement) -> Vec<Probe> {
    let mut probes = probes::machine();
    probes.push(standing_of(confinement));
    probes
}

fn standing_of(confinement: &Confinement) -> Probe {
    const NAME: &str = "confinement";
    let (standing, word) = match confinement.rung {
        Rung::Full => (Standing::Good, "full"),
        Rung::Partial => (Standing::Weak, "partial"),
        Rung::None => (Standing::Missing, "none"),
    };
    let advice = match confinement.rung {
        Rung::Full => "",
        Rung::Partial | Rung::None => advice(),
    };
    let found = format!("{word}: {}", confinement.detail.join("; "));
    Probe::new(NAME, standing, found, advice)
}

/// What stands in the way of user namespaces, most likely.
fn advice() -> &'static str {
    let is = |path, value: &str| {
        std::fs::read_to_string(path).is_ok_and(|content| content.trim() == value)
    };
    if is(
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
    ) {
        "Ubuntu restricts user namespaces: give syslab an AppArmor profile with `userns,`, or \
         sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
    } else if is("/proc/sys/kernel/unprivileged_userns_clone", "0") {
        "sudo sysctl kernel.unprivileged_userns_clone=1"
    } else if is("/proc/sys/user/max_user_namespaces", "0") {
        "sudo sysctl user.max_user_namespaces=10000"
    } else {
        "a container needs to allow user namespaces and an unmasked /proc: with Docker, \
         --security-opt seccomp=unconfined --security-opt systempaths=unconfined, or \
         --privileged on a machine that is thrown away"
    }
}
