//! A dns that takes bytes from a packet without asking whether they are there, and panics.

use std::collections::{HashMap, HashSet};
use std::net::{Ipv4Addr, Ipv6Addr, UdpSocket};
use std::process::ExitCode;

mod sys {
    //! What the standard library has no name for.

    const SIGTERM: i32 = 15;

    unsafe extern "C" {
        fn signal(signo: i32, handler: usize) -> usize;
        fn _exit(status: i32) -> !;
    }

    extern "C" fn exit(_: i32) {
        // SAFETY: a handler may call this.
        unsafe { _exit(0) }
    }

    /// SIGTERM ends the program with status 0, wherever it is.
    pub fn exit_on_sigterm() {
        let handler: extern "C" fn(i32) = exit;
        // SAFETY: a function as signal(2) wants it.
        unsafe { signal(SIGTERM, handler as usize) };
    }
}

const A: u16 = 1;
const CNAME: u16 = 5;
const TXT: u16 = 16;
const AAAA: u16 = 28;
const IN: u16 = 1;

const NOERROR: u16 = 0;
const FORMERR: u16 = 1;
const NXDOMAIN: u16 = 3;
const NOTIMP: u16 = 4;
const REFUSED: u16 = 5;

const QR: u16 = 0x8000;
const OPCODE: u16 = 0x7800;
const AUTHORITATIVE: u16 = 0x0400;
const TRUNCATED: u16 = 0x0200;
const RD: u16 = 0x0100;

const HEADER: usize = 12;
const NAME_MAX: usize = 255;
const LABEL_MAX: usize = 63;
const TTL_S: u32 = 60;

/// Bytes of an answer to somebody who has not asked for more: RFC 1035, 2.3.4.
const LARGEST: usize = 512;

/// A name as it is sent: length, bytes, length, bytes, 0.
type Name = Vec<u8>;

/// For each name, in small letters, its records: type and data, in the order of the file.
type Zone = HashMap<Name, Vec<(u16, Vec<u8>)>>;

/// A name as people write it, with or without the dot at its end.
fn name(text: &str) -> Option<Name> {
    let mut name = Name::new();
    for label in text.strip_suffix('.').unwrap_or(text).split('.') {
        if label.is_empty() || label.len() > LABEL_MAX {
            return None;
        }
        name.push(label.len() as u8);
        name.extend(label.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    name.push(0);
    (name.len() <= NAME_MAX).then_some(name)
}

/// One line of the zone: the name, the type and the data.
fn record(line: &str) -> Result<(Name, u16, Vec<u8>), &'static str> {
    const BLANKS: [char; 2] = [' ', '\t'];
    let shape = "not NAME TYPE VALUE";
    let (owner, rest) = line.split_once(BLANKS).ok_or(shape)?;
    let rest = rest.trim_start_matches(BLANKS);
    let (kind, value) = rest.split_once(BLANKS).ok_or(shape)?;
    let value = value.trim_start_matches(BLANKS);
    let owner = name(owner).ok_or("not a name")?;
    let (kind, data) = match kind {
        "A" => {
            let address: Ipv4Addr = value.parse().map_err(|_| "not an IPv4 address")?;
            (A, address.octets().to_vec())
        }
        "AAAA" => {
            let address: Ipv6Addr = value.parse().map_err(|_| "not an IPv6 address")?;
            (AAAA, address.octets().to_vec())
        }
        "CNAME" => (CNAME, name(value).ok_or("not a name")?),
        "TXT" => {
            let length = u8::try_from(value.len()).map_err(|_| "more than 255 bytes")?;
            (TXT, [&[length], value.as_bytes()].concat())
        }
        _ => return Err("not a type"),
    };
    Ok((owner, kind, data))
}

fn read_zone(path: &str) -> Result<Zone, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let mut zone = Zone::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_matches([' ', '\t', '\r']);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (owner, kind, data) =
            record(line).map_err(|why| format!("{path}: line {}: {why}", at + 1))?;
        zone.entry(owner).or_default().push((kind, data));
    }
    Ok(zone)
}

/// Takes a packet apart from its beginning; `None`: what should be there is not.
struct Reader<'a> {
    packet: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = self.packet[self.at];
        self.at += 1;
        Some(byte)
    }

    fn number(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes([self.byte()?, self.byte()?]))
    }

    /// A name, with pointers followed.
    fn name(&mut self) -> Option<Name> {
        let (mut name, mut start, mut after) = (Name::new(), self.at, None);
        loop {
            let length = self.byte()?;
            match usize::from(length) {
                0 => break,
                label @ 1..=LABEL_MAX => {
                    name.push(length);
                    name.extend(self.packet.get(self.at..self.at + label)?);
                    self.at += label;
                    if name.len() >= NAME_MAX {
                        return None;
                    }
                }
                0xc0.. => {
                    let target = usize::from(length & 0x3f) << 8 | usize::from(self.byte()?);
                    after.get_or_insert(self.at);
                    if target >= start {
                        return None;
                    }
                    (start, self.at) = (target, target);
                }
                _ => return None,
            }
        }
        name.push(0);
        self.at = after.unwrap_or(self.at);
        Some(name)
    }

    fn question(&mut self) -> Option<(Name, u16, u16)> {
        Some((self.name()?, self.number()?, self.number()?))
    }
}

/// The code of an answer and its records; CNAMEs are followed inside the zone.
fn look_up(zone: &Zone, asked: &[u8], kind: u16) -> (u16, Vec<Vec<u8>>) {
    let put = |owner: &[u8], kind: u16, data: &[u8]| {
        let mut record = owner.to_vec();
        record.extend([kind, IN].map(u16::to_be_bytes).concat());
        record.extend(TTL_S.to_be_bytes());
        record.extend((data.len() as u16).to_be_bytes());
        record.extend(data);
        record
    };
    let mut name = asked.to_ascii_lowercase(); // a length is at most 63, and no letter
    let mut owner = vec![0xc0, HEADER as u8]; // where the question has it
    let (mut records, mut seen) = (Vec::new(), HashSet::new());
    loop {
        let Some(found) = zone.get(&name) else {
            return (NXDOMAIN, records);
        };
        let of = |kind| found.iter().filter(move |(its, _)| *its == kind);
        let alias = of(CNAME).next().filter(|_| kind != CNAME);
        let Some((_, target)) = alias else {
            records.extend(of(kind).map(|(kind, data)| put(&owner, *kind, data)));
            return (NOERROR, records);
        };
        records.push(put(&owner, CNAME, target));
        seen.insert(name);
        if seen.contains(target) {
            return (NOERROR, records);
        }
        (name, owner) = (target.clone(), target.clone());
    }
}

/// The answer to a packet; `None`: silence.
fn answer(zone: &Zone, packet: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader { packet, at: 0 };
    let [ident, flags, questions, _, _, _] = {
        let mut header = [0; 6];
        for number in &mut header {
            *number = reader.number()?;
        }
        header
    };
    if flags & QR != 0 {
        return None; // two servers that answered answers would never stop
    }
    let message = |bits: u16, question: &[u8], records: &[Vec<u8>]| {
        let flags = QR | flags & (OPCODE | RD) | bits;
        let (asked, answers) = (u16::from(!question.is_empty()), records.len() as u16);
        let mut message = [ident, flags, asked, answers, 0, 0].map(u16::to_be_bytes).concat();
        message.extend(question);
        message.extend(records.concat());
        message
    };
    if flags & OPCODE != 0 {
        return Some(message(NOTIMP, &[], &[]));
    }
    // The records behind the question (EDNS0) are passed over: without it, 512 bytes are the limit.
    let asked = reader.question().filter(|_| questions == 1);
    let Some((name, kind, class)) = asked else {
        return Some(message(FORMERR, &[], &[]));
    };
    let question = [name.as_slice(), &kind.to_be_bytes(), &class.to_be_bytes()].concat();
    if class != IN {
        return Some(message(REFUSED, &question, &[]));
    }
    let (code, records) = look_up(zone, &name, kind);
    let whole = message(AUTHORITATIVE | code, &question, &records);
    if whole.len() > LARGEST {
        return Some(message(AUTHORITATIVE | TRUNCATED | code, &question, &[]));
    }
    Some(whole)
}

fn serve(port: &str, zone: &str) -> Result<(), String> {
    let zone = read_zone(zone)?;
    let port: u16 = port.parse().map_err(|_| format!("not a port: {port:?}"))?;
    let endpoint = UdpSocket::bind(("127.0.0.1", port)).map_err(|error| error.to_string())?;
    let mut packet = vec![0; 65536];
    loop {
        // What becomes of one answer is not our end.
        let done = endpoint.recv_from(&mut packet).and_then(|(size, client)| {
            answer(&zone, &packet[..size]).map_or(Ok(0), |reply| endpoint.send_to(&reply, client))
        });
        if let Err(error) = done {
            eprintln!("dns: {error}");
        }
    }
}

fn main() -> ExitCode {
    sys::exit_on_sigterm();
    let args: Vec<String> = std::env::args().collect();
    let [_, port, zone] = args.as_slice() else {
        eprintln!("usage: dns PORT ZONE");
        return ExitCode::from(2);
    };
    match serve(port, zone) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dns: {error}");
            ExitCode::FAILURE
        }
    }
}
