//! Makes connections that end in different ways.
//! Usage: fin STORY...    STORY: what is done with one connection, as STEP,STEP,...
//!     c, s         the client, the server closes
//!     cw, sw       the client, the server shuts its sending side down
//!     cr, sr       the client, the server shuts its receiving side down
//!     c+, s+       the client, the server duplicates its descriptor; it closes one at a time
//! What is left is closed at the end, the client's first.

use std::net::{Shutdown, TcpListener, TcpStream};

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    for story in std::env::args().skip(1) {
        let mut client = vec![TcpStream::connect(listener.local_addr()?)?];
        let mut server = vec![listener.accept()?.0];
        for step in story.split(',') {
            let (who, what) = step.split_at(1);
            let end = if who == "c" { &mut client } else { &mut server };
            match what {
                "+" => end.push(end[0].try_clone()?),
                "w" => end[0].shutdown(Shutdown::Write)?,
                "r" => end[0].shutdown(Shutdown::Read)?,
                _ => drop(end.pop()),
            }
        }
        drop(client);
        drop(server);
    }
    Ok(())
}
