//! A client's moves.

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use super::{BUFFER, Client, Link, Room};
use crate::model::clients::{Ending, Move};

/// What came of trying a move.
pub(super) enum Tried {
    Done,
    Blocked,
    /// It has had its share.
    Shared,
}

impl Client {
    /// Tries the move at hand.
    pub(super) fn attempt(
        &mut self,
        now: Instant,
        room: &mut Room,
        share: &mut u64,
    ) -> io::Result<Tried> {
        let crowd = self.crowd.clone();
        let done_if = |is_done| match is_done {
            true => Ok(Tried::Done),
            false => Ok(Tried::Blocked),
        };
        let is_open = matches!(self.end, Ending::Open);
        match &crowd.moves[self.at] {
            Move::Send(payload) => {
                if !self.is_begun {
                    self.script.push(payload);
                    self.is_begun = true;
                }
                // A datagram of no bytes is one.
                if let (true, Some(link @ Link::Udp(_))) = (payload.is_empty(), &mut self.link) {
                    link.write(&[])?;
                }
                self.send(BUFFER, share)
            }
            Move::Dribble {
                payload,
                piece,
                pause_us,
            } => {
                if !self.is_begun {
                    self.script.push(payload);
                    self.is_begun = true;
                }
                while self.sent < self.script.end() {
                    if self.pause.is_some_and(|until| until > now) {
                        return Ok(Tried::Blocked);
                    }
                    // If there is no room now, that there is some is what it waits for.
                    self.pause = None;
                    self.send_piece(*piece as usize)?;
                    if *pause_us > 0 {
                        self.pause = Some(now + Duration::from_micros(*pause_us));
                    }
                    *share = share.saturating_sub(u64::from(*piece));
                    if *share == 0 {
                        return Ok(Tried::Shared);
                    }
                }
                Ok(Tried::Done)
            }
            Move::AwaitEcho => done_if(self.received >= self.sent),
            Move::AwaitReceived(bytes) => done_if(self.received >= *bytes),
            Move::AwaitLines(count) => done_if(self.lines >= *count),
            Move::AwaitDatagrams(count) => done_if(self.datagrams >= *count),
            Move::AwaitResponse { .. } => {
                let has_come = self.responses.whole > self.awaited;
                self.awaited += u32::from(has_come);
                done_if(has_come)
            }
            Move::AwaitEnd => done_if(!is_open || self.has_hung_up),
            Move::AwaitTold => done_if(std::mem::take(&mut self.is_told)),
            Move::Pause { us } => {
                let until = *self.pause.get_or_insert(now + Duration::from_micros(*us));
                done_if(until <= now)
            }
            Move::Reads(reading) => {
                self.reading = *reading;
                self.next_read = None;
                self.read(now, room, share);
                Ok(Tried::Done)
            }
            Move::Shutdown => {
                if let Some(link) = &mut self.link {
                    link.shut_down()?;
                }
                Ok(Tried::Done)
            }
            Move::Close => {
                self.close();
                Ok(Tried::Done)
            }
            Move::Reset => {
                if let Some(link) = &mut self.link {
                    link.reset_when_closed()?;
                }
                self.close();
                Ok(Tried::Done)
            }
        }
    }

    fn close(&mut self) {
        self.note_certificate();
        self.link = None;
        self.end = Ending::Closed;
    }

    /// Sends what the script has, in pieces of at most so many bytes.
    fn send(&mut self, piece: usize, share: &mut u64) -> io::Result<Tried> {
        while self.sent < self.script.end() {
            let len = self.send_piece(piece)?;
            *share = share.saturating_sub(len);
            if *share == 0 {
                return Ok(Tried::Shared);
            }
        }
        Ok(Tried::Done)
    }

    fn send_piece(&mut self, piece: usize) -> io::Result<u64> {
        let left = (self.script.end() - self.sent).min(piece as u64);
        let mut data = vec![0; left as usize];
        let len = self.script.fill(self.index, self.sent, &mut data);
        let Some(link) = &mut self.link else {
            return Err(ErrorKind::WouldBlock.into());
        };
        let sent = link.write(&data[..len])? as u64;
        self.sent += sent;
        Ok(sent)
    }
}
