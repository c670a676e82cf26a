//! Requests and responses as they are on the wire; RFC 9112.

use crate::model::{Bytes, Crowd, Move, Payload};

/// A request that a client sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub method: String,
    pub target: String,
    /// The connection is to be closed after the answer.
    pub closes: bool,
}

/// A response that a client got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Response {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// What was kept of its body.
    pub body: Vec<u8>,
    /// How many bytes of it came.
    pub came: u64,
    /// It has ended.
    pub is_whole: bool,
}

impl Response {
    /// The value of a header, in lower case.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(its, _)| its == name);
        found.map(|(_, value)| value.to_ascii_lowercase())
    }
}

/// A request line, a Host and these further lines.
pub(super) fn request(method: &str, target: &str, more: &str) -> Vec<u8> {
    format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n").into_bytes()
}

/// All that each client of a crowd sends.
pub(super) fn sent(crowd: &Crowd) -> Vec<u8> {
    let mut sent = Vec::new();
    for step in &crowd.moves {
        let (Move::Send(payload) | Move::Dribble { payload, .. }) = step else {
            continue;
        };
        match payload {
            Payload::Bytes(bytes) => sent.extend_from_slice(bytes),
            Payload::Repeated { bytes, times } => sent.extend(bytes.repeat(*times as usize)),
            Payload::Noise { .. } => {}
        }
    }
    sent
}

/// The requests in these bytes, up to what is none.
pub(super) fn requests(mut bytes: &[u8]) -> Vec<Request> {
    let mut requests = Vec::new();
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut parsed = httparse::Request::new(&mut headers);
        let Ok(httparse::Status::Complete(len)) = parsed.parse(bytes) else {
            return requests;
        };
        let value = |name: &str| {
            let mut headers = parsed.headers.iter();
            let found = headers.find(|header| header.name.eq_ignore_ascii_case(name));
            found.map(|header| String::from_utf8_lossy(header.value).to_ascii_lowercase())
        };
        let body = value("content-length").and_then(|length| length.parse::<usize>().ok());
        requests.push(Request {
            method: parsed.method.unwrap_or_default().to_owned(),
            target: parsed.path.unwrap_or_default().to_owned(),
            closes: parsed.version == Some(0)
                || value("connection").is_some_and(|value| value.contains("close")),
        });
        bytes = bytes.get(len + body.unwrap_or(0)..).unwrap_or_default();
    }
}

/// The responses to requests with these methods in what a client got, and how many bytes followed
/// that are no response.
pub(super) fn responses(kept: &Bytes, methods: &[&str], is_over: bool) -> (Vec<Response>, u64) {
    let mut responses = Vec::new();
    let mut rest = kept.clone();
    loop {
        let method = methods.get(responses.len()).copied().unwrap_or("GET");
        match one(&rest, method == "HEAD", is_over) {
            Some((response, after)) => {
                let is_whole = response.is_whole;
                responses.push(response);
                rest = after;
                if !is_whole {
                    return (responses, 0);
                }
            }
            None => return (responses, rest.data.len() as u64 + rest.cut),
        }
    }
}

/// The first response in these bytes, and what follows it.
fn one(bytes: &Bytes, is_to_head: bool, is_over: bool) -> Option<(Response, Bytes)> {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut parsed = httparse::Response::new(&mut headers);
    let Ok(httparse::Status::Complete(len)) = parsed.parse(&bytes.data) else {
        return None;
    };
    let status = parsed.code?;
    let mut response = Response {
        status,
        ..Response::default()
    };
    for header in parsed.headers.iter() {
        let value = String::from_utf8_lossy(header.value).trim().to_owned();
        let name = header.name.to_ascii_lowercase();
        response.headers.push((name, value));
    }
    let behind = Bytes {
        data: bytes.data[len..].to_vec(),
        cut: bytes.cut,
    };
    if is_to_head || status / 100 == 1 || status == 204 || status == 304 {
        response.is_whole = true;
        return Some((response, behind));
    }
    if response
        .header("transfer-encoding")
        .is_some_and(|coding| coding.ends_with("chunked"))
    {
        let (body, used) = chunks(&behind.data);
        response.is_whole = used.is_some();
        response.came = body.len() as u64;
        response.body = body;
        let data = behind.data[used.unwrap_or(behind.data.len())..].to_vec();
        let after = Bytes { data, ..behind };
        return Some((response, after));
    }
    let here = behind.data.len() as u64 + behind.cut;
    let length = response.header("content-length");
    let length = length.and_then(|length| length.parse::<u64>().ok());
    // Without a length, the end of the connection is that of the body.
    let end = length.unwrap_or(here);
    response.is_whole = match length {
        Some(length) => here >= length,
        None => is_over,
    };
    response.came = here.min(end);
    let kept = end.min(behind.data.len() as u64) as usize;
    response.body = behind.data[..kept].to_vec();
    let after = Bytes {
        data: behind.data[kept..].to_vec(),
        cut: here.saturating_sub(end) - (behind.data.len() - kept) as u64,
    };
    Some((response, after))
}

/// The content of chunks, and how many bytes they take; `None` if they have not ended.
fn chunks(bytes: &[u8]) -> (Vec<u8>, Option<usize>) {
    let mut content = Vec::new();
    let mut at = 0;
    loop {
        let Ok(httparse::Status::Complete((used, len))) = httparse::parse_chunk_size(&bytes[at..])
        else {
            return (content, None);
        };
        at += used;
        if len == 0 {
            // Trailers, and an empty line.
            let mut headers = [httparse::EMPTY_HEADER; 16];
            return match httparse::parse_headers(&bytes[at..], &mut headers) {
                Ok(httparse::Status::Complete((used, _))) => (content, Some(at + used)),
                _ => (content, None),
            };
        }
        let end = at.saturating_add(len as usize);
        let Some(chunk) = bytes.get(at..end) else {
            return (content, None);
        };
        content.extend_from_slice(chunk);
        at = end.saturating_add(2);
        if at > bytes.len() {
            return (content, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &str, cut: u64, methods: &[&str]) -> (Vec<(u16, String, bool)>, u64) {
        let kept = Bytes {
            data: bytes.as_bytes().to_vec(),
            cut,
        };
        let (responses, rest) = responses(&kept, methods, true);
        let short = responses.into_iter().map(|one| {
            let body = String::from_utf8_lossy(&one.body).into_owned();
            (one.status, body, one.is_whole)
        });
        (short.collect(), rest)
    }

    #[test]
    fn responses_follow_each_other() {
        let two = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhiHTTP/1.1 404 No\r\nTransfer-Encoding: \
                   chunked\r\n\r\n3\r\nbye\r\n0\r\n\r\nX";
        let all = vec![(200, "hi".to_owned(), true), (404, "bye".to_owned(), true)];
        assert_eq!(read(two, 0, &[]), (all, 1));
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
        assert_eq!(
            read(head, 0, &["HEAD"]),
            (vec![(200, String::new(), true)], 0)
        );
        assert_eq!(
            read(head, 0, &["GET"]),
            (vec![(200, String::new(), false)], 0)
        );
        assert_eq!(read(head, 2, &["GET"]).0, [(200, String::new(), true)]);
        assert_eq!(
            read(head, 5, &["GET"]),
            (vec![(200, String::new(), true)], 3)
        );
        assert_eq!(read("nonsense", 0, &[]), (vec![], 8));
    }

    #[test]
    fn a_body_is_no_request() {
        let bytes = b"POST /a HTTP/1.1\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n\
                      HEAD /b HTTP/1.0\r\n\r\nhalf";
        let requests = requests(bytes);
        assert_eq!(requests.len(), 2);
        assert_eq!((&*requests[1].target, requests[1].closes), ("/b", true));
    }
}
