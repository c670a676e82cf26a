//! What is put under load, as people name it.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};

/// A server, and what is said to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As it was named.
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// What is asked of it.
    pub asked: Asked,
}

/// What is asked of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To send back what it gets.
    Echo,
    /// For this page of this host, by HTTP/1.1.
    Page {
        /// As the header field Host has it.
        host: String,
        /// Path and query.
        path: String,
    },
}

/// The port of HTTP.
const HTTP_PORT: u16 = 80;

impl Target {
    /// Understands `http://HOST[:PORT][/PATH]`, or `HOST:PORT` for echo.
    ///
    /// # Errors
    /// InvalidInput for what is neither; those of getaddrinfo(3).
    pub fn parse(name: &str) -> io::Result<Self> {
        let invalid = |why: &str| io::Error::new(io::ErrorKind::InvalidInput, why);
        let is_url = name.contains("://");
        let (authority, asked) = match name.split_once("://") {
            None => (name, Asked::Echo),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => {
                let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
                let (host, path) = rest.split_at(end);
                let path = path.split('#').next().unwrap_or_default();
                let path = match path.starts_with('/') {
                    true => path.to_owned(),
                    false => format!("/{path}"),
                };
                let is_plain = |c: char| c.is_ascii_graphic();
                if host.is_empty() || !host.chars().chain(path.chars()).all(is_plain) {
                    return Err(invalid("not a URL"));
                }
                let host = host.to_owned();
                (&rest[..end], Asked::Page { host, path })
            }
            Some(("https", _)) => return Err(invalid("TLS is not spoken here")),
            Some(_) => return Err(invalid("neither http:// nor HOST:PORT")),
        };
        // After the brackets of an IPv6 address, if there are any.
        let after = authority.rfind(']').map_or(0, |end| end + 1);
        let (host, port) = match authority[after..].rfind(':') {
            Some(colon) => {
                let (host, port) = authority.split_at(after + colon);
                let port = port[1..].parse();
                (host, port.map_err(|_| invalid("not a port number"))?)
            }
            None if is_url => (authority, HTTP_PORT),
            None => return Err(invalid("neither http:// nor HOST:PORT")),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let address = (host, port).to_socket_addrs()?.next();
        Ok(Self {
            name: name.to_owned(),
            address: address.ok_or_else(|| invalid("the host has no address"))?,
            asked,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(name: &str) -> Option<(String, Asked)> {
        let target = Target::parse(name).ok()?;
        Some((target.address.to_string(), target.asked))
    }

    #[test]
    fn a_url_is_a_page_and_a_port_is_echo() {
        let page = |host: &str, path: &str| Asked::Page {
            host: host.to_owned(),
            path: path.to_owned(),
        };
        for (name, address, asked) in [
            ("127.0.0.1:7", "127.0.0.1:7", Asked::Echo),
            ("[::1]:7", "[::1]:7", Asked::Echo),
            ("http://127.0.0.1", "127.0.0.1:80", page("127.0.0.1", "/")),
            (
                "HTTP://127.0.0.1:8080/a?b#c",
                "127.0.0.1:8080",
                page("127.0.0.1:8080", "/a?b"),
            ),
            ("http://[::1]:8?q", "[::1]:8", page("[::1]:8", "/?q")),
        ] {
            assert_eq!(parsed(name), Some((address.to_owned(), asked)), "{name}");
        }
    }

    #[test]
    fn what_is_neither_is_refused() {
        for name in [
            "127.0.0.1",
            "http://",
            "https://127.0.0.1/",
            "ftp://127.0.0.1/",
            "http://127.0.0.1:x/",
            "127.0.0.1:70000",
            "http://127.0.0.1/a b",
        ] {
            assert_eq!(parsed(name), None, "{name}");
        }
    }
}
