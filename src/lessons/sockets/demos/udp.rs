//! A DNS exchange over UDP, byte by byte; what the header says in four cases; and datagrams that
//! nobody had room for.
//!
//! See udp(7), recv(2) (MSG_TRUNC) and RFC 1035, section 4.

mod message;

use std::io::{self, Write};
use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::Duration;

use anyhow::Context;
use nix::sys::socket::{MsgFlags, recv};

use crate::lessons::columns::{Align, bold, head, narrow, prose};
use crate::model::curriculum::{Demo, DemoOptions};
use message::{Kind, dissect, question, reply};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "udp",
    title: "a DNS question and its answer, byte by byte, and datagrams that are lost",
    run,
};

/// How long a datagram may take on the loopback interface.
const PATIENCE: Duration = Duration::from_secs(2);

/// The number of the first question.
const ID: u16 = 0x5a17;

/// Datagrams that are sent to somebody who does not read, and bytes in each.
const FLOOD: (usize, usize) = (2000, 500);

/// Room of a receiver that has too little.
const ROOM: usize = 20;

/// What is asked, besides the first question.
const QUESTIONS: &[(&str, Kind)] = &[
    ("www.example.test", Kind::A),
    ("www.example.test", Kind::Aaaa),
    ("nobody.example.test", Kind::A),
    ("big.example.test", Kind::Txt),
];

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(
        out,
        "{}\n",
        bold("A question and its answer", options.color)
    )?;
    let server = socket()?;
    let client = socket()?;
    let story = format!(
        "A name server with a zone of two records has one socket, at {}; a client asks from {}. \
         There is no listen, no accept and no handshake: the question is the first packet.",
        server.local_addr()?,
        client.local_addr()?
    );
    writeln!(out, "{}", prose(&story))?;
    out.flush()?;
    let exchange = ask(&client, &server, ID, "WwW.example.test", Kind::A)?;
    for (calls, packet) in [
        ("client: sendto, server: recvfrom", &exchange.question),
        ("server: sendto, client: recvfrom", &exchange.answer),
    ] {
        options.go_on()?;
        writeln!(out, "{calls} = {}\n", packet.len())?;
        let rows: Vec<Vec<String>> = dissect(packet)
            .context("the packet is no DNS message")?
            .into_iter()
            .map(|part| vec![hex(&part.bytes), part.meaning])
            .collect();
        writeln!(out, "{}", narrow(&[], &rows))?;
    }
    let meaning = "The name in the answer is a pointer to the question's; the spelling of the \
                   question came back as it was. The number, the name and the address from which \
                   it came are all that ties an answer to its question.";
    writeln!(out, "{}", prose(meaning))?;
    out.flush()?;
    headers(out, (&client, &server), options)?;
    lost(out, options)?;
    let read_on = "Try it yourself: `dig +noedns +qr www.example.com`, under `strace -e network`. \
                   Read on: `syslab sockets read udp`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// A socket at any port of the loopback interface.
fn socket() -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    socket.set_read_timeout(Some(PATIENCE))?;
    Ok(socket)
}

/// What went over the wire.
struct Exchange {
    question: Vec<u8>,
    answer: Vec<u8>,
}

/// Asks, and answers: one process is both sides.
fn ask(
    client: &UdpSocket,
    server: &UdpSocket,
    id: u16,
    name: &str,
    kind: Kind,
) -> anyhow::Result<Exchange> {
    client.send_to(&question(id, name, kind), server.local_addr()?)?;
    let question = take(server)?;
    let answer = reply(&question.0).context("the server cannot read the question")?;
    server.send_to(&answer, question.1)?;
    let answer = take(client)?.0;
    Ok(Exchange {
        question: question.0,
        answer,
    })
}

/// A datagram, and where it came from.
fn take(socket: &UdpSocket) -> anyhow::Result<(Vec<u8>, std::net::SocketAddr)> {
    let mut buffer = vec![0; 4096];
    let (count, from) = socket
        .recv_from(&mut buffer)
        .context("a datagram has been lost on the loopback interface")?;
    buffer.truncate(count);
    Ok((buffer, from))
}

/// Bytes as two digits each.
fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}

/// What the headers of several answers say.
fn headers(
    out: &mut dyn Write,
    (client, server): (&UdpSocket, &UdpSocket),
    options: &DemoOptions,
) -> anyhow::Result<()> {
    let title = "Four answers";
    writeln!(out, "{}\n", bold(title, options.color))?;
    let mut rows = vec![head([
        "asked for",
        "type",
        "bytes",
        "flags",
        "RCODE",
        "answers",
    ])];
    for (id, (name, kind)) in (1..).zip(QUESTIONS) {
        options.go_on()?;
        let exchange = ask(client, server, id, name, *kind)?;
        let header = message::header(&exchange.answer).context("an answer has a header")?;
        rows.push(vec![
            (*name).to_owned(),
            kind.name().to_owned(),
            exchange.answer.len().to_string(),
            header.flag_names(),
            header.rcode_name().to_owned(),
            header.answers.to_string(),
        ]);
    }
    let (left, right) = (Align::Left, Align::Right);
    writeln!(
        out,
        "{}",
        narrow(&[left, left, right, left, left, right], &rows)
    )?;
    let meaning = "The second name exists and has no such record; the third does not exist: who \
                   confuses the two makes names vanish. The fourth answer would have more than 512 \
                   bytes; TC asks the client to come again by TCP.";
    writeln!(out, "{}", prose(meaning))?;
    out.flush()?;
    Ok(())
}

/// What becomes of datagrams that are too long, or too many.
fn lost(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    options.go_on()?;
    let title = "Too long, and too many";
    writeln!(out, "{}\n", bold(title, options.color))?;
    let (client, server) = (socket()?, socket()?);
    let (count, size) = FLOOD;
    client.send_to(&vec![b'x'; size], server.local_addr()?)?;
    client.send_to(b"next", server.local_addr()?)?;
    let mut room = [0; ROOM];
    // With MSG_TRUNC the kernel tells how long the datagram was.
    let was = recv(server.as_raw_fd(), &mut room, MsgFlags::MSG_TRUNC)?;
    let next = take(&server)?.0;
    let text = format!(
        "A datagram of {was} bytes is received with room for {ROOM}: the other {} are gone, and the \
         next recv gives {:?}.",
        was.saturating_sub(ROOM),
        String::from_utf8_lossy(&next)
    );
    writeln!(out, "{}", prose(&text))?;
    let mut sent = 0;
    for _ in 0..count {
        options.go_on()?;
        sent += usize::from(
            client
                .send_to(&vec![b'x'; size], server.local_addr()?)
                .is_ok(),
        );
    }
    server.set_nonblocking(true)?;
    let mut received = 0;
    while server.recv(&mut [0; 1024]).is_ok() {
        received += 1;
    }
    let text = format!(
        "{count} datagrams of {size} bytes are sent to somebody who is busy: {sent} calls of sendto \
         succeed, {received} datagrams are there when he looks. Nobody was told of the others.",
    );
    writeln!(out, "{}", prose(&text))?;
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_has_its_answer() {
        let (client, server) = (socket().unwrap(), socket().unwrap());
        let seen: Vec<String> = (1..)
            .zip(QUESTIONS)
            .map(|(id, (name, kind))| {
                let exchange = ask(&client, &server, id, name, *kind).unwrap();
                assert!(exchange.answer.len() <= 512);
                let header = message::header(&exchange.answer).unwrap();
                assert_eq!(header.id, id);
                format!(
                    "{} {} {}",
                    header.flag_names(),
                    header.rcode_name(),
                    header.answers
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                "QR AA RD NOERROR 1",
                "QR AA RD NOERROR 0",
                "QR AA RD NXDOMAIN 0",
                "QR AA TC RD NOERROR 0",
            ]
        );
    }

    #[test]
    fn bytes_are_digits() {
        assert_eq!(hex(&[0, 0xab]), "00 ab");
    }
}
