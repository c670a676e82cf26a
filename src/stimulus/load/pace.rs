//! When requests are to be sent: as soon as a connection is free, or by the clock.
//!
//! A client that waits for each answer before it sends the next request asks less of a slow
//! server, and so never sees how long the others would have waited ("coordinated omission"). By
//! the clock, a request's time begins when it should have been sent.

/// When requests are to be sent, nanoseconds since the load began.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    /// Between two requests, where they are sent by the clock.
    interval: Option<f64>,
    /// How many may be sent.
    most: u64,
    /// When no more are sent.
    end: u64,
    taken: u64,
}

impl Pace {
    /// So many requests at most, before `end`; `rate` of them a second, if that is given.
    pub(super) fn new(rate: Option<f64>, most: u64, end: u64) -> Self {
        Self {
            interval: rate.map(|rate| 1e9 / rate),
            most,
            end,
            taken: 0,
        }
    }

    /// Takes the next request that may be sent by now: when it should have been.
    pub(super) fn take(&mut self, now: u64) -> Option<u64> {
        if self.taken >= self.most || now >= self.end {
            return None;
        }
        let due = match self.interval {
            None => now,
            Some(_) => self.due()?,
        };
        if due > now {
            return None;
        }
        self.taken += 1;
        Some(due)
    }

    /// When the next request is to be sent by the clock; `None` if none is, or as soon as
    /// possible.
    pub(super) fn due(&self) -> Option<u64> {
        let due = (self.interval? * self.taken as f64) as u64;
        (self.taken < self.most && due < self.end).then_some(due)
    }

    /// Whether nothing is to be sent any more.
    pub(super) fn is_over(&self, now: u64) -> bool {
        self.taken >= self.most
            || now >= self.end
            || self.interval.is_some() && self.due().is_none()
    }

    /// Whether it is time to end.
    pub(super) fn is_out_of_time(&self, now: u64) -> bool {
        now >= self.end
    }

    /// Whether there is such a time.
    pub(super) fn has_an_end(&self) -> bool {
        self.end < u64::MAX
    }

    /// No more from now on.
    pub(super) fn stop(&mut self, now: u64) {
        self.end = self.end.min(now);
    }

    /// Requests that should have been sent before the end, and were not.
    pub(super) fn missed(&self) -> u64 {
        let Some(interval) = self.interval else {
            return 0;
        };
        let all = (self.end as f64 / interval).ceil() as u64;
        all.min(self.most).saturating_sub(self.taken)
    }

    /// Whether requests are sent by the clock.
    pub(super) fn is_by_the_clock(&self) -> bool {
        self.interval.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_the_clock_a_late_request_keeps_its_time() {
        // One each microsecond, for ten.
        let mut pace = Pace::new(Some(1e6), u64::MAX, 10_000);
        assert_eq!((pace.take(0), pace.take(0)), (Some(0), None));
        assert_eq!(pace.due(), Some(1000));
        assert_eq!(pace.take(2500), Some(1000));
        assert_eq!(pace.take(2500), Some(2000));
        assert_eq!(pace.take(2500), None);
        assert!(!pace.is_over(9999) && pace.is_over(10_000));
        assert_eq!(pace.missed(), 7);
        pace.stop(5000);
        assert_eq!((pace.take(6000), pace.missed()), (None, 2));
    }

    #[test]
    fn otherwise_its_time_is_when_it_is_taken() {
        let mut pace = Pace::new(None, 2, u64::MAX);
        assert_eq!((pace.take(5), pace.take(7)), (Some(5), Some(7)));
        assert_eq!((pace.take(8), pace.missed()), (None, 0));
        assert!(pace.is_over(8));
    }
}
