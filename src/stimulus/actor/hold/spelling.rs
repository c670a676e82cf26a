//! How addresses may be written.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// A socket that is bound to nothing.
pub(super) fn nowhere() -> Vec<Vec<u8>> {
    let names = ["-", "*:0", "*:*", "0.0.0.0:0", "[::]:0"];
    names.map(|name| name.as_bytes().to_vec()).to_vec()
}

/// A socket that is bound here and connected to nothing.
pub(super) fn bound(at: SocketAddr) -> Vec<Vec<u8>> {
    spelled(at).into_iter().map(String::into_bytes).collect()
}

/// A socket that listens here.
pub(super) fn listening(at: SocketAddr) -> Vec<Vec<u8>> {
    let names = spelled(at).into_iter();
    names
        .map(|name| format!("{name} LISTEN").into_bytes())
        .collect()
}

/// A socket that is connected.
pub(super) fn connected(local: SocketAddr, remote: SocketAddr) -> Vec<Vec<u8>> {
    let mut names = Vec::new();
    for local in spelled(local) {
        for remote in spelled(remote) {
            names.push(format!("{local}->{remote}").into_bytes());
        }
    }
    names
}

/// An address in every way in which people write it: IPv6 shortened or not, with leading zeros or
/// not; an IPv4 address in IPv6's clothes in either; every address of the machine as a star.
fn spelled(address: SocketAddr) -> Vec<String> {
    let port = address.port();
    let mut names = match address.ip() {
        IpAddr::V4(v4) => vec![format!("{v4}:{port}")],
        IpAddr::V6(v6) => {
            let groups = v6.segments();
            let long = groups.map(|group| format!("{group:04x}")).join(":");
            let plain = groups.map(|group| format!("{group:x}")).join(":");
            let mut hosts = vec![v6.to_string(), long, plain];
            hosts.extend(mapped(v6));
            hosts
                .iter()
                .map(|host| format!("[{host}]:{port}"))
                .collect()
        }
    };
    if let IpAddr::V6(v6) = address.ip()
        && let Some(v4) = v6.to_ipv4_mapped()
    {
        names.push(format!("{v4}:{port}"));
    }
    if address.ip().is_unspecified() {
        names.push(format!("*:{port}"));
    }
    names
}

/// `::ffff:7f00:1`, for an address that is mapped.
fn mapped(v6: Ipv6Addr) -> Option<String> {
    v6.to_ipv4_mapped()?;
    let [.., high, low] = v6.segments();
    Some(format!("::ffff:{high:x}:{low:x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_address_has_its_spellings() {
        let address = "[::ffff:127.0.0.1]:80".parse().unwrap();
        assert_eq!(
            spelled(address),
            [
                "[::ffff:127.0.0.1]:80",
                "[0000:0000:0000:0000:0000:ffff:7f00:0001]:80",
                "[0:0:0:0:0:ffff:7f00:1]:80",
                "[::ffff:7f00:1]:80",
                "127.0.0.1:80",
            ]
        );
        assert_eq!(spelled("0.0.0.0:7".parse().unwrap()), ["0.0.0.0:7", "*:7"]);
    }
}
