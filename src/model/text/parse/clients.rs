//! Reading what clients saw.

use super::lexer::{Expected, Rest};
use crate::model::clients::{Ending, Endpoint, Passed, Sighting};
use crate::model::recording::Measure;
use crate::model::text::names::errno_number;

impl Rest<'_> {
    pub(super) fn endpoint(&mut self) -> Result<Endpoint, Expected> {
        if self.eat("tcp:") {
            Ok(Endpoint::Tcp(self.number("a port")?))
        } else if self.eat("udp:") {
            Ok(Endpoint::Udp(self.number("a port")?))
        } else if self.eat("unix:") {
            Ok(Endpoint::Unix(self.string()?))
        } else {
            Err("`tcp:`, `udp:` or `unix:`")
        }
    }

    pub(super) fn sighting(&mut self) -> Result<Sighting, Expected> {
        let mut seen = Sighting {
            crowd: self.string()?,
            ..Sighting::default()
        };
        self.expect(" ", "the numbers of the clients")?;
        loop {
            let first = self.number("the number of a client")?;
            let last = match self.eat("-") {
                true => self.number("the number of a client")?,
                false => first,
            };
            if last < first {
                return Err("ranges of clients from the lower to the higher number");
            }
            seen.clients.push((first, last));
            if !self.eat(",") {
                break;
            }
        }
        self.expect(" sent=", "` sent=`")?;
        seen.sent = self.number("how many bytes were sent")?;
        self.expect(" received=", "` received=`")?;
        seen.received = self.number("how many bytes were received")?;
        self.expect(" ", "how the connection stands")?;
        seen.end = self.ending()?;
        if self.eat(" doing=") {
            seen.doing = Some(self.number("the index of a move")?);
        }
        if self.eat(" differs=") {
            seen.differs_at = Some(self.number("where it differs")?);
        }
        while self.eat(" kept=") {
            seen.kept.push(self.bytes()?);
        }
        while self.eat(" passed=") {
            seen.descriptors.push(self.passed()?);
        }
        if self.eat(" certificate=") {
            seen.certificate = self.bytes()?.data;
        }
        Ok(seen)
    }

    fn passed(&mut self) -> Result<Passed, Expected> {
        let at = self.number("where it came")?;
        let object = self.object()?;
        self.expect(" 0", "its kind, an octal number")?;
        let digits = self.identifier();
        let kind = u32::from_str_radix(digits, 8).map_err(|_| "its kind, an octal number")?;
        self.expect(" ", "its access mode")?;
        let access = self.number("its access mode")?;
        self.expect(" ", "its offset")?;
        let offset = self.number("its offset")?;
        self.expect(" ", "what it reads")?;
        Ok(Passed {
            at,
            object,
            kind,
            access,
            offset,
            content: self.bytes()?,
        })
    }

    fn ending(&mut self) -> Result<Ending, Expected> {
        const EXPECTED: Expected =
            "`connecting`, `open`, `fin`, `cut`, `closed`, an errno or `tls`";
        Ok(match self.identifier() {
            "connecting" => Ending::Connecting,
            "open" => Ending::Open,
            "fin" => Ending::Fin,
            "cut" => Ending::Cut,
            "closed" => Ending::Closed,
            "tls" => {
                self.expect(" ", "why")?;
                Ending::Tls(self.string()?)
            }
            word => Ending::Failed(errno_number(word).ok_or(EXPECTED)?),
        })
    }

    pub(super) fn measure(&mut self) -> Result<Measure, Expected> {
        self.expect("memory=", "`memory=`")?;
        let memory_kib = self.number("KiB")?;
        self.expect(" tasks=", "` tasks=`")?;
        let tasks = self.number("how many")?;
        self.expect(" descriptors=", "` descriptors=`")?;
        let descriptors = self.number("how many")?;
        let cpu_us = match self.eat(" cpu=") {
            true => self.number("microseconds")?,
            false => 0,
        };
        Ok(Measure {
            memory_kib,
            tasks,
            descriptors,
            cpu_us,
        })
    }
}
