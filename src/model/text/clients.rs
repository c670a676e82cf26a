//! The text form of what clients saw.

use std::fmt::{self, Display};

use super::names::errno_name;
use super::print::{Quoted, Shown};
use crate::model::clients::{Ending, Endpoint, Sighting};
use crate::model::recording::Bytes;

impl Display for Shown<'_, Endpoint> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Endpoint::Tcp(port) => write!(f, "tcp:{port}"),
            Endpoint::Udp(port) => write!(f, "udp:{port}"),
            Endpoint::Unix(path) => write!(f, "unix:{}", Quoted(path.as_bytes())),
        }
    }
}

impl Display for Shown<'_, Sighting> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sighting {
            crowd,
            clients,
            doing,
            sent,
            received,
            differs_at,
            end,
            kept,
            descriptors,
            certificate,
        } = self.0;
        write!(f, "{} ", Quoted(crowd.as_bytes()))?;
        for (nth, (first, last)) in clients.iter().enumerate() {
            let comma = if nth == 0 { "" } else { "," };
            match first == last {
                true => write!(f, "{comma}{first}")?,
                false => write!(f, "{comma}{first}-{last}")?,
            }
        }
        write!(f, " sent={sent} received={received} {}", Shown(end))?;
        if let Some(doing) = doing {
            write!(f, " doing={doing}")?;
        }
        if let Some(at) = differs_at {
            write!(f, " differs={at}")?;
        }
        for bytes in kept {
            write!(f, " kept={}", Shown(bytes))?;
        }
        for passed in descriptors {
            write!(
                f,
                " passed={}<{}> 0{:o} {} {} {}",
                passed.at,
                Shown(&passed.object),
                passed.kind,
                passed.access,
                passed.offset,
                Shown(&passed.content)
            )?;
        }
        if !certificate.is_empty() {
            let bytes = Bytes {
                data: certificate.clone(),
                cut: 0,
            };
            write!(f, " certificate={}", Shown(&bytes))?;
        }
        Ok(())
    }
}

impl Display for Shown<'_, Ending> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Ending::Connecting => f.write_str("connecting"),
            Ending::Open => f.write_str("open"),
            Ending::Fin => f.write_str("fin"),
            Ending::Cut => f.write_str("cut"),
            Ending::Closed => f.write_str("closed"),
            Ending::Failed(errno) => f.write_str(&errno_name(*errno)),
            Ending::Tls(why) => write!(f, "tls {}", Quoted(why.as_bytes())),
        }
    }
}
