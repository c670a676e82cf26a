//! A tls that makes the handshake in the loop that accepts, and hands its errors up: the first
//! stranger ends it.

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::{Arc, RwLock};
use std::thread;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use signal_hook::consts::{SIGHUP, SIGTERM};
use signal_hook::iterator::Signals;

const HANDSHAKE: Duration = Duration::from_secs(10);

/// What new connections are served with.
type Current = RwLock<Arc<ServerConfig>>;

/// A configuration with the files as they are now. rustls knows TLS 1.2 and 1.3 and nothing older.
fn load(certificate: &str, key: &str) -> Result<Arc<ServerConfig>, Box<dyn Error>> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(key)?;
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(Arc::new(config))
}

type Stream = StreamOwned<ServerConnection, TcpStream>;

fn shake_hands(connection: TcpStream, config: Arc<ServerConfig>) -> io::Result<Stream> {
    let connecting = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connecting, connection);
    stream.sock.set_read_timeout(Some(HANDSHAKE))?;
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    stream.sock.set_read_timeout(None)?;
    Ok(stream)
}

fn serve(mut stream: Stream) -> Result<(), Box<dyn Error>> {
    let mut buffer = vec![0; 16 * 1024]; // the largest record
    loop {
        match stream.read(&mut buffer)? {
            0 => break,
            got => stream.write_all(&buffer[..got])?,
        }
        stream.flush()?;
    }
    stream.conn.send_close_notify();
    stream.flush()?;
    Ok(())
}

fn accept(listener: &TcpListener, current: &Current) -> io::Result<()> {
    loop {
        match listener.accept() {
            Ok((connection, _)) => {
                let config = Arc::clone(&current.read().expect("nobody panics with it"));
                let stream = shake_hands(connection, config)?;
                let started = thread::Builder::new().spawn(|| drop(serve(stream)));
                if let Err(error) = started {
                    eprintln!("tls: {error}");
                }
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                eprintln!("tls: accept: {error}");
                thread::sleep(Duration::from_millis(100)); // out of descriptors: some will be free
            }
        }
    }
}

fn run(port: &str, certificate: &str, key: &str) -> Result<(), Box<dyn Error>> {
    let mut signals = Signals::new([SIGHUP, SIGTERM])?;
    let current = Arc::new(RwLock::new(load(certificate, key)?));
    let listener = TcpListener::bind(("127.0.0.1", port.parse()?))?;
    let shared = Arc::clone(&current);
    thread::spawn(move || {
        if let Err(error) = accept(&listener, &shared) {
            eprintln!("tls: {error}");
            std::process::exit(1);
        }
    });
    for signal in signals.forever() {
        if signal == SIGTERM {
            break;
        }
        match load(certificate, key) {
            Ok(fresh) => *current.write().expect("nobody panics with it") = fresh,
            Err(error) => eprintln!("tls: the certificate stays as it is: {error}"),
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    let [_, port, certificate, key] = args.as_slice() else {
        eprintln!("usage: tls PORT CERT KEY");
        return ExitCode::from(2);
    };
    match run(port, certificate, key) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tls: {error}");
            ExitCode::FAILURE
        }
    }
}
