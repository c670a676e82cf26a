//! Warp primitives: lanes that decide or exchange something together.

use super::exec::{Exec, Flow, Group};
use super::machine::About;
use super::program::{Lanes, Op, ShuffleMode, Src, Vote, WarpOp};
use super::report::{Finding, Key};
use super::undefined::Origin;
use super::warp::lanes_of;
use crate::gpu::fault::FaultKind;

impl<'l> Exec<'_, 'l> {
    /// Lanes arrive at a warp primitive: it happens when all that the mask names are there.
    pub(super) fn meet(&mut self, mask: Src, op: &'l WarpOp, active: u32, group: Group) -> Flow {
        let masks = *self.w.value(self.m.program, group.frame, mask);
        let first = active.trailing_zeros() as usize % 32;
        let named = masks[first] as u32;
        let is_same = lanes_of(active).all(|lane| masks[lane] as u32 == named);
        if is_same && active & named == active && named & self.w.live & !active == 0 {
            self.carry_out(op, active, group);
            return Flow::Next;
        }
        // Some are missing, or the lanes name different masks: wait at this place.
        self.w.go(group.mask & !active, group.pc + 1);
        self.w.go(active, group.pc);
        self.w.parked |= active;
        for lane in lanes_of(active) {
            if self.w.parked >> lane & 1 == 1 {
                self.try_meeting(masks[lane] as u32, mask, op, group, false);
            }
        }
        Flow::Regroup
    }

    /// Carries a primitive out if all lanes with this mask are there, or in any case if forced.
    fn try_meeting(
        &mut self,
        named: u32,
        mask: Src,
        op: &'l WarpOp,
        group: Group,
        is_forced: bool,
    ) {
        let masks = *self.w.value(self.m.program, group.frame, mask);
        let here = lanes_of(self.w.parked & self.w.live)
            .filter(|lane| self.w.pc[*lane] == group.pc && self.w.frame[*lane] == group.frame)
            .filter(|lane| masks[*lane] as u32 == named)
            .fold(0, |mask, lane| mask | 1 << lane);
        if here == 0 || !is_forced && named & self.w.live & !here != 0 {
            return;
        }
        let strangers = here & !named;
        if strangers != 0 {
            let lane = strangers.trailing_zeros() as usize;
            self.inactive(
                lane,
                group,
                format!("is lane {lane}, which its mask {named:#x} does not name"),
            );
        }
        let missing = named & self.w.live & !here;
        if missing != 0 {
            let lane = missing.trailing_zeros() as usize;
            let by = here.trailing_zeros() as usize % 32;
            // Those at a barrier of the block are just after it.
            let at = self.w.pc[lane] - u32::from(self.w.waiting >> lane & 1 == 1);
            let other = self.m.site(at);
            let other_at = Some(self.m.thread(self.w.clocks.first + lane as u32));
            let text = format!(
                "waits for lane {lane}, which its mask {named:#x} names, but that one waits elsewhere"
            );
            self.blame(FaultKind::Deadlock, 1 << by, group, |_| About {
                other,
                other_at,
                ..About::text(text)
            });
            self.m.is_stopped = true;
            return;
        }
        self.w.parked &= !here;
        self.carry_out(op, here, group);
        self.w.go(here, group.pc + 1);
    }

    /// Lanes wait for others that cannot come any more: lets them go on without.
    pub(super) fn force(&mut self) -> bool {
        let parked = self.w.parked & self.w.live;
        if parked == 0 {
            return false;
        }
        let (lanes, pc, frame) = self.w.pick(parked);
        let group = Group {
            mask: lanes,
            pc,
            frame,
        };
        let Op::Warp { mask, op } = &self.m.program.code[pc as usize].op else {
            return false;
        };
        let first = lanes.trailing_zeros() as usize % 32;
        let named = self.w.value(self.m.program, frame, *mask)[first] as u32;
        self.try_meeting(named, *mask, op, group, true);
        true
    }

    /// Lanes returned: others may have waited for them.
    pub(super) fn retry(&mut self) {
        let mut left = self.w.parked & self.w.live;
        while left != 0 {
            let (lanes, pc, frame) = self.w.pick(left);
            left &= !lanes;
            let group = Group {
                mask: lanes,
                pc,
                frame,
            };
            let Op::Warp { mask, op } = &self.m.program.code[pc as usize].op else {
                continue;
            };
            let masks = *self.w.value(self.m.program, frame, *mask);
            for lane in lanes_of(lanes) {
                if self.w.parked >> lane & 1 == 1 {
                    self.try_meeting(masks[lane] as u32, *mask, op, group, false);
                }
            }
        }
    }

    fn inactive(&mut self, lane: usize, group: Group, text: String) {
        self.blame(FaultKind::InactiveLane, 1 << lane, group, |_| {
            About::text(text)
        });
    }

    /// Notes that a lane reads from one that takes no part: a fault once something depends on it.
    fn reads_absent(&mut self, to: usize, from: usize, group: Group) {
        let kind = FaultKind::InactiveLane;
        let key = Key {
            kind,
            pc: group.pc,
            other_pc: None,
        };
        if self
            .w
            .origin
            .as_ref()
            .is_some_and(|origin| origin.key == key)
        {
            return;
        }
        let finding = Finding {
            kind,
            sites: self.m.sites(group.pc, self.w, group.frame),
            other: None,
            at: self.m.thread(self.w.clocks.first + to as u32),
            other_at: None,
            space: None,
            buffer: None,
            text: format!("uses the value of lane {from}, which takes no part"),
        };
        self.w.origin = Some(Box::new(Origin { key, finding }));
    }

    fn carry_out(&mut self, op: &WarpOp, here: u32, group: Group) {
        let program = self.m.program;
        let tally = &mut self.m.tallies[group.pc as usize];
        match op {
            WarpOp::Sync => tally.warp_barriers += 1,
            WarpOp::Shuffle { .. } => tally.shuffles += 1,
            _ => tally.votes += 1,
        }
        if self.m.options.checks.races {
            self.w.clocks.meet(here, self.w.live);
        }
        let frame = group.frame;
        match op {
            WarpOp::Sync => {}
            WarpOp::Shuffle {
                mode,
                target,
                found,
                value,
                lane,
                clamp,
            } => {
                let (values, lanes, clamps) = (
                    *self.w.value(program, frame, *value),
                    *self.w.value(program, frame, *lane),
                    *self.w.value(program, frame, *clamp),
                );
                let mut out = [0; 32];
                let mut in_range = 0;
                let known = self.w.frames[frame as usize].undefined_value(*value);
                let mut undefined = 0;
                for to in lanes_of(here) {
                    let (from, is_in) =
                        source(*mode, to as u32, lanes[to] as u32, clamps[to] as u32);
                    in_range |= u32::from(is_in) << to;
                    let mut from = from as usize;
                    if here >> from & 1 == 0 {
                        self.reads_absent(to, from, group);
                        undefined |= 1 << to;
                        from = to;
                    }
                    undefined |= (known >> from & 1) << to;
                    out[to] = values[from] & 0xffff_ffff;
                }
                if self.w.has_undefined() {
                    self.w.frames[frame as usize].set_undefined(*target, here, undefined);
                }
                let frame = &mut self.w.frames[frame as usize];
                frame.set(*target, here, &out);
                if let Some(found) = found {
                    frame.set_pred(*found, here, in_range);
                }
            }
            WarpOp::Vote {
                kind,
                target,
                value,
            } => {
                let frame = &mut self.w.frames[frame as usize];
                let yes = frame.pred(*value) & here;
                let verdict = match kind {
                    Vote::All => yes == here,
                    Vote::Any => yes != 0,
                    Vote::Uni => yes == here || yes == 0,
                };
                frame.set_pred(*target, here, if verdict { u32::MAX } else { 0 });
            }
            WarpOp::Ballot { target, value } => {
                let frame = &mut self.w.frames[frame as usize];
                let yes = frame.pred(*value) & here;
                frame.set(*target, here, &[u64::from(yes); 32]);
            }
            WarpOp::MatchAny { target, value } => {
                let values = *self.w.value(program, frame, *value);
                let mut out = [0; 32];
                for lane in lanes_of(here) {
                    out[lane] = u64::from(equals(&values, lane, here));
                }
                self.w.frames[frame as usize].set(*target, here, &out);
            }
            WarpOp::MatchAll {
                target,
                found,
                value,
            } => {
                let values = *self.w.value(program, frame, *value);
                let first = here.trailing_zeros() as usize % 32;
                let is_all = equals(&values, first, here) == here;
                let mask = if is_all { u64::from(here) } else { 0 };
                let frame = &mut self.w.frames[frame as usize];
                frame.set(*target, here, &[mask; 32]);
                if let Some(found) = found {
                    frame.set_pred(*found, here, if is_all { u32::MAX } else { 0 });
                }
            }
            WarpOp::Reduce {
                target,
                value,
                combine,
            } => {
                let values: Lanes = *self.w.value(program, frame, *value);
                let all = lanes_of(here).map(|lane| values[lane] & 0xffff_ffff);
                let result = all.reduce(combine).unwrap_or_default();
                self.w.frames[frame as usize].set(*target, here, &[result; 32]);
            }
            WarpOp::Elect { target, elected } => {
                let leader = here & here.wrapping_neg();
                let frame = &mut self.w.frames[frame as usize];
                if let Some(target) = target {
                    let lane = u64::from(leader.trailing_zeros());
                    frame.set(*target, here, &[lane; 32]);
                }
                frame.set_pred(*elected, here, leader);
            }
        }
    }
}

/// The lanes whose value equals that of one.
fn equals(values: &Lanes, lane: usize, among: u32) -> u32 {
    lanes_of(among)
        .filter(|other| values[*other] == values[lane])
        .fold(0, |mask, other| mask | 1 << other)
}

/// The lane that a shuffle reads, and whether it was in range (PTX ISA, 9.7.9.6).
fn source(mode: ShuffleMode, to: u32, by: u32, clamp: u32) -> (u32, bool) {
    let by = by & 0x1f;
    let (limit, segments) = (clamp & 0x1f, clamp >> 8 & 0x1f);
    let most = to & segments | limit & !segments & 0x1f;
    let least = to & segments;
    let (from, is_in) = match mode {
        ShuffleMode::Up => {
            let from = i64::from(to) - i64::from(by);
            (from as u32, from >= i64::from(most))
        }
        ShuffleMode::Down => (to + by, to + by <= most),
        ShuffleMode::Bfly => (to ^ by, to ^ by <= most),
        ShuffleMode::Idx => {
            let from = least | by & !segments & 0x1f;
            (from, from <= most)
        }
    };
    if is_in { (from, true) } else { (to, false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffles_read_the_lane_that_the_isa_says() {
        // __shfl_down_sync(.., 1), width 32: clamp 31.
        assert_eq!(source(ShuffleMode::Down, 3, 1, 0x1f), (4, true));
        assert_eq!(source(ShuffleMode::Down, 31, 1, 0x1f), (31, false));
        // __shfl_up_sync(.., 1), width 32: clamp 0.
        assert_eq!(source(ShuffleMode::Up, 3, 1, 0), (2, true));
        assert_eq!(source(ShuffleMode::Up, 0, 1, 0), (0, false));
        // Width 8: segments of 8 lanes.
        let c = (32 - 8) << 8 | 0x1f;
        assert_eq!(source(ShuffleMode::Idx, 13, 2, c), (10, true));
        assert_eq!(source(ShuffleMode::Bfly, 13, 7, c), (10, true));
        assert_eq!(source(ShuffleMode::Down, 15, 1, c), (15, false));
        assert_eq!(source(ShuffleMode::Up, 8, 1, (32 - 8) << 8), (8, false));
    }
}
