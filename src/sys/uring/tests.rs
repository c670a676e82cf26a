//! What a ring does, seen at real sockets.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsFd as _;

use super::*;

fn events(ring: &mut Uring) -> Vec<Event> {
    ring.wait(Some(Duration::from_secs(10))).unwrap();
    std::iter::from_fn(|| ring.next_event()).collect()
}

#[test]
fn tags_keep_their_parts() {
    let word = tag(Kind::SendFixed, 0xab_cdef, u32::MAX);
    assert_eq!(parts(word), (Some(Kind::SendFixed), 0xab_cdef, u32::MAX));
    assert_eq!(parts(0).0, None);
}

#[test]
fn a_connection_is_accepted_heard_and_answered() {
    if let Some(why) = refusal() {
        eprintln!("skipped: {why}");
        return;
    }
    let fixed = b"fixed".to_vec().into_boxed_slice();
    let mut ring = Uring::new(2, 8, fixed).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    ring.accept_all(listener.as_fd()).unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let accepted = loop {
        if let Some(Event::Accepted { connection, .. }) = events(&mut ring).pop() {
            break connection.unwrap();
        }
    };
    ring.receive_all(accepted.as_fd(), 7).unwrap();
    client.write_all(b"more than eight bytes").unwrap();
    client.shutdown(std::net::Shutdown::Write).unwrap();
    let (mut heard, mut is_armed) = (Vec::new(), true);
    loop {
        let mut is_end = false;
        for event in events(&mut ring) {
            let Event::Received {
                number: 7,
                piece,
                is_more,
            } = event
            else {
                panic!("{event:?}");
            };
            is_armed = is_more;
            match piece {
                Ok(Some(piece)) => {
                    heard.extend_from_slice(ring.bytes(&piece));
                    ring.give_back(piece);
                }
                Ok(None) => is_end = true,
                Err(error) => assert_eq!(error.raw_os_error(), Some(libc::ENOBUFS)),
            }
        }
        if is_end {
            break;
        }
        if !is_armed {
            ring.receive_all(accepted.as_fd(), 7).unwrap();
            is_armed = true;
        }
    }
    assert_eq!(heard, b"more than eight bytes");
    ring.send(accepted.as_fd(), 7, b"answer ".to_vec()).unwrap();
    let sent = events(&mut ring);
    assert!(
        matches!(&sent[..], [Event::Sent { number: 7, sent: Ok(7), bytes: Some(bytes) }]
            if bytes == b"answer "),
        "{sent:?}"
    );
    ring.send_fixed(accepted.as_fd(), 7, 1..5, true).unwrap();
    assert!(matches!(
        events(&mut ring)[..],
        [Event::Sent {
            sent: Ok(4),
            bytes: None,
            ..
        }]
    ));
    drop((ring, accepted));
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "answer ixed");
}
