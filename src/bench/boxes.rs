//! The boxes of trials: what those of one server have in common, and what is made before a job comes.

use std::os::fd::OwnedFd;
use std::path::PathBuf;

use crate::sandbox::{self, Ahead, BoxSpec, Failure, Launched, Rung, SandboxError};

/// What the boxes of all trials of a server stand on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// How strongly programs are confined.
    pub rung: Rung,
    /// The directory with what every box sees, in the server's mount namespace; for [`Rung::Full`] only.
    pub root: PathBuf,
}

/// Makes the boxes of one trial, one after the other.
#[derive(Debug)]
pub(super) struct Boxes<'a> {
    ground: &'a Ground,
    /// The network of the first one.
    first: Option<Result<Ahead, Failure>>,
}

impl<'a> Boxes<'a> {
    /// Makes what can be made of a box for whatever trial.
    pub(super) fn begin(ground: &'a Ground) -> Self {
        Self {
            ground,
            // Every trial has a network.
            first: (ground.rung == Rung::Full).then(|| sandbox::ahead(true)),
        }
    }

    /// Makes a box; rung and root are ours.
    pub(super) fn launch(
        &mut self,
        spec: BoxSpec,
        filter: &[libc::sock_filter],
        stdio: [OwnedFd; 3],
    ) -> Result<Launched, SandboxError> {
        let Ground { rung, root } = self.ground.clone();
        let spec = BoxSpec { rung, root, ..spec };
        let ahead = self.first.take().transpose()?;
        sandbox::launch_copy(&spec, filter, stdio, ahead)
    }
}
