//! The beginning of a TLS connection, byte by byte: RFC 5246, sections 6.2.1 and 7.4.

/// TLS 1.0, 1.1 and 1.2, as they are called on the wire.
pub(super) const V1_0: u16 = 0x0301;
pub(super) const V1_1: u16 = 0x0302;
pub(super) const V1_2: u16 = 0x0303;

/// Types of records.
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;

/// Types of handshake messages.
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;

/// What a client offers that knows ECDSA and RSA, with AES and SHA-1, which every version has, and
/// with what only 1.2 has; the last one says that it knows RFC 5746.
const SUITES: &[u16] = &[
    0xc009, 0xc00a, 0xc013, 0xc014, 0x002f, 0x0035, 0xc02b, 0xc02c, 0xc02f, 0x00ff,
];

/// The first message of a client whose newest version is this one, as one record.
///
/// `random` are the 32 bytes that make it its own.
pub(super) fn client_hello(version: u16, random: &[u8]) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend(random.iter().chain([0; 32].iter()).take(32));
    body.push(0); // no session to go on with
    let suites: Vec<u8> = SUITES
        .iter()
        .flat_map(|suite| suite.to_be_bytes())
        .collect();
    body.extend(counted(&suites));
    body.extend([1, 0]); // no compression
    let mut extensions = Vec::new();
    // supported_groups: x25519, secp256r1, secp384r1; RFC 8422.
    extensions.extend(extension(10, &counted(&[0, 29, 0, 23, 0, 24])));
    // ec_point_formats: uncompressed.
    extensions.extend(extension(11, &[1, 0]));
    if version >= V1_2 {
        // signature_algorithms: ECDSA and RSA with SHA-256, 384 and 512.
        let algorithms = [4, 3, 5, 3, 6, 3, 4, 1, 5, 1, 6, 1];
        extensions.extend(extension(13, &counted(&algorithms)));
    }
    body.extend(counted(&extensions));
    let mut message = vec![CLIENT_HELLO, 0];
    message.extend(counted(&body));
    record(HANDSHAKE, &message)
}

/// One record; the version in its head is 1.0, as old servers want it.
pub(super) fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut record = vec![kind];
    record.extend(V1_0.to_be_bytes());
    record.extend(counted(content));
    record
}

/// A record of a handshake whose message is none.
pub(super) fn broken_hello() -> Vec<u8> {
    record(HANDSHAKE, &[CLIENT_HELLO, 0, 0, 3, 3, 3, 0])
}

/// A record that claims to be longer than any may be, and is.
pub(super) fn oversized_record() -> Vec<u8> {
    record(HANDSHAKE, &[CLIENT_HELLO; 0xfff0])
}

fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    let mut extension = kind.to_be_bytes().to_vec();
    extension.extend(counted(content));
    extension
}

/// Behind its length in two bytes.
fn counted(content: &[u8]) -> Vec<u8> {
    let mut counted = (content.len() as u16).to_be_bytes().to_vec();
    counted.extend(content);
    counted
}

/// What a server has answered to a first message, as far as it can be read without keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The version that it has chosen, if it has said hello.
    pub(super) version: Option<u16>,
    /// The certificates that it has shown, DER (up to 1.2, where they are not encrypted).
    pub(super) certificates: Vec<Vec<u8>>,
    /// It has sent an alert.
    pub(super) has_alert: bool,
}

impl Answer {
    /// Reads the records that are whole.
    pub(super) fn read(mut bytes: &[u8]) -> Self {
        let mut answer = Self::default();
        let mut messages = Vec::new();
        while let [kind, _, _, high, low, rest @ ..] = bytes {
            let len = usize::from(u16::from_be_bytes([*high, *low]));
            let Some((content, rest)) = rest.split_at_checked(len) else {
                break;
            };
            match *kind {
                HANDSHAKE => messages.extend_from_slice(content),
                ALERT => answer.has_alert = true,
                _ => {}
            }
            bytes = rest;
        }
        let mut messages = messages.as_slice();
        while let [kind, a, b, c, rest @ ..] = messages {
            let Some((body, rest)) = rest.split_at_checked(length(&[*a, *b, *c])) else {
                break;
            };
            match (*kind, body) {
                (SERVER_HELLO, [high, low, ..]) => {
                    answer.version = Some(u16::from_be_bytes([*high, *low]));
                }
                (CERTIFICATE, [_, _, _, list @ ..]) => answer.certificates = certificates(list),
                _ => {}
            }
            messages = rest;
        }
        answer
    }
}

/// A list of certificates, each behind its length in three bytes.
fn certificates(mut list: &[u8]) -> Vec<Vec<u8>> {
    let mut certificates = Vec::new();
    while let [a, b, c, rest @ ..] = list {
        let Some((certificate, rest)) = rest.split_at_checked(length(&[*a, *b, *c])) else {
            break;
        };
        certificates.push(certificate.to_vec());
        list = rest;
    }
    certificates
}

/// A number in three bytes.
fn length(bytes: &[u8; 3]) -> usize {
    bytes
        .iter()
        .fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::super::pair::{self, Pair};
    use super::*;

    /// What rustls answers.
    fn answered(hello: &[u8], pair: &Pair) -> Answer {
        use rustls::pki_types::pem::PemObject;
        use rustls::pki_types::{CertificateDer, PrivateKeyDer};
        let chain = pair::certificates(pair.certificates.as_bytes())
            .into_iter()
            .map(CertificateDer::from)
            .collect();
        let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap();
        let config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let mut server = rustls::ServerConnection::new(config.into()).unwrap();
        let mut hello = hello;
        while !hello.is_empty() {
            server.read_tls(&mut hello).unwrap();
            if server.process_new_packets().is_err() {
                break;
            }
        }
        let mut bytes = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut bytes).unwrap();
        }
        Answer::read(&bytes)
    }

    #[test]
    fn a_server_answers_with_its_chain() {
        let pair = Pair::new("server");
        let answer = answered(&client_hello(V1_2, &[7; 32]), &pair);
        assert_eq!(answer.version, Some(V1_2));
        assert_eq!(
            answer.certificates,
            pair::certificates(pair.certificates.as_bytes())
        );
        assert!(!answer.has_alert);
    }

    #[test]
    fn a_server_refuses_what_is_old_or_broken() {
        let pair = Pair::new("server");
        for hello in [
            client_hello(V1_0, &[]),
            client_hello(V1_1, &[1; 40]),
            broken_hello(),
            oversized_record(),
        ] {
            let answer = answered(&hello, &pair);
            assert_eq!((answer.version, answer.has_alert), (None, true));
        }
    }

    #[test]
    fn half_an_answer_is_read_as_far_as_it_goes() {
        assert_eq!(Answer::read(b""), Answer::default());
        let hello = record(HANDSHAKE, &[2, 0, 0, 2, 3, 2]);
        assert_eq!(Answer::read(&hello).version, Some(V1_1));
        for end in 0..hello.len() {
            assert_eq!(Answer::read(&hello[..end]), Answer::default());
        }
        let list = record(HANDSHAKE, &[11, 0, 0, 9, 0, 0, 6, 0, 0, 1, 5, 0, 0]);
        assert_eq!(Answer::read(&list).certificates, [[5]]);
    }
}
