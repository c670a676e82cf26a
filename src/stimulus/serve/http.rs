//! HTTP/1.1 requests, and the heads of answers; see RFC 9110 and RFC 9112.

use std::io::Write as _;
use std::mem::MaybeUninit;
use std::time::{SystemTime, UNIX_EPOCH};

use httparse::{Header, Status as Parse};

/// The longest head that is read, bytes.
pub(super) const LONGEST_HEAD: usize = 16 * 1024;

/// Header fields that a request may have.
const MOST_FIELDS: usize = 100;

/// A request for a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request<'a> {
    /// What is asked for, as it was written: path and query.
    pub(super) target: &'a [u8],
    /// Whether only the head of the answer is wanted.
    pub(super) is_head: bool,
    /// Whether the connection goes on afterwards.
    pub(super) is_kept: bool,
    /// Whether it goes on, as is usual, without anybody saying so.
    pub(super) is_usual: bool,
}

/// What the bytes received so far are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed<'a> {
    /// The beginning of a request.
    Partial,
    /// A request, and how many bytes it takes.
    Whole(Request<'a>, usize),
    /// Something to be refused, after which nothing on the connection can be understood.
    Refused(Status),
}

/// How an answer begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    MovedPermanently,
    BadRequest,
    NotFound,
    MethodNotAllowed,
    ContentTooLarge,
    HeadTooLarge,
}

impl Status {
    /// Code and phrase.
    pub(super) fn line(self) -> &'static str {
        match self {
            Self::Ok => "200 OK",
            Self::MovedPermanently => "301 Moved Permanently",
            Self::BadRequest => "400 Bad Request",
            Self::NotFound => "404 Not Found",
            Self::MethodNotAllowed => "405 Method Not Allowed",
            Self::ContentTooLarge => "413 Content Too Large",
            Self::HeadTooLarge => "431 Request Header Fields Too Large",
        }
    }
}

/// Reads the first request of `bytes`.
pub(super) fn parse(bytes: &[u8]) -> Parsed<'_> {
    let mut fields = [const { MaybeUninit::<Header<'_>>::uninit() }; MOST_FIELDS];
    let mut request = httparse::Request::new(&mut []);
    let length = match request.parse_with_uninit_headers(bytes, &mut fields) {
        Ok(Parse::Complete(length)) if length <= LONGEST_HEAD => length,
        Ok(Parse::Partial) if bytes.len() < LONGEST_HEAD => return Parsed::Partial,
        Ok(_) | Err(httparse::Error::TooManyHeaders) => {
            return Parsed::Refused(Status::HeadTooLarge);
        }
        Err(_) => return Parsed::Refused(Status::BadRequest),
    };
    let is_old = request.version == Some(0);
    let mut is_kept = !is_old;
    let mut hosts = 0;
    for field in request.headers.iter() {
        let is = |name: &str| field.name.eq_ignore_ascii_case(name);
        if is("host") {
            hosts += 1;
        } else if is("connection") {
            for option in field.value.split(|byte| *byte == b',') {
                let option = option.trim_ascii();
                if option.eq_ignore_ascii_case(b"close") {
                    is_kept = false;
                } else if option.eq_ignore_ascii_case(b"keep-alive") && is_old {
                    is_kept = true;
                }
            }
        } else if is("transfer-encoding") || is("content-length") && field.value != b"0" {
            return Parsed::Refused(Status::ContentTooLarge);
        }
    }
    let is_head = match request.method {
        Some("GET") => false,
        Some("HEAD") => true,
        _ => return Parsed::Refused(Status::MethodNotAllowed),
    };
    if hosts != 1 && !is_old {
        return Parsed::Refused(Status::BadRequest);
    }
    match request.path.and_then(|path| target(path.as_bytes())) {
        Some(target) => Parsed::Whole(
            Request {
                target,
                is_head,
                is_kept,
                is_usual: is_kept && !is_old,
            },
            length,
        ),
        None => Parsed::Refused(Status::BadRequest),
    }
}

/// Path and query of a request target; of an absolute one, which proxies are sent, what follows
/// the authority (RFC 9112, 3.2).
fn target(target: &[u8]) -> Option<&[u8]> {
    const SCHEME: &[u8] = b"http://";
    if target.first() == Some(&b'/') {
        return Some(target);
    }
    let (scheme, rest) = target.split_at_checked(SCHEME.len())?;
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return None;
    }
    let path = rest.iter().position(|byte| *byte == b'/');
    Some(path.map_or(b"/", |path| &rest[path..]))
}

/// The path that a target names, percent-decoded; `None` if that is no path.
pub(super) fn decoded(target: &[u8]) -> Option<Vec<u8>> {
    let end = target.iter().position(|byte| matches!(byte, b'?' | b'#'));
    let mut path = Vec::with_capacity(target.len());
    let mut rest = target[..end.unwrap_or(target.len())].iter();
    while let Some(byte) = rest.next() {
        let mut digit = || char::from(*rest.next()?).to_digit(16);
        path.push(match byte {
            b'%' => u8::try_from(digit()? * 16 + digit()?).ok()?,
            byte => *byte,
        });
    }
    // No name has one; see path_resolution(7).
    (!path.contains(&0)).then_some(path)
}

/// Appends the head of an answer.
pub(super) fn write_head(out: &mut Vec<u8>, status: Status, fields: &[(&str, &str)], length: u64) {
    let date = date(SystemTime::now());
    // Writing to memory does not fail.
    let _ = write!(
        out,
        "HTTP/1.1 {}\r\nServer: syslab\r\nDate: {date}\r\nContent-Length: {length}\r\n",
        status.line()
    );
    for (name, value) in fields {
        let _ = write!(out, "{name}: {value}\r\n");
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends a whole answer that says what the status says.
pub(super) fn write_short(out: &mut Vec<u8>, status: Status, fields: &[(&str, &str)], body: bool) {
    let line = status.line();
    let text = format!("{line}\n");
    let fields = [&[("Content-Type", "text/plain")][..], fields].concat();
    write_head(out, status, &fields, text.len() as u64);
    if body {
        out.extend_from_slice(text.as_bytes());
    }
}

/// A moment as HTTP has it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
fn date(moment: SystemTime) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let seconds = moment
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let days = seconds / 86_400;
    // Years that begin in March end with the leap day; eras of 400 years are all alike. Day 0 of
    // the first era is 719,468 days before 1970.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12;
    let year = era * 400 + year_of_era + u64::from(month < 2);
    format!(
        "{}, {day:02} {} {year} {:02}:{:02}:{:02} GMT",
        DAYS[(days % 7) as usize],
        MONTHS[month as usize],
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn kept(text: &str) -> Option<bool> {
        match parse(text.as_bytes()) {
            Parsed::Whole(request, length) if length == text.len() => Some(request.is_kept),
            _ => None,
        }
    }

    #[test]
    fn connections_are_kept_as_the_version_and_the_client_say() {
        assert_eq!(kept("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Some(true));
        assert_eq!(
            kept("GET / HTTP/1.1\r\nhost: a\r\nconnection: x, Close\r\n\r\n"),
            Some(false)
        );
        assert_eq!(kept("GET / HTTP/1.0\r\n\r\n"), Some(false));
        assert_eq!(
            kept("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            Some(true)
        );
    }

    #[test]
    fn what_cannot_be_served_is_refused() {
        let refused = |text: &str| match parse(text.as_bytes()) {
            Parsed::Refused(status) => Some(status),
            _ => None,
        };
        for (text, status) in [
            ("GET / HTTP/1.1\r\n\r\n", Status::BadRequest),
            ("nonsense\r\n\r\n", Status::BadRequest),
            (
                "GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                Status::BadRequest,
            ),
            ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", Status::BadRequest),
            (
                "POST / HTTP/1.1\r\nHost: a\r\n\r\n",
                Status::MethodNotAllowed,
            ),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
                Status::ContentTooLarge,
            ),
        ] {
            assert_eq!(refused(text), Some(status), "{text}");
        }
        let long = format!("GET /{} HTTP/1.1\r\n", "a".repeat(LONGEST_HEAD));
        assert_eq!(refused(&long), Some(Status::HeadTooLarge));
        assert_eq!(parse(b"GET / HTT"), Parsed::Partial);
    }

    #[test]
    fn targets_are_decoded_without_their_query() {
        assert_eq!(decoded(b"/a%20b?c").unwrap(), b"/a b");
        assert_eq!(decoded(b"/%c3%A4").unwrap(), "/ä".as_bytes());
        for bad in [&b"/%"[..], b"/%2", b"/%zz", b"/%00"] {
            assert_eq!(decoded(bad), None);
        }
        assert_eq!(target(b"http://a:80/b?c"), Some(&b"/b?c"[..]));
        assert_eq!(target(b"HTTP://a"), Some(&b"/"[..]));
        assert_eq!(target(b"a/b"), None);
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        ] {
            assert_eq!(date(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }
}
