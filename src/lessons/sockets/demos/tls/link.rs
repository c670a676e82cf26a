//! A client and a server of rustls, joined by a TCP connection on the loopback interface, in one
//! thread: who sends is known, so that no read waits for what nobody sends.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;

use anyhow::{Context, bail};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, Connection, HandshakeKind, ProtocolVersion, RootCertStore,
    ServerConfig, ServerConnection, SupportedProtocolVersion,
};

use crate::model::curriculum::DemoOptions;

/// Whom the certificate is for.
const NAME: &str = "localhost";

/// Bytes that are written at once: less than a socket on the loopback interface takes without
/// waiting, since nobody reads before the call returns.
const CHUNK: usize = 64 * 1024;

/// Room for one read.
const ROOM: usize = 128 * 1024;

/// Rounds of a handshake, at most.
const ROUNDS: usize = 10;

/// The configurations of both sides.
pub(super) struct Configs {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
    roots: RootCertStore,
    version: &'static SupportedProtocolVersion,
}

impl Configs {
    /// With a certificate made for this occasion, and one version only.
    pub(super) fn new(version: ProtocolVersion) -> anyhow::Result<Self> {
        let version = match version {
            ProtocolVersion::TLSv1_2 => &rustls::version::TLS12,
            _ => &rustls::version::TLS13,
        };
        let certified = rcgen::generate_simple_self_signed([NAME.to_owned()])
            .context("cannot make a certificate")?;
        let certificate = CertificateDer::from(certified.cert.der().to_vec());
        let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone())?;
        let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[version])?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(key))?;
        Ok(Self {
            client: client(&roots, version)?,
            server: Arc::new(server),
            roots,
            version,
        })
    }

    /// The same server, and a client that has no ticket.
    pub(super) fn with_new_client(&self) -> anyhow::Result<Self> {
        Ok(Self {
            client: client(&self.roots, self.version)?,
            server: Arc::clone(&self.server),
            roots: self.roots.clone(),
            version: self.version,
        })
    }
}

fn client(
    roots: &RootCertStore,
    version: &'static SupportedProtocolVersion,
) -> anyhow::Result<Arc<ClientConfig>> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])?
        .with_root_certificates(roots.clone())
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Client = 0,
    Server = 1,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// How many system calls moved bytes, on both sides together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Calls {
    pub(super) sends: u64,
    pub(super) receives: u64,
}

/// What one send put on the wire.
pub(super) struct Flight {
    pub(super) from: Side,
    pub(super) bytes: Vec<u8>,
    /// What it is, in the words of the program.
    pub(super) what: &'static str,
}

/// What a transfer took.
pub(super) struct Transfer {
    pub(super) on_the_wire: u64,
    pub(super) calls: Calls,
}

/// Both sides and their connection.
pub(super) struct Link {
    sides: [Connection; 2],
    streams: [TcpStream; 2],
    pub(super) flights: Vec<Flight>,
    pub(super) calls: Calls,
    /// What either side has decrypted.
    heard: Vec<u8>,
}

impl Link {
    pub(super) fn open(configs: &Configs) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let near = TcpStream::connect(listener.local_addr()?)?;
        let (far, _) = listener.accept()?;
        for stream in [&near, &far] {
            stream.set_nodelay(true)?;
        }
        let name = ServerName::try_from(NAME)?;
        let mut client = ClientConnection::new(Arc::clone(&configs.client), name)?;
        // What a program writes is sent at once here, so nothing piles up.
        client.set_buffer_limit(None);
        let server = ServerConnection::new(Arc::clone(&configs.server))?;
        Ok(Self {
            sides: [client.into(), server.into()],
            streams: [near, far],
            flights: Vec::new(),
            calls: Calls::default(),
            heard: Vec::new(),
        })
    }

    /// Sends and receives until both sides have what they need, tickets included.
    ///
    /// # Errors
    /// If the sides do not agree, or the user has interrupted the demo.
    pub(super) fn shake_hands(&mut self, options: &DemoOptions) -> anyhow::Result<()> {
        for _ in 0..ROUNDS {
            options.go_on()?;
            let mut sent = 0;
            for side in [Side::Client, Side::Server] {
                sent += self.hand_over(side, "handshake")?;
            }
            if sent == 0 {
                return match self.sides.iter().any(|side| side.is_handshaking()) {
                    true => bail!("the handshake does not go on"),
                    false => Ok(()),
                };
            }
        }
        bail!("the handshake does not end")
    }

    /// How the client and the server came to an agreement.
    pub(super) fn kind(&self) -> Option<HandshakeKind> {
        self.sides[Side::Client as usize].handshake_kind()
    }

    /// Says something, which the other side reads.
    pub(super) fn say(&mut self, from: Side, words: &[u8]) -> anyhow::Result<()> {
        self.sides[from as usize].writer().write_all(words)?;
        self.hand_over(from, "data")?;
        anyhow::ensure!(self.heard == words, "it was not understood");
        self.heard.clear();
        Ok(())
    }

    /// Sends close_notify.
    pub(super) fn goodbye(&mut self, from: Side) -> anyhow::Result<()> {
        self.sides[from as usize].send_close_notify();
        self.hand_over(from, "close_notify")?;
        Ok(())
    }

    /// Sends what one side has to send, in one call, and lets the other take it in; how many bytes.
    fn hand_over(&mut self, from: Side, what: &'static str) -> anyhow::Result<usize> {
        let mut bytes = Vec::new();
        while self.sides[from as usize].wants_write() {
            self.sides[from as usize].write_tls(&mut bytes)?;
        }
        if !bytes.is_empty() {
            self.send(from, &bytes)?;
            self.take_in(from.other(), bytes.len())?;
        }
        let count = bytes.len();
        if count > 0 {
            self.flights.push(Flight { from, bytes, what });
        }
        Ok(count)
    }

    fn send(&mut self, from: Side, bytes: &[u8]) -> anyhow::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let count = self.streams[from as usize].write(rest)?;
            self.calls.sends += 1;
            rest = &rest[count..];
        }
        Ok(())
    }

    /// Receives `count` bytes, and gives them to the TLS of this side.
    fn take_in(&mut self, side: Side, count: usize) -> anyhow::Result<()> {
        let mut buffer = vec![0; ROOM];
        let mut left = count;
        while left > 0 {
            let got = self.receive(side, &mut buffer)?;
            left = left.saturating_sub(got);
            let mut rest = &buffer[..got];
            while !rest.is_empty() {
                let connection = &mut self.sides[side as usize];
                connection.read_tls(&mut rest)?;
                let plain = connection.process_new_packets()?.plaintext_bytes_to_read();
                let start = self.heard.len();
                self.heard.resize(start + plain, 0);
                connection.reader().read_exact(&mut self.heard[start..])?;
            }
        }
        Ok(())
    }

    fn receive(&mut self, side: Side, buffer: &mut [u8]) -> anyhow::Result<usize> {
        let got = self.streams[side as usize].read(buffer)?;
        self.calls.receives += 1;
        match got {
            0 => bail!("the connection ends too early"),
            got => Ok(got),
        }
    }

    /// Sends `count` bytes from the client to the server, chunk by chunk, with or without
    /// encryption.
    ///
    /// # Errors
    /// As [`shake_hands`](Self::shake_hands).
    pub(super) fn transfer(
        &mut self,
        count: usize,
        is_encrypted: bool,
        options: &DemoOptions,
    ) -> anyhow::Result<Transfer> {
        let before = self.calls;
        let (chunk, mut buffer) = (vec![b'x'; CHUNK], vec![0; ROOM]);
        let (mut left, mut on_the_wire) = (count, 0);
        while left > 0 {
            options.go_on()?;
            let some = left.min(CHUNK);
            if is_encrypted {
                self.sides[0].writer().write_all(&chunk[..some])?;
                let mut sealed = Vec::with_capacity(2 * CHUNK);
                while self.sides[0].wants_write() {
                    self.sides[0].write_tls(&mut sealed)?;
                }
                on_the_wire += sealed.len();
                self.send(Side::Client, &sealed)?;
                self.take_in(Side::Server, sealed.len())?;
                anyhow::ensure!(self.heard == chunk[..some], "something else arrived");
                self.heard.clear();
            } else {
                self.send(Side::Client, &chunk[..some])?;
                on_the_wire += some;
                let mut got = 0;
                while got < some {
                    got += self.receive(Side::Server, &mut buffer)?;
                }
            }
            left -= some;
        }
        Ok(Transfer {
            on_the_wire: on_the_wire as u64,
            calls: Calls {
                sends: self.calls.sends - before.sends,
                receives: self.calls.receives - before.receives,
            },
        })
    }
}
