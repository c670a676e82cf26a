//! inspector PID. Mistake: a zombie is a process that may be looked at, but its directory is not.
use std::collections::HashMap;
use std::ffi::CString;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::process::ExitCode;

const LISTEN: &str = "0A";

/// The sockets of the target's network namespace, by inode.
type Sockets = HashMap<u64, (&'static str, Vec<u8>)>;

unsafe extern "C" {
    fn getxattr(path: *const i8, name: *const i8, value: *mut u8, size: usize) -> isize;
}

/// `0100007F:0050` is 127.0.0.1:80: words in the machine's byte order, which hold bytes in that of
/// the network.
fn address(text: &str) -> Option<String> {
    let (host, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let mut bytes = Vec::new();
    for word in host.as_bytes().chunks(8) {
        let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    if let Ok(v4) = <[u8; 4]>::try_from(bytes.as_slice()) {
        return Some(format!("{}:{port}", Ipv4Addr::from(v4)));
    }
    let v6 = <[u8; 16]>::try_from(bytes.as_slice()).ok()?;
    Some(format!("[{}]:{port}", Ipv6Addr::from(v6)))
}

fn internet(kind: &'static str, line: &str) -> Option<(u64, (&'static str, Vec<u8>))> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (local, remote, state) = (fields.get(1)?, fields.get(2)?, *fields.get(3)?);
    let inode = fields.get(9)?.parse().ok()?;
    let mut target = address(local)?;
    if !remote.ends_with(":0000") {
        target = format!("{target}->{}", address(remote)?);
    } else if kind == "tcp" && state == LISTEN {
        target += " LISTEN";
    }
    Some((inode, (kind, target.into_bytes())))
}

/// A line of net/unix; the path, if there is one, is what follows the blank after the inode.
fn local(line: &[u8]) -> Option<(u64, (&'static str, Vec<u8>))> {
    let mut rest = line;
    let mut word = &line[..0];
    for _ in 0..7 {
        let start = rest.iter().position(|byte| *byte != b' ')?;
        let end = rest[start..].iter().position(|byte| *byte == b' ');
        let end = end.map_or(rest.len(), |end| start + end);
        (word, rest) = (&rest[start..end], &rest[end..]);
    }
    let inode: u64 = std::str::from_utf8(word).ok()?.parse().ok()?;
    let path = match rest.strip_prefix(b" ") {
        Some(path) => path.to_vec(),
        None => format!("socket:[{inode}]").into_bytes(),
    };
    Some((inode, ("unix", path)))
}

fn read_sockets(pid: &str) -> Sockets {
    // No IPv6; or no process any more.
    let table = |name: &str| fs::read(format!("/proc/{pid}/net/{name}")).unwrap_or_default();
    let mut sockets = Sockets::new();
    for (name, kind) in [("tcp", "tcp"), ("tcp6", "tcp"), ("udp", "udp"), ("udp6", "udp")] {
        let table = String::from_utf8_lossy(&table(name)).into_owned();
        sockets.extend(table.lines().skip(1).filter_map(|line| internet(kind, line)));
    }
    let table = table("unix");
    let lines = table.split(|byte| *byte == b'\n').skip(1);
    sockets.extend(lines.filter_map(local));
    sockets
}

/// A socket that is in no table: the kernel says at least of which protocol it is.
fn unlisted(entry: &str, link: &[u8]) -> io::Result<(&'static str, Vec<u8>)> {
    let path = CString::new(entry)?;
    let mut name = [0_u8; 64];
    // SAFETY: both strings end in zero, and the buffer is as long as it is said to be.
    let got = unsafe {
        getxattr(path.as_ptr().cast(), c"system.sockprotoname".as_ptr().cast(), name.as_mut_ptr(), name.len())
    };
    if got < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(match &name {
        name if name.starts_with(b"TCP") => ("tcp", b"-".to_vec()),
        name if name.starts_with(b"UDP") => ("udp", b"-".to_vec()),
        name if name.starts_with(b"UNIX") => ("unix", link.to_vec()),
        _ => ("other", link.to_vec()),
    })
}

fn describe(pid: &str, number: u32, sockets: &mut Option<Sockets>) -> io::Result<Vec<u8>> {
    let entry = format!("/proc/{pid}/fd/{number}");
    let link = fs::read_link(&entry)?.into_os_string().into_vec();
    // The link's own permission bits are those with which the descriptor was opened.
    let bits = fs::symlink_metadata(&entry)?.mode();
    let status = fs::metadata(&entry)?;
    let inode = link.strip_prefix(b"socket:[").and_then(|rest| rest.strip_suffix(b"]"));
    let inode = inode.and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<u64>().ok());
    let (kind, target) = if let Some(inode) = inode {
        match sockets.get_or_insert_with(|| read_sockets(pid)).get(&inode) {
            Some(known) => known.clone(),
            None => unlisted(&entry, &link)?,
        }
    } else {
        let kind = match link.as_slice() {
            b"anon_inode:[eventpoll]" => "epoll",
            b"anon_inode:[eventfd]" => "eventfd",
            b"anon_inode:[timerfd]" => "timerfd",
            b"anon_inode:[signalfd]" => "signalfd",
            b"anon_inode:[pidfd]" => "pidfd",
            b"anon_inode:inotify" => "inotify",
            link if link.starts_with(b"/memfd:") && status.nlink() == 0 => "memfd",
            _ if status.file_type().is_fifo() => "pipe",
            link if !link.starts_with(b"/") => "other",
            _ if status.is_file() => "file",
            _ if status.is_dir() => "dir",
            _ if status.file_type().is_char_device() => "device",
            _ if status.file_type().is_block_device() => "device",
            _ => "other",
        };
        (kind, link)
    };
    let mode = match (bits & 0o400 != 0, bits & 0o200 != 0) {
        (true, true) => "rw",
        (true, false) => "r",
        (false, true) => "w",
        (false, false) => "-",
    };
    let mut line = format!("{number}\t{kind}\t{mode}\t").into_bytes();
    for byte in target {
        match byte {
            b'\t' => line.extend(b"\\t"),
            b'\n' => line.extend(b"\\n"),
            b'\\' => line.extend(b"\\\\"),
            byte => line.push(byte),
        }
    }
    line.push(b'\n');
    Ok(line)
}

fn is_gone(error: &io::Error) -> bool {
    const ESRCH: i32 = 3;
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(ESRCH)
}

fn inspect(pid: &str) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut numbers = Vec::new();
    for entry in fs::read_dir(format!("/proc/{pid}/fd"))? {
        match entry {
            Ok(entry) => numbers.extend(entry.file_name().to_string_lossy().parse::<u32>()),
            Err(error) if is_gone(&error) => break,
            Err(error) => return Err(error),
        }
    }
    numbers.sort_unstable();
    let mut sockets = None;
    for number in numbers {
        match describe(pid, number, &mut sockets) {
            Ok(line) => out.write_all(&line)?,
            Err(error) if is_gone(&error) => {}
            Err(error) => return Err(error),
        }
    }
    out.flush()
}

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    let pid = match args.as_slice() {
        [pid] => pid.to_str().unwrap_or_default(),
        _ => "",
    };
    if pid.is_empty() || !pid.bytes().all(|byte| byte.is_ascii_digit()) {
        eprintln!("usage: inspector PID");
        return ExitCode::from(2);
    }
    match inspect(pid) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("inspector: process {pid}: {error}");
            ExitCode::FAILURE
        }
    }
}
