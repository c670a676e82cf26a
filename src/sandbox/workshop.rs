//! Where a worker keeps the files of a submission: its own copy, and the lab directories.
//!
//! Where the machine allows it, the workshop is a tmpfs in a mount namespace of the worker's own.
//! Nobody else sees it, its size has a limit, and the kernel frees it with the last process that
//! is in it: nothing is left behind, however the worker ends.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::sys::stat::{Mode, umask};
use nix::unistd::{getegid, geteuid};

use super::copy::{self, CopyError, Skipped};
use super::message::Failure;
use super::private::{self, PrivateDirectory};
use super::root;
use super::rung::{self, Confinement};
use super::spec::Rung;
use crate::sys::mount::{self as sys_mount, attr};
use crate::sys::namespace::{self, IdRange};
use crate::sys::privilege;

/// Directories that may be covered by the workshop: one of them exists, and nothing that we or a
/// compiler need is in any of them.
const COVERED: &[&str] = &["/dev/shm", "/mnt", "/media", "/srv"];

/// Size of the workshop: the submission, what a build makes of it, the lab directories.
const SIZE: &std::ffi::CStr = c"1g";
const INODES: &std::ffi::CStr = c"200000";

/// The directory of the workshop in which lies what every box sees.
pub(super) const ROOT: &str = "root";

/// KiB in one lab directory.
const LAB_KIB: u64 = 64 * 1024;

/// The most that an experiment's own files get beside, KiB: a learner could fill it, too.
const LARGEST_EXTRA_KIB: u64 = 512 * 1024;

/// Inodes in one lab directory: a disk bomb of empty files ends here.
const LAB_INODES: &std::ffi::CStr = c"4096";

/// Ids that submissions are known by outside when the caller is root: above everything that
/// system users, subordinate ids and containers are given (systemd's "Users, Groups, UIDs and
/// GIDs" lists them), and with room for any pid.
const HOST_IDS: u32 = 0x7000_0000;

/// Why a workshop cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum WorkshopError {
    /// The submission is not there.
    #[error("cannot open the submission {0:?}")]
    Open(PathBuf, #[source] io::Error),
    /// A step of making it failed.
    #[error("cannot make the workshop: {0}")]
    Make(&'static str, #[source] io::Error),
    /// What its boxes are to see cannot be put together.
    #[error(transparent)]
    Root(#[from] Failure),
    /// The submission cannot be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
}

/// The files of one submission.
#[derive(Debug)]
pub struct Workshop {
    place: PathBuf,
    host_uid: u32,
    confinement: Confinement,
    skipped: Vec<Skipped>,
    actor: Mutex<Option<PathBuf>>,
    /// Removed with the workshop, where there is no mount namespace that ends by itself.
    private: Option<PrivateDirectory>,
}

impl Workshop {
    /// Leaves the mount namespace that this process shares with others, and copies the
    /// submission into the new one.
    ///
    /// For a process with a single thread, once, at its start. An ordinary user becomes user 0
    /// of a user namespace of its own, in which all it can do is confine submissions.
    ///
    /// How this machine can confine may be known: to find it out costs as much as a small trial.
    ///
    /// # Errors
    /// If the submission cannot be read, or is larger than a submission may be.
    pub fn enter(submission: &Path, known: Option<&Confinement>) -> Result<Self, WorkshopError> {
        let source = open(submission)?;
        show_what_is_made();
        let (confinement, place) = match known {
            Some(known) => (known.clone(), None),
            None => rung::enter(),
        };
        let (place, private) = if confinement.rung == Rung::Full {
            (place.map_or_else(isolate, Ok)?, None)
        } else {
            let private =
                private::make().map_err(|error| WorkshopError::Make("a directory", error))?;
            (private.path().to_owned(), Some(private))
        };
        let mut workshop = Self {
            place,
            host_uid: choose_host_uid(confinement.rung)
                .map_err(|error| WorkshopError::Make("read the id map", error))?,
            confinement,
            skipped: Vec::new(),
            actor: Mutex::default(),
            private,
        };
        if let (Some(private), Some(id)) = (&workshop.private, workshop.owner()) {
            private
                .open_to(id)
                .map_err(|error| WorkshopError::Make("own a directory", error))?;
        }
        workshop.skipped = workshop.copy_in(&source)?;
        Ok(workshop)
    }

    fn copy_in(&self, source: &OwnedFd) -> Result<Vec<Skipped>, WorkshopError> {
        let directory = self.submission_dir();
        make_directory(&directory)?;
        Ok(copy::copy(source.as_fd(), &directory, self.owner())?)
    }

    /// The copy of the submission: what is bound to [`SUBMISSION_DIR`].
    ///
    /// [`SUBMISSION_DIR`]: crate::model::experiment::SUBMISSION_DIR
    pub fn submission_dir(&self) -> PathBuf {
        self.place.join("submission")
    }

    /// The copy for a trial that others are made beside, each in a slot of its own. Files are inodes of
    /// their own there: a lock that one program takes on what all of them read holds nobody else up.
    ///
    /// Where the kernel does not know overlays it is the same for all.
    pub fn submission_in(&self, slot: usize) -> PathBuf {
        let shared = self.submission_dir();
        if slot == 0 || self.confinement.rung != Rung::Full {
            return shared;
        }
        let own = self.place.join(format!("slot{slot}"));
        match fs::create_dir(&own) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => own,
            Ok(()) if mount_over(&shared, &own).is_ok() => own,
            _ => {
                let _ = fs::remove_dir(&own);
                shared
            }
        }
    }

    /// The user id outside for every box of this workshop: never root's, and as root no other
    /// process' either.
    pub fn host_uid(&self) -> u32 {
        self.host_uid
    }

    /// What every box of this workshop sees, for [`BoxSpec::root`](super::BoxSpec::root).
    pub fn root(&self) -> PathBuf {
        self.place.join(ROOT)
    }

    /// How strongly submissions are confined here.
    pub fn confinement(&self) -> &Confinement {
        &self.confinement
    }

    /// A copy of this very binary, which everybody may execute and which stays when another takes
    /// the binary's place: what is bound to [`ACTOR`]. Made when it is first asked for.
    ///
    /// [`ACTOR`]: crate::model::experiment::ACTOR
    ///
    /// # Errors
    /// Those of the copying.
    pub fn actor(&self) -> io::Result<PathBuf> {
        const EVERYBODY: u32 = 0o555;
        let mut actor = self.actor.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = &*actor {
            return Ok(place.clone());
        }
        let place = self.place.join("actor");
        fs::copy(super::launch::SELF, &place)?;
        fs::set_permissions(&place, fs::Permissions::from_mode(EVERYBODY))?;
        Ok(actor.insert(place).clone())
    }

    /// A directory that the submission cannot write to, for the programs by which a lab tries it out; it
    /// may not exist yet.
    pub fn battery_dir(&self) -> PathBuf {
        self.place.join("battery")
    }

    /// What of the submission was not copied.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// A new, empty lab directory that belongs to the learner, for [`LAB_DIR`]; `number` is not
    /// in use. It has room for what a learner may write, and for so much more that the experiment
    /// itself puts there.
    ///
    /// [`LAB_DIR`]: crate::model::experiment::LAB_DIR
    ///
    /// # Errors
    /// If it exists, or cannot be made.
    pub fn lab_dir(&self, number: u32, extra_kib: u64) -> Result<LabDir, WorkshopError> {
        let path = self.place.join(format!("lab{number}"));
        make_directory(&path)?;
        let is_mounted = self.confinement.rung == Rung::Full;
        // From here on it is removed again if anything fails.
        let lab = LabDir { path, is_mounted };
        if is_mounted {
            let kib = LAB_KIB + extra_kib.min(LARGEST_EXTRA_KIB);
            mount_disk(&lab.path, self.host_uid, kib)
                .map_err(|error| WorkshopError::Make("mount a lab directory", error))?;
        } else if let Some(id) = self.owner() {
            std::os::unix::fs::chown(&lab.path, Some(id), Some(id))
                .map_err(|error| WorkshopError::Make("own a lab directory", error))?;
        }
        Ok(lab)
    }

    /// Who files are to be given to, if not to us.
    fn owner(&self) -> Option<u32> {
        (self.host_uid != geteuid().as_raw()).then_some(self.host_uid)
    }
}

/// Opens the directory of a submission.
fn open(submission: &Path) -> Result<OwnedFd, WorkshopError> {
    let failed = |error| WorkshopError::Open(submission.to_owned(), error);
    let source = File::open(submission).map_err(failed)?;
    if !source.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::Error::from_raw_os_error(libc::ENOTDIR)));
    }
    Ok(source.into())
}

/// A lab directory; removed, with everything in it, when dropped.
#[derive(Debug)]
pub struct LabDir {
    path: PathBuf,
    is_mounted: bool,
}

impl LabDir {
    /// Where it is, outside.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for LabDir {
    fn drop(&mut self) {
        if self.is_mounted {
            let _ = umount2(&self.path, MntFlags::MNT_DETACH);
            let _ = fs::remove_dir(&self.path);
        } else {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Leaves the mount namespace that this process shares with others, and puts together what every box
/// sees: where, for [`BoxSpec::root`](super::BoxSpec::root).
///
/// For a process with a single thread that has no workshop; [`Workshop::enter`] does it, too.
///
/// # Errors
/// The step that failed. An ordinary user may be in a new user namespace then.
pub fn isolated_root() -> Result<PathBuf, WorkshopError> {
    Ok(isolate()?.join(ROOT))
}

/// Others may see what this process makes from here on, whatever its user likes: a box's program is
/// another user; see umask(2).
fn show_what_is_made() {
    umask(Mode::S_IWGRP | Mode::S_IWOTH);
}

/// Enters a mount namespace of our own and mounts the workshop in it, with what every box sees: where.
pub(super) fn isolate() -> Result<PathBuf, WorkshopError> {
    show_what_is_made();
    let failed = |step| move |error: io::Error| WorkshopError::Make(step, error);
    let errno = |step| move |error: nix::Error| WorkshopError::Make(step, error.into());
    // Without CAP_SYS_ADMIN it takes a user namespace to have it there.
    if unshare(CloneFlags::CLONE_NEWNS).is_err() {
        let (user, group) = (geteuid().as_raw(), getegid().as_raw());
        unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS)
            .map_err(errno("make namespaces"))?;
        // As user 0 we keep our capabilities there when we execute runner and box.
        let as_root = |outside| IdRange {
            inside: 0,
            outside,
            count: 1,
        };
        namespace::map_own_ids(as_root(user), as_root(group)).map_err(failed("map user ids"))?;
    }
    mount::<str, str, str, str>(None, "/", None, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None)
        .map_err(errno("make mounts private"))?;
    let place = COVERED
        .iter()
        .map(Path::new)
        .find(|path| path.is_dir())
        .ok_or_else(|| io::ErrorKind::NotFound.into())
        .map_err(failed("find a directory to cover"))?;
    let options = [
        (c"size", SIZE),
        (c"nr_inodes", INODES),
        // The learner's id gets no further than where it is led by a bind.
        (c"mode", c"700"),
    ];
    sys_mount::new_filesystem(c"tmpfs", &options, attr::NO_SUID | attr::NO_DEV)
        .and_then(|tmpfs| sys_mount::attach(tmpfs.as_fd(), place))
        .map_err(failed("mount a tmpfs"))?;
    root::prepare(&place.join(ROOT))?;
    Ok(place.to_owned())
}

/// Mounts a file system over a directory of the workshop, with room for so many KiB, that belongs
/// to this user. What is mounted below a lab directory goes away with it.
///
/// # Errors
/// Those of fsopen(2) and move_mount(2).
pub fn mount_disk(path: &Path, owner: u32, kib: u64) -> io::Result<()> {
    let number = |number: u64| std::ffi::CString::new(number.to_string());
    let (id, size) = (number(owner.into())?, number(kib * 1024)?);
    let options = [
        (c"size", size.as_c_str()),
        (c"nr_inodes", LAB_INODES),
        (c"mode", c"755"),
        (c"uid", id.as_c_str()),
        (c"gid", id.as_c_str()),
    ];
    let tmpfs = sys_mount::new_filesystem(c"tmpfs", &options, attr::NO_SUID | attr::NO_DEV)?;
    sys_mount::attach(tmpfs.as_fd(), path)
}

/// Mounts a directory again, with other inodes; see the kernel's "Overlay Filesystem". It takes two
/// layers: the other one is the empty directory that it is mounted over.
fn mount_over(directory: &Path, place: &Path) -> io::Result<()> {
    let layers = [directory, place].map(|path| path.as_os_str().as_bytes());
    let layers = std::ffi::CString::new(layers.join(&b':'))?;
    let options = [(c"lowerdir", layers.as_c_str())];
    let overlay = sys_mount::new_filesystem(
        c"overlay",
        &options,
        attr::READ_ONLY | attr::NO_SUID | attr::NO_DEV,
    )?;
    sys_mount::attach(overlay.as_fd(), place)
}

fn make_directory(path: &Path) -> Result<(), WorkshopError> {
    DirBuilder::new()
        .mode(0o755)
        .create(path)
        .map_err(|error| WorkshopError::Make("a directory", error))
}

/// An id of our user namespace that is nobody's, if there is one; else our own.
///
/// Without a user namespace around the learner, a tracer that lacks CAP_SYS_PTRACE (Docker's
/// root) can follow only what has its own id.
pub(super) fn choose_host_uid(rung: Rung) -> io::Result<u32> {
    let own = geteuid().as_raw();
    let may_trace_others = || privilege::has_capability(privilege::SYS_PTRACE);
    if own != 0 || (rung != Rung::Full && !may_trace_others()?) {
        return Ok(own);
    }
    Ok(pick(
        &namespace::known_users()?,
        HOST_IDS.saturating_add(std::process::id()),
    ))
}

fn pick(known: &[IdRange], wanted: u32) -> u32 {
    let contains = |range: &IdRange| {
        wanted
            .checked_sub(range.inside)
            .is_some_and(|offset| offset < range.count)
    };
    if known.iter().any(contains) {
        return wanted;
    }
    // A container with some thousand ids: the upper half of them is hardly in use.
    known
        .iter()
        .filter(|range| range.count > 1)
        .max_by_key(|range| range.count)
        .map_or(0, |range| {
            range.inside + range.count - 1 - wanted % range.count.div_ceil(2)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_id_exists_and_is_not_roots_if_there_is_another() {
        let range = |inside, count| IdRange {
            inside,
            outside: 5,
            count,
        };
        assert_eq!(pick(&[range(0, u32::MAX)], HOST_IDS + 7), HOST_IDS + 7);
        let few = [range(0, 1), range(1, 65536)];
        for wanted in [HOST_IDS, HOST_IDS + 1, HOST_IDS + 70000] {
            assert!((1..=65536).contains(&pick(&few, wanted)));
        }
        assert_ne!(pick(&few, HOST_IDS), pick(&few, HOST_IDS + 1));
        assert_eq!(pick(&[range(0, 2)], HOST_IDS), 1);
        assert_eq!(pick(&[range(0, 1)], HOST_IDS), 0);
    }
}
