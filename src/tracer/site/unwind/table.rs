//! `.eh_frame` and its table: from a code address to the row of call frame information.

use addr2line::gimli::{
    BaseAddresses, CieOrFde, EhFrame, Encoding, EndianSlice, EvaluationResult, Expression,
    LittleEndian, Location, Register, UnwindContext, UnwindExpression, UnwindSection,
    UnwindTableRow, Value,
};

use super::super::image::Segment;
use super::super::memory::{Memory, Stack, half_at};
use super::super::registers::MACHINE;
use super::Frame;

/// The longest entry that is interpreted. Those of huge functions have some KiB.
const ENTRY: usize = 16 * 1024;

/// Steps that an expression may take. Those of a signal trampoline take three.
const STEPS: u32 = 256;

/// The largest data without a header that are indexed: programs that need this are small.
const BARE: usize = 16 * 1024 * 1024;

/// `.eh_frame_hdr` as every linker writes it: pc-relative pointer, 32-bit count, table of pairs
/// of 32-bit offsets from the header.
const HEADER: [u8; 4] = [1, 0x1b, 0x03, 0x3b];

/// Where the table begins in there.
const TABLE_START: usize = 12;

/// The call frame information of one image; empty if it has none.
#[derive(Default)]
pub(super) struct Table {
    /// `.eh_frame_hdr`, and its address.
    header: Vec<u8>,
    header_address: u64,
    /// `.eh_frame`, and its address.
    entries: Vec<u8>,
    entries_address: u64,
}

impl Table {
    /// Reads the data that `header` leads to; `None` if it is not as linkers write it.
    pub(super) fn read(
        memory: Memory,
        bias: u64,
        header: Segment,
        loads: &[Segment],
        budget: &mut usize,
    ) -> Option<Self> {
        let at = header.address.wrapping_add(bias);
        let start = memory.bytes(at, TABLE_START)?;
        if start[..4] != HEADER {
            return None;
        }
        let pairs = half_at(&start, 8)?;
        let table_len = TABLE_START as u64 + u64::from(pairs) * 8;
        // An i32 that counts from where it stands.
        let pointer = half_at(&start, 4)?.cast_signed();
        let entries_address = header
            .address
            .wrapping_add(4)
            .wrapping_add_signed(pointer.into());
        let load = loads.iter().find(|load| {
            entries_address
                .checked_sub(load.address)
                .is_some_and(|offset| offset < load.size)
        })?;
        let entries_len = load.size - (entries_address - load.address);
        let total = table_len.checked_add(entries_len)?;
        *budget = budget.checked_sub(usize::try_from(total).ok()?)?;
        Some(Self {
            header: memory.bytes(at, table_len as usize)?,
            header_address: header.address,
            entries: memory.bytes(entries_address.wrapping_add(bias), entries_len as usize)?,
            entries_address,
        })
    }

    /// Reads data that have no header, and makes the table that it would have; `None` if they are
    /// not well-formed.
    pub(super) fn index(
        memory: Memory,
        bias: u64,
        frames: Segment,
        budget: &mut usize,
    ) -> Option<Self> {
        let len = usize::try_from(frames.size)
            .ok()
            .filter(|len| *len <= BARE)?;
        *budget = budget.checked_sub(len)?;
        let entries = memory.bytes(frames.address.wrapping_add(bias), len)?;
        let mut section = EhFrame::new(&entries, LittleEndian);
        section.set_address_size(8);
        let bases = BaseAddresses::default().set_eh_frame(frames.address);
        let mut pairs = Vec::new();
        let mut rest = section.entries(&bases);
        while let Ok(Some(entry)) = rest.next() {
            if let CieOrFde::Fde(partial) = entry
                && let Ok(fde) = partial.parse(EhFrame::cie_from_offset)
            {
                let start = fde.initial_address().wrapping_sub(frames.address);
                let start = i32::try_from(start.cast_signed()).ok()?;
                pairs.push((start, i32::try_from(fde.offset()).ok()?));
            }
        }
        pairs.sort_unstable();
        let mut header = vec![0; TABLE_START];
        for (start, offset) in pairs {
            header.extend_from_slice(&start.to_le_bytes());
            header.extend_from_slice(&offset.to_le_bytes());
        }
        Some(Self {
            header,
            header_address: frames.address,
            entries,
            entries_address: frames.address,
        })
    }

    /// Hands the row of an address to `with`.
    pub(super) fn row<T>(
        &self,
        address: u64,
        context: &mut UnwindContext<usize>,
        with: impl FnOnce(&Row, &Entry) -> Option<T>,
    ) -> Option<T> {
        let offset = self.entry_offset(address)?;
        let mut section = EhFrame::new(&self.entries, LittleEndian);
        section.set_address_size(8);
        let bases = BaseAddresses::default()
            .set_eh_frame(self.entries_address)
            .set_eh_frame_hdr(self.header_address);
        let fde = section
            .fde_from_offset(&bases, offset.into(), EhFrame::cie_from_offset)
            .ok()?;
        if fde.entry_len() > ENTRY || fde.cie().entry_len() > ENTRY || !fde.contains(address) {
            return None;
        }
        let entry = Entry {
            section,
            encoding: fde.cie().encoding(),
            is_signal: fde.is_signal_trampoline(),
        };
        let row = fde
            .unwind_info_for_address(&entry.section, &bases, context, address)
            .ok()?;
        with(row, &entry)
    }

    /// Binary search in `.eh_frame_hdr`: the offset of the entry that may hold an address.
    fn entry_offset(&self, address: u64) -> Option<usize> {
        let pairs = self.header.get(TABLE_START..)?;
        let place = |index: usize| {
            let offset = half_at(pairs, index)?.cast_signed();
            Some(self.header_address.wrapping_add_signed(offset.into()))
        };
        let (mut low, mut high) = (0, pairs.len() / 8);
        while low < high {
            let middle = low + (high - low) / 2;
            if place(middle * 8)? <= address {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let entry = place(low.checked_sub(1)? * 8 + 4)?;
        usize::try_from(entry.checked_sub(self.entries_address)?).ok()
    }
}

/// One row: how to find the caller's registers.
pub(super) type Row = UnwindTableRow<usize>;

/// The entry that a row belongs to.
pub(super) struct Entry<'a> {
    section: EhFrame<EndianSlice<'a, LittleEndian>>,
    encoding: Encoding,
    pub(super) is_signal: bool,
}

impl Entry<'_> {
    /// Evaluates an expression, `initial` being on its stack.
    pub(super) fn evaluate(
        &self,
        expression: &UnwindExpression<usize>,
        initial: Option<u64>,
        frame: Frame,
        stack: &mut Stack,
    ) -> Option<u64> {
        let Expression(bytes) = expression.get(&self.section).ok()?;
        let mut evaluation = Expression(bytes).evaluation(self.encoding);
        evaluation.set_max_iterations(STEPS);
        if let Some(initial) = initial {
            evaluation.set_initial_value(initial);
        }
        let mut result = evaluation.evaluate().ok()?;
        loop {
            result = match result {
                EvaluationResult::Complete => break,
                EvaluationResult::RequiresRegister { register, .. } => evaluation
                    .resume_with_register(Value::Generic(register_of(frame, register)?))
                    .ok()?,
                EvaluationResult::RequiresMemory {
                    address, size: 8, ..
                } => evaluation
                    .resume_with_memory(Value::Generic(stack.word(address)?))
                    .ok()?,
                _ => return None,
            };
        }
        match evaluation.result().pop()?.location {
            Location::Address { address } => Some(address),
            _ => None,
        }
    }
}

/// The registers that expressions and rules may ask for.
pub(super) fn register_of(frame: Frame, register: Register) -> Option<u64> {
    match register {
        register if register == MACHINE.sp => Some(frame.sp),
        register if register == MACHINE.fp => Some(frame.fp),
        register if register == MACHINE.ra && MACHINE.has_link => Some(frame.lr),
        _ => None,
    }
}

#[cfg(test)]
impl Table {
    /// The data for one address alone, with some bytes changed, counted from the end.
    pub(super) fn damaged(&self, address: u64, changes: &[(usize, u8)]) -> Option<Self> {
        let offset = self.entry_offset(address)?;
        let entry = |offset: usize| {
            let len = half_at(&self.entries, offset)?;
            self.entries.get(offset..offset + 4 + len as usize)
        };
        // An entry's second word says how far before that word what it refers to is.
        let back = half_at(&self.entries, offset + 4)?;
        let cie = entry((offset + 4).checked_sub(back as usize)?)?;
        let mut entries = [cie, entry(offset)?].concat();
        let pointer = cie.len() + 4;
        entries[pointer..pointer + 4].copy_from_slice(&(pointer as u32).to_le_bytes());
        for (at, byte) in changes {
            let at = entries.len() - 1 - at % entries.len();
            entries[at] = *byte;
        }
        // Where it was: addresses in there count from where they stand.
        let entries_address = self.entries_address + (offset - cie.len()) as u64;
        let mut header = vec![0; TABLE_START];
        for place in [address, entries_address + cie.len() as u64] {
            let distance = place.wrapping_sub(self.header_address) as i32;
            header.extend_from_slice(&distance.to_le_bytes());
        }
        Some(Self {
            header,
            header_address: self.header_address,
            entries,
            entries_address,
        })
    }
}
