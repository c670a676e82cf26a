//! Clients of a server that ends connections before they have made all their moves.

use std::net::TcpListener;

use mio::Poll;
use socket2::SockRef;

use super::*;
use crate::model::clients::Payload;

const PAUSE: Duration = Duration::from_millis(10);

/// A client that sends a byte at a time, and the server's end of its connection. On its clock it has just
/// sent the first.
fn dribbling(poll: &Poll) -> (Client, std::net::TcpStream, Instant) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = Endpoint::Tcp(listener.local_addr().unwrap().port());
    let dribble = Move::Dribble {
        payload: Payload::Bytes(vec![b'x'; 100]),
        piece: 1,
        pause_us: PAUSE.as_micros() as u64,
    };
    let crowd = Rc::new(Crowd::new("slow", at, vec![dribble]));
    let mut client = Client::start(crowd, 0, poll.registry(), Token(1));
    let (served, _) = listener.accept().unwrap();
    let begun = Instant::now();
    while client.sent == 0 {
        client.advance(begun, poll.registry(), &mut [0; BUFFER]);
    }
    (client, served, begun)
}

#[test]
fn a_client_whose_connection_fails_wants_no_other_turn() {
    let poll = Poll::new().unwrap();
    let (mut client, served, mut now) = dribbling(&poll);
    SockRef::from(&served)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(served);
    while client.end == Ending::Open {
        client.advance(now, poll.registry(), &mut [0; BUFFER]);
    }
    assert!(client.is_idle());
    for _ in 0..2 {
        now += PAUSE;
        assert_eq!(
            client.advance(now, poll.registry(), &mut [0; BUFFER]),
            Progress::Waits
        );
    }
}

#[test]
fn a_client_that_is_dismissed_after_the_servers_end_wants_no_other_turn() {
    let poll = Poll::new().unwrap();
    let (mut client, served, mut now) = dribbling(&poll);
    served.shutdown(std::net::Shutdown::Write).unwrap();
    while client.end == Ending::Open {
        client.advance(now, poll.registry(), &mut [0; BUFFER]);
    }
    assert_eq!(client.end, Ending::Fin);
    // Its own direction is open, and it goes on.
    assert!(matches!(
        client.advance(now, poll.registry(), &mut [0; BUFFER]),
        Progress::Sleeps(until) if until > now
    ));
    client.dismiss();
    assert!(client.is_idle());
    for _ in 0..2 {
        now += PAUSE;
        assert_eq!(
            client.advance(now, poll.registry(), &mut [0; BUFFER]),
            Progress::Waits
        );
    }
}
