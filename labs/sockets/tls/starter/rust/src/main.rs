//! tls PORT CERT KEY: echo under TLS, with a certificate that can be changed while it runs.
//!
//! This starter serves one client after the other, as long as they are well-behaved. Follow the
//! TODOs.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

fn load(certificate: &str, key: &str) -> Result<Arc<ServerConfig>, Box<dyn Error>> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(key)?;
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(Arc::new(config))
}

fn serve(connection: TcpStream, config: Arc<ServerConfig>) -> Result<(), Box<dyn Error>> {
    let mut stream = StreamOwned::new(ServerConnection::new(config)?, connection);
    let mut buffer = vec![0; 16 * 1024]; // the largest record
    loop {
        match stream.read(&mut buffer)? {
            // TODO: the client has said that it has nothing more to say. What does it wait for?
            0 => return Ok(()),
            got => stream.write_all(&buffer[..got])?,
        }
        stream.flush()?;
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let config = load(&args[2], &args[3])?;
    let listener = TcpListener::bind(("127.0.0.1", args[1].parse()?))?;

    // TODO: SIGTERM ends it with status 0. The crate signal-hook is there, if you like.
    // TODO: at SIGHUP, new connections get the certificate that is in the files then. What if one
    // of them is broken, or if they do not belong together?
    loop {
        let (connection, _) = listener.accept()?;
        // TODO: who waits while this client takes its time?
        // TODO: what if it does not speak TLS, or leaves in the middle of the handshake?
        serve(connection, Arc::clone(&config))?;
    }
}
