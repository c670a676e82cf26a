//! TLS on the loopback interface, both sides in this process: a handshake as records and calls, and
//! what encryption and handshakes cost.
//!
//! See RFC 8446, sections 2 and 5.1; RFC 5246, section 7.3; clock_gettime(2).

mod link;
mod records;

use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use rustls::{HandshakeKind, ProtocolVersion};

use crate::lessons::columns::{Align, bold, brief, head, narrow, prose, two_digits};
use crate::model::curriculum::{Demo, DemoOptions};
use crate::sys::clock;
use link::{Configs, Link, Side, Transfer};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    slug: "tls",
    title: "a handshake as records and calls, and what encryption costs",
    run,
};

/// MiB that are sent with and without encryption, and in the quick version.
const VOLUME: (usize, usize) = (64, 8);

/// Handshakes whose cost is averaged, and in the quick version.
const HANDSHAKES: (u32, u32) = (50, 8);

/// What the client says.
const HELLO: &[u8] = b"hello";

fn run(out: &mut dyn Write, options: &DemoOptions) -> anyhow::Result<()> {
    writeln!(out, "{}\n", bold("A handshake", options.color))?;
    let story = "A client and a server of this process, over a TCP connection (rustls, a \
                 certificate made for this run). After the handshake the client says \"hello\" \
                 and goodbye. Each line is one send; the numbers are the lengths of its records.";
    writeln!(out, "{}", prose(story))?;
    out.flush()?;
    for version in [ProtocolVersion::TLSv1_3, ProtocolVersion::TLSv1_2] {
        options.go_on()?;
        let configs = Configs::new(version)?;
        let (rows, calls) = conversation(&configs, options)?;
        let name = match version {
            ProtocolVersion::TLSv1_2 => "TLS 1.2",
            _ => "TLS 1.3",
        };
        writeln!(out, "{}\n", bold(name, options.color))?;
        writeln!(out, "{}", narrow(&[], &rows))?;
        writeln!(out, "{}", prose(&calls))?;
        out.flush()?;
    }
    let configs = Configs::new(ProtocolVersion::TLSv1_3)?;
    volume(out, &configs, options)?;
    handshakes(out, &configs, options)?;
    let read_on = "Read on: `syslab sockets read tls`.";
    out.write_all(prose(read_on).as_bytes())?;
    Ok(())
}

/// A handshake, a word and a goodbye: every send as a row, and how many calls it took.
fn conversation(
    configs: &Configs,
    options: &DemoOptions,
) -> anyhow::Result<(Vec<Vec<String>>, String)> {
    let mut link = Link::open(configs)?;
    link.shake_hands(options)?;
    let shaken = link.flights.len();
    let calls = link.calls;
    link.say(Side::Client, HELLO)?;
    link.goodbye(Side::Client)?;
    link.goodbye(Side::Server)?;
    let mut rows = vec![head(["from", "bytes", "records"])];
    let mut is_sealed = [false; 2];
    for (nth, flight) in link.flights.iter().enumerate() {
        let sealed = &mut is_sealed[flight.from as usize];
        let records = records::describe(&flight.bytes, sealed).context("records end in between")?;
        let name = match flight.from {
            Side::Client => "client",
            Side::Server => "server",
        };
        let mut records = records.join("; ");
        if nth >= shaken {
            records = format!("{} ({records})", flight.what);
        }
        rows.push(vec![
            name.to_owned(),
            flight.bytes.len().to_string(),
            records,
        ]);
    }
    let text = format!(
        "The handshake took {} sends and {} recvs on both sides together, where plain TCP needs \
         none. Each recv of the server waits for the client: in an event loop it must not.",
        calls.sends, calls.receives
    );
    Ok((rows, text))
}

/// What it costs to send the same plain and encrypted.
fn volume(out: &mut dyn Write, configs: &Configs, options: &DemoOptions) -> anyhow::Result<()> {
    let mib = if options.quick { VOLUME.1 } else { VOLUME.0 };
    let title = format!("{mib} MiB, plain and encrypted");
    writeln!(out, "{}\n", bold(&title, options.color))?;
    let mut rows = vec![head([
        "",
        "bytes on the wire",
        "sends",
        "recvs",
        "processor time",
    ])];
    let mut times = Vec::new();
    for is_encrypted in [false, true] {
        let mut link = Link::open(configs)?;
        if is_encrypted {
            link.shake_hands(options)?;
        }
        let before = clock::of_thread();
        let moved: Transfer = link.transfer(mib << 20, is_encrypted, options)?;
        let time = clock::of_thread().saturating_sub(before);
        times.push(time);
        rows.push(vec![
            if is_encrypted { "TLS 1.3" } else { "plain" }.to_owned(),
            moved.on_the_wire.to_string(),
            moved.calls.sends.to_string(),
            moved.calls.receives.to_string(),
            brief(time),
        ]);
    }
    let right = Align::Right;
    writeln!(
        out,
        "{}",
        narrow(&[Align::Left, right, right, right, right], &rows)
    )?;
    let factor = times[1].as_secs_f64() / times[0].as_secs_f64().max(1e-6);
    let mut text = format!(
        "Client and server together. Encrypted it took {} times the processor time: each byte is \
         enciphered, copied into a record, checked and copied out again.",
        two_digits(factor)
    );
    if cfg!(debug_assertions) {
        text.push_str(" This build of syslab is not an optimised one; the cipher itself is.");
    }
    writeln!(out, "{}", prose(&text))?;
    out.flush()?;
    Ok(())
}

/// What handshakes cost, new and resumed.
fn handshakes(out: &mut dyn Write, configs: &Configs, options: &DemoOptions) -> anyhow::Result<()> {
    let count = if options.quick {
        HANDSHAKES.1
    } else {
        HANDSHAKES.0
    };
    writeln!(out, "{}\n", bold("Handshakes", options.color))?;
    let mut rows = vec![head(["", "made", "processor time each"])];
    let mut spent = [(0_u32, Duration::ZERO); 2];
    for nth in 0..2 * count {
        options.go_on()?;
        // Half of them with a client that has never been here.
        let fresh;
        let configs = match nth % 2 {
            0 => {
                fresh = configs.with_new_client()?;
                &fresh
            }
            _ => configs,
        };
        let mut link = Link::open(configs)?;
        let before = clock::of_thread();
        link.shake_hands(options)?;
        let time = clock::of_thread().saturating_sub(before);
        let kind = link.kind();
        link.goodbye(Side::Client)?;
        let at = usize::from(kind == Some(HandshakeKind::Resumed));
        spent[at].0 += 1;
        spent[at].1 += time;
    }
    for (name, (made, time)) in ["full", "resumed by a ticket"].iter().zip(spent) {
        let each = match made {
            0 => "-".to_owned(),
            made => brief(time / made),
        };
        rows.push(vec![(*name).to_owned(), made.to_string(), each]);
    }
    let right = Align::Right;
    writeln!(out, "{}", narrow(&[Align::Left, right, right], &rows))?;
    let text = "Both sides together. A full handshake has a signature and its check; a client \
                that has been here before shows a ticket instead.";
    writeln!(out, "{}", prose(text))?;
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_shake_hands_and_say_goodbye() {
        for (version, first) in [
            (ProtocolVersion::TLSv1_3, "ClientHello"),
            (ProtocolVersion::TLSv1_2, "ClientHello"),
        ] {
            let configs = Configs::new(version).unwrap();
            let (rows, calls) = conversation(&configs, &DemoOptions::default()).unwrap();
            assert!(rows[1][2].starts_with(first), "{rows:?}");
            assert_eq!(rows[1][0], "client");
            let last = rows.last().unwrap();
            assert!(last[2].starts_with("close_notify"), "{rows:?}");
            assert!(!calls.contains("took 0 sends"), "{calls}");
        }
    }

    #[test]
    fn what_is_sent_arrives() {
        let configs = Configs::new(ProtocolVersion::TLSv1_3).unwrap();
        let options = DemoOptions::default();
        let mut link = Link::open(&configs).unwrap();
        let plain = link.transfer(1 << 20, false, &options).unwrap();
        assert_eq!(plain.on_the_wire, 1 << 20);
        let mut link = Link::open(&configs).unwrap();
        link.shake_hands(&options).unwrap();
        let sealed = link.transfer(1 << 20, true, &options).unwrap();
        // A header of 5 bytes, a type and a tag of 16 for each 16 KiB.
        assert_eq!(sealed.on_the_wire, (1 << 20) + 64 * 22);
    }
}
