//! Confining files without namespaces; see landlock(7).
//!
//! What is not allowed is refused with EACCES, but not hidden: paths are the host's, other
//! processes can be seen, UDP leaves the machine. That is why this is the second choice.

use std::io;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

use super::root::{DEVICES, HOST_DIRECTORIES, HOST_FILES};
use super::spec::BoxSpec;

/// The rights that are asked for; a kernel that knows fewer gives fewer. This is the newest
/// version that was tested.
const WANTED: ABI = ABI::V6;

/// What every program reads, beside what is visible in a full box.
const READABLE: &[&str] = &[
    "/proc",
    "/etc/passwd",
    "/etc/group",
    "/etc/hosts",
    "/etc/nsswitch.conf",
];

/// From now on this process and its children can use only the files that the box would show.
///
/// # Errors
/// ENOSYS or EOPNOTSUPP where the kernel does not have Landlock, or not switched on.
pub(super) fn confine(spec: &BoxSpec) -> io::Result<()> {
    match restrict(spec) {
        Ok(RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced) => Ok(()),
        Ok(RulesetStatus::NotEnforced) => Err(io::Error::from_raw_os_error(libc::EOPNOTSUPP)),
        Err(_) => Err(io::Error::last_os_error()),
    }
}

fn restrict(spec: &BoxSpec) -> Result<RulesetStatus, RulesetError> {
    let read = AccessFs::from_read(WANTED);
    let write = AccessFs::from_all(WANTED);
    let paths = |is_writable| {
        spec.binds
            .iter()
            .filter(move |bind| bind.is_writable == is_writable)
            .map(|bind| bind.source.as_path())
    };
    let system = [HOST_DIRECTORIES, HOST_FILES, READABLE]
        .into_iter()
        .flatten()
        .map(Path::new);
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(write)?
        .scope(Scope::from_all(WANTED))?;
    if !spec.has_network {
        ruleset = ruleset.handle_access(AccessNet::from_all(WANTED))?;
    }
    let status = ruleset
        .create()?
        .add_rules(path_beneath_rules(system.chain(paths(false)), read))?
        .add_rules(path_beneath_rules(
            DEVICES
                .iter()
                .map(Path::new)
                .chain(spec.devices.iter().map(PathBuf::as_path))
                .chain(paths(true)),
            write,
        ))?
        .restrict_self()?;
    Ok(status.ruleset)
}
