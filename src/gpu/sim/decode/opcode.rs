//! An opcode's modifiers, each of which must be used: one that is not is not understood.

use crate::gpu::ptx::Type;
use crate::gpu::sim::lanes::rounding::Mode;

/// An opcode split at its points.
pub(super) struct Opcode<'a> {
    pub(super) name: &'a str,
    parts: Vec<(&'a str, bool)>,
}

impl<'a> Opcode<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut parts = text.split('.');
        let name = parts.next().unwrap_or_default();
        let parts = parts.map(|part| (part, false)).collect();
        Self { name, parts }
    }

    /// Uses a modifier if it is there.
    pub(super) fn take(&mut self, modifier: &str) -> bool {
        let found = self
            .parts
            .iter_mut()
            .find(|(part, used)| !used && *part == modifier);
        found.map(|found| found.1 = true).is_some()
    }

    /// Uses the first of these that is there.
    pub(super) fn take_any(&mut self, modifiers: &[&'static str]) -> Option<&'static str> {
        modifiers
            .iter()
            .copied()
            .find(|modifier| self.take(modifier))
    }

    /// Uses those that only hint at how caches should be used.
    pub(super) fn take_hints(&mut self) {
        for (part, used) in &mut self.parts {
            let is_hint = part.starts_with("L1::")
                || part.starts_with("L2::")
                || matches!(
                    *part,
                    "ca" | "cg" | "cs" | "lu" | "cv" | "wb" | "wt" | "nc" | "unified"
                );
            *used |= is_hint;
        }
    }

    /// Uses the types, in order.
    pub(super) fn types(&mut self) -> Vec<Type> {
        let mut found = Vec::new();
        for (part, used) in &mut self.parts {
            if let (false, Some(ty)) = (*used, Type::named(part)) {
                *used = true;
                found.push(ty);
            }
        }
        found
    }

    /// Uses the rounding mode of a floating-point result.
    pub(super) fn rounding(&mut self) -> Option<Mode> {
        let name = self.take_any(&["rn", "rz", "rm", "rp"])?;
        Some(match name {
            "rn" => Mode::Nearest,
            "rz" => Mode::Zero,
            "rm" => Mode::Down,
            _ => Mode::Up,
        })
    }

    /// Uses the rounding mode of an integral result.
    pub(super) fn integral(&mut self) -> Option<Mode> {
        let name = self.take_any(&["rni", "rzi", "rmi", "rpi"])?;
        Some(match name {
            "rni" => Mode::Nearest,
            "rzi" => Mode::Zero,
            "rmi" => Mode::Down,
            _ => Mode::Up,
        })
    }

    /// Uses the number of elements of a vector.
    pub(super) fn vector(&mut self) -> usize {
        match self.take_any(&["v2", "v4", "v8"]) {
            Some("v2") => 2,
            Some("v4") => 4,
            Some(_) => 8,
            None => 1,
        }
    }

    /// Whether every modifier was used.
    pub(super) fn is_used_up(&self) -> bool {
        self.parts.iter().all(|(_, used)| *used)
    }
}
