//! A client's end of a TLS connection.
//!
//! The client takes every certificate: which one was shown is a fact for the recording. It does
//! check that the server holds its key.

use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;

use mio::net::TcpStream;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, version};

use super::link::Came;
use crate::model::clients::Tls;

/// What is kept in memory and not yet sent, at most.
const BUFFER: usize = 64 * 1024;

/// A TLS connection over a socket.
pub(super) struct Secured {
    stream: TcpStream,
    connection: ClientConnection,
    has_close_notify: bool,
}

/// The message in an error that stands for a failure of TLS itself.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct TlsFailure(String);

impl Secured {
    pub(super) fn new(stream: TcpStream, version: Tls) -> io::Result<Self> {
        let versions: &[_] = match version {
            Tls::Any => &[&version::TLS12, &version::TLS13],
            Tls::V12 => &[&version::TLS12],
            Tls::V13 => &[&version::TLS13],
        };
        let provider = Arc::new(ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(versions)
            .map_err(failure)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(TakesAll(provider)))
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
        let mut connection = ClientConnection::new(Arc::new(config), name).map_err(failure)?;
        connection.set_buffer_limit(Some(BUFFER));
        Ok(Self {
            stream,
            connection,
            has_close_notify: false,
        })
    }

    pub(super) fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<Came> {
        loop {
            match self.connection.reader().read(buffer) {
                // close_notify; the connection itself may still be open.
                Ok(0) if !buffer.is_empty() => self.has_close_notify = true,
                Ok(len) => return Ok(Came::Data(len, Vec::new())),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(Came::Cut),
                Err(error) => return Err(error),
            }
            if self.has_close_notify {
                // rustls reads no more; what may come now is the end, or nothing that counts.
                match self.stream.read(&mut [0; 512])? {
                    0 => return Ok(Came::Fin),
                    _ => continue,
                }
            }
            let is_end = self.connection.read_tls(&mut self.stream)? == 0;
            let processed = self.connection.process_new_packets();
            // What it has to say about an error, an alert, should be said.
            let _flushed = self.flush();
            processed.map_err(failure)?;
            if is_end {
                return Ok(Came::Cut);
            }
        }
    }

    pub(super) fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.flush()?;
        match self.connection.writer().write(data)? {
            0 => Err(ErrorKind::WouldBlock.into()),
            len => {
                self.flush()?;
                Ok(len)
            }
        }
    }

    /// Sends what is ready; whether nothing is left.
    pub(super) fn flush(&mut self) -> io::Result<bool> {
        while self.connection.wants_write() {
            match self.connection.write_tls(&mut self.stream) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(!self.connection.is_handshaking())
    }

    pub(super) fn say_goodbye(&mut self) -> io::Result<()> {
        self.connection.send_close_notify();
        self.flush().map(drop)
    }

    pub(super) fn certificate(&self) -> Vec<u8> {
        self.connection
            .peer_certificates()
            .and_then(|chain| chain.first())
            .map(|certificate| certificate.to_vec())
            .unwrap_or_default()
    }
}

fn failure(error: rustls::Error) -> io::Error {
    io::Error::other(TlsFailure(error.to_string()))
}

/// Takes every certificate.
#[derive(Debug)]
struct TakesAll(Arc<CryptoProvider>);

impl ServerCertVerifier for TakesAll {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
