//! The page's Content-Security-Policy: its own script and style, by their hashes, and nothing else.

use rustls::SupportedCipherSuite;
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;

use super::base64::base64;

/// The policy of a page with this one script and this one style; see CSP Level 3 (W3C).
///
/// Nothing is fetched, no handler stands in an attribute, nothing is evaluated, no form is sent.
pub(super) fn policy(script: &str, style: &str) -> String {
    format!("{}; script-src 'sha256-{}'", still(style), hash(script))
}

/// The policy of a page with this one style, on which no script runs.
pub(super) fn still(style: &str) -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(style)
    )
}

/// SHA-256 in base64, as the policy wants it.
fn hash(text: &str) -> String {
    match TLS13_AES_128_GCM_SHA256 {
        SupportedCipherSuite::Tls13(suite) => {
            let provider = suite.common.hash_provider;
            base64(provider.hash(text.as_bytes()).as_ref())
        }
        // Without its hash nothing would run: the page is then its text only.
        SupportedCipherSuite::Tls12(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_sha_256() {
        // `printf abc | openssl dgst -sha256 -binary | base64`
        assert_eq!(hash("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }
}
