//! Which kind of file system a file is in; see statfs(2) and inotify(7).

use std::io;
use std::path::Path;

use nix::sys::statfs::statfs;

/// File systems whose files others change without this kernel's doing: network drives, what a virtual
/// machine shares with its host, and whatever FUSE shows. The numbers are those of statfs(2).
const CHANGED_ELSEWHERE: &[u32] = &[
    0x0000_6969, // NFS
    0x0000_517b, // SMB
    0xff53_4d42, // CIFS
    0xfe53_4d42, // SMB2
    0x0102_1997, // 9P: WSL's drives, QEMU's shares
    0x6573_5546, // FUSE: sshfs, virtiofs, Docker Desktop
    0x786f_4256, // VirtualBox' shares
    0xbacb_acbc, // VMware's shares
    0x5346_414f, // AFS
    0x7375_7245, // Coda
    0x0c36_4c91, // Ceph's older number
    0x00c3_6400, // Ceph
    0x0000_564c, // NCP
    0x0bd0_0bd0, // Lustre
];

/// Whether inotify(7) tells of every change of the files below a directory: not where they can change
/// on another machine.
///
/// # Errors
/// ENOENT, EACCES, ENOTDIR.
pub fn tells_of_changes(directory: &Path) -> io::Result<bool> {
    let kind = statfs(directory)?.filesystem_type().0;
    // The type's width and sign differ between machines; the numbers have 32 bits.
    Ok(!CHANGED_ELSEWHERE.contains(&(kind as u32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_own_files_are_told_of() {
        assert!(tells_of_changes(Path::new("/proc")).unwrap());
        assert!(tells_of_changes(Path::new("/no/such/place")).is_err());
    }
}
