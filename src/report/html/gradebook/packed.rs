//! Data that is opened only when somebody asks for it.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use super::super::base64::base64;

/// The value as JSON, compressed (RFC 1952), in base64: means nothing to HTML whatever is in it.
pub(super) fn packed<T: Serialize>(value: &T) -> String {
    let plain = serde_json::to_vec(value).expect("the value has only string keys");
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(&plain).expect("it is written to memory");
    base64(&packer.finish().expect("it is written to memory"))
}

/// A block of the page that holds it.
pub(super) fn block(id: &str, packed: &str) -> String {
    format!("<script type=\"application/gzip\" id=\"{id}\">{packed}</script>\n")
}
