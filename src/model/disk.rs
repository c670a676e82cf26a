//! Power loss, replayed: what a disk holds if the power fails at a given event.
