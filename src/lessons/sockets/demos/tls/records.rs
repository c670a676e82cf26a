//! TLS records and handshake messages by their names; see RFC 8446, sections 4 and 5.1, and RFC
//! 5246, section 7.4.

/// Bytes of a record's header: type, version, length.
const HEADER: usize = 5;

/// Types of records.
const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;

/// Bytes of a handshake message's header: type, length.
const MESSAGE_HEADER: usize = 4;

/// Each record in `bytes`, with its length; `None` if they end within one.
///
/// `is_sealed`: whether this side has changed to encryption, after which a handshake record can no
/// longer be read from outside.
pub(super) fn describe(bytes: &[u8], is_sealed: &mut bool) -> Option<Vec<String>> {
    let mut rest = bytes;
    let mut found: Vec<String> = Vec::new();
    while !rest.is_empty() {
        let kind = *rest.first()?;
        let length = u16::from_be_bytes(rest.get(3..HEADER)?.try_into().ok()?);
        let body = rest.get(HEADER..HEADER + usize::from(length))?;
        rest = &rest[HEADER + usize::from(length)..];
        let name = match kind {
            CHANGE_CIPHER_SPEC => {
                *is_sealed = true;
                "change_cipher_spec".to_owned()
            }
            ALERT => "alert".to_owned(),
            HANDSHAKE if *is_sealed => "handshake, encrypted".to_owned(),
            HANDSHAKE => messages(body)?.join(" + "),
            APPLICATION_DATA => "application_data".to_owned(),
            other => format!("type {other}"),
        };
        // Several of one kind in a row are one entry.
        match found.last_mut() {
            Some(last) if last.starts_with(&format!("{name} ")) => {
                last.push_str(&format!(", {length}"));
            }
            _ => found.push(format!("{name} {length}")),
        }
    }
    Some(found)
}

/// The names of the handshake messages in a record that is not encrypted.
fn messages(mut body: &[u8]) -> Option<Vec<&'static str>> {
    let mut names = Vec::new();
    while !body.is_empty() {
        let length = u32::from_be_bytes([0, *body.get(1)?, *body.get(2)?, *body.get(3)?]);
        names.push(match body.first()? {
            1 => "ClientHello",
            2 => "ServerHello",
            4 => "NewSessionTicket",
            11 => "Certificate",
            12 => "ServerKeyExchange",
            13 => "CertificateRequest",
            14 => "ServerHelloDone",
            16 => "ClientKeyExchange",
            22 => "CertificateStatus",
            _ => "another message",
        });
        body = body.get(MESSAGE_HEADER + length as usize..)?;
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_names_until_they_are_sealed() {
        let mut is_sealed = false;
        let hello = [22, 3, 1, 0, 4, 1, 0, 0, 0];
        let sealed = [
            20, 3, 3, 0, 1, 1, 22, 3, 3, 0, 2, 9, 9, 23, 3, 3, 0, 1, 7, 23, 3, 3, 0, 0,
        ];
        assert_eq!(describe(&hello, &mut is_sealed).unwrap(), ["ClientHello 4"]);
        assert_eq!(
            describe(&sealed, &mut is_sealed).unwrap(),
            [
                "change_cipher_spec 1",
                "handshake, encrypted 2",
                "application_data 1, 0"
            ]
        );
        assert!(is_sealed);
        assert_eq!(describe(&hello[..6], &mut false), None);
        assert_eq!(describe(&[22, 3, 1, 0, 2, 1, 0], &mut false), None);
    }
}
