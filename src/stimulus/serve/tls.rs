//! TLS around a conversation: bytes of the socket to bytes of the client and back; RFC 8446.

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};

/// The server's certificate and key, ready to be used.
#[derive(Clone, Debug)]
pub struct Identity(Arc<ServerConfig>);

impl Identity {
    /// Reads the certificate chain and the private key from PEM files.
    ///
    /// # Errors
    /// If a file cannot be read or holds no such thing, or they do not fit each other.
    pub fn read(certificate: &Path, key: &Path) -> io::Result<Self> {
        let chain = pem(certificate, |bytes| {
            let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bytes).collect();
            let chain = chain.map_err(|error| error.to_string())?;
            match chain.is_empty() {
                true => Err("holds no certificate".to_owned()),
                false => Ok(chain),
            }
        })?;
        let key = pem(key, |bytes| {
            PrivateKeyDer::from_pem_slice(bytes).map_err(|error| error.to_string())
        })?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(io::Error::other)?;
        Ok(Self(Arc::new(config)))
    }

    /// TLS for a new connection.
    pub(super) fn accept(&self) -> io::Result<Box<Crypt>> {
        let mut connection =
            ServerConnection::new(Arc::clone(&self.0)).map_err(io::Error::other)?;
        // All of it is taken at once, and what cannot be sent waits elsewhere.
        connection.set_buffer_limit(None);
        Ok(Box::new(Crypt(connection)))
    }
}

fn pem<T>(path: &Path, parse: impl Fn(&[u8]) -> Result<T, String>) -> io::Result<T> {
    let named = |what: &dyn fmt::Display| io::Error::other(format!("{}: {what}", path.display()));
    let bytes = fs::read(path).map_err(|error| named(&error))?;
    parse(&bytes).map_err(|error| named(&error))
}

/// One connection's TLS.
pub(super) struct Crypt(ServerConnection);

impl fmt::Debug for Crypt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Crypt")
    }
}

impl Crypt {
    /// Takes what came on the socket, and appends what the client has said; says whether it may
    /// say more.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] for what is not TLS, or none that we speak.
    pub(super) fn decipher(&mut self, mut cipher: &[u8], plain: &mut Vec<u8>) -> io::Result<bool> {
        let mut is_open = true;
        while !cipher.is_empty() {
            self.0.read_tls(&mut cipher)?;
            let state = self
                .0
                .process_new_packets()
                .map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
            is_open &= !state.peer_has_closed();
            let start = plain.len();
            plain.resize(start + state.plaintext_bytes_to_read(), 0);
            if plain.len() > start {
                self.0.reader().read_exact(&mut plain[start..])?;
            }
            if !is_open {
                // Nothing counts after close_notify.
                break;
            }
        }
        Ok(is_open)
    }

    /// Appends what is to be sent for the client to be told this, handshake included.
    ///
    /// # Errors
    /// Does not fail.
    pub(super) fn encipher(&mut self, plain: &[u8], cipher: &mut Vec<u8>) -> io::Result<()> {
        self.0.writer().write_all(plain)?;
        while self.0.wants_write() {
            self.0.write_tls(cipher)?;
        }
        Ok(())
    }

    /// Says close_notify.
    pub(super) fn close(&mut self) {
        self.0.send_close_notify();
    }
}
