//! I/O vectors of which only the addresses are of interest.

use crate::tracer::decode::moment::Moment;
use crate::tracer::decode::word;

/// A vector over another process' memory; its length is in argument `COUNT`.
pub(crate) fn remote<const COUNT: usize>(moment: &Moment<'_>, at: u64) -> Option<String> {
    let count = moment.args[COUNT];
    let shown = moment.elements(count);
    let parts: Vec<String> = moment
        .parts(at, shown as u64)?
        .iter()
        .map(|part| {
            format!(
                "{{iov_base={}, iov_len={}}}",
                word::address(part.base),
                part.len
            )
        })
        .collect();
    Some(word::array(&parts, count > shown as u64))
}
