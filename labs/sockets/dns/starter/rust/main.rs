//! dns PORT ZONE: answer DNS queries by UDP from a zone file.
//!
//! This starter answers A queries for names that it knows, and ends at SIGTERM. Follow the TODOs.

use std::collections::HashMap;
use std::net::{Ipv4Addr, UdpSocket};

mod sys {
    //! What the standard library has no name for.

    unsafe extern "C" {
        fn signal(signo: i32, handler: usize) -> usize;
        fn _exit(status: i32) -> !;
    }

    extern "C" fn exit(_: i32) {
        // SAFETY: a handler may call this: signal-safety(7).
        unsafe { _exit(0) }
    }

    /// SIGTERM (15) ends the program with status 0, wherever it is.
    pub fn exit_on_sigterm() {
        let handler: extern "C" fn(i32) = exit;
        // SAFETY: a function as signal(2) wants it.
        unsafe { signal(15, handler as usize) };
    }
}

const A: u16 = 1;
const IN: u16 = 1;
const QR: u16 = 0x8000;
const HEADER: usize = 12;

/// From names, as they are in the file, to addresses.
type Zone = HashMap<String, Ipv4Addr>;

fn read_zone(path: &str) -> Zone {
    let mut zone = Zone::new();
    for line in std::fs::read_to_string(path).expect("a zone").lines() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        // TODO: what is split here if the value is a string with blanks in it?
        let words: Vec<&str> = line.split_whitespace().collect();
        // TODO: which lines cannot be read, and what is the number of this one?
        // TODO: AAAA, CNAME and TXT
        if let [name, "A", value] = words[..] {
            // TODO: what happens to the first address of a name that has two?
            // TODO: does example. have the same name as Example?
            zone.insert(name.to_owned(), value.parse().expect("an address"));
        }
    }
    zone
}

/// The name that is asked for, as text, and where the question ends.
fn question(packet: &[u8]) -> (String, usize) {
    let (mut labels, mut at) = (Vec::new(), HEADER);
    // TODO: is there a byte at `at`? Is the label as long as it says? What is a length of 0xc0?
    while packet[at] != 0 {
        let end = at + 1 + usize::from(packet[at]);
        labels.push(String::from_utf8_lossy(&packet[at + 1..end]).into_owned());
        at = end;
    }
    (labels.join("."), at + 1 + 4)
}

/// The answer to a packet; `None`: silence.
fn answer(zone: &Zone, packet: &[u8]) -> Option<Vec<u8>> {
    // TODO: which packets are no queries, and which questions cannot be answered?
    let (name, end) = question(packet);
    // TODO: what was asked for: which type, which class? And what if there is no such name?
    let address = zone.get(&name)?;
    let mut answer = packet[..2].to_vec();
    // TODO: which bits does a server set that speaks for its own zone?
    answer.extend([QR, 1, 1, 0, 0].map(u16::to_be_bytes).concat());
    answer.extend(&packet[HEADER..end]);
    answer.extend([0xc0, HEADER as u8]);
    answer.extend([A, IN, 0, 60, 4].map(u16::to_be_bytes).concat());
    answer.extend(address.octets());
    // TODO: how many bytes may an answer have?
    Some(answer)
}

fn main() -> std::io::Result<()> {
    sys::exit_on_sigterm();
    let args: Vec<String> = std::env::args().collect();
    let zone = read_zone(&args[2]);
    let port: u16 = args[1].parse().expect("a port");
    let endpoint = UdpSocket::bind(("127.0.0.1", port))?;
    let mut packet = [0; 512];
    loop {
        let (size, client) = endpoint.recv_from(&mut packet)?;
        if let Some(answer) = answer(&zone, &packet[..size]) {
            endpoint.send_to(&answer, client)?;
        }
    }
}
