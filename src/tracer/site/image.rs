//! ELF images as they lie in a process' memory: segments, unwinding data, exported symbols.
//!
//! No file is opened: all that unwinding needs is in segments that are loaded, and memory, unlike
//! a path in another mount namespace, is what runs. See elf(5) and the generic ABI's "Dynamic
//! Linking".

use super::memory::{Memory, half_at, word_at};
use super::program;
use super::registers::MACHINE;
use super::unwind::Unwinding;

/// Size of an ELF64 header and of what we read of an image's first page.
const HEADER: usize = 64;
const FIRST_PAGE: usize = 4096;

/// Program headers that we look at. Linkers write about a dozen.
const SEGMENTS: usize = 128;
const SEGMENT_SIZE: usize = 56;
const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const PT_GNU_EH_FRAME: u32 = 0x6474_e550;

/// Entries of the dynamic section that we look at.
const DYNAMIC: usize = 512;
const DT_HASH: u64 = 4;
const DT_STRTAB: u64 = 5;
const DT_SYMTAB: u64 = 6;
const DT_GNU_HASH: u64 = 0x6fff_fef5;
const SYMBOL_SIZE: u64 = 24;

/// Symbols of one hash chain that we look at. Real chains have fewer than ten.
const CHAIN: u32 = 1024;

/// A part of the file that is loaded. Addresses as the file's own headers count them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) offset: u64,
    pub(super) address: u64,
    pub(super) size: u64,
}

/// An exported symbol: its address as the file's own headers count it, and its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Symbol {
    pub(super) address: u64,
    pub(super) size: u64,
}

/// One ELF file that is mapped in some process.
pub(super) struct Image {
    /// Device, inode and first page: the same three are the same program.
    identity: ((u64, u64), Vec<u8>),
    loads: Vec<Segment>,
    frames: Option<Segment>,
    /// `.eh_frame` of a program that has no header for it.
    bare_frames: Option<Segment>,
    dynamic: Option<Segment>,
    /// Unwinding data, once a stack led here.
    unwinding: Option<Unwinding>,
}

impl Image {
    /// Reads the headers at `head`; `None` if they are not those of an ELF image of ours.
    fn read(memory: Memory, file: (u64, u64), head: u64) -> Option<Self> {
        let mut page = vec![0; FIRST_PAGE];
        let got = memory.some(head, &mut page);
        page.truncate(got);
        let mut image = Self {
            identity: (file, Vec::new()),
            loads: Vec::new(),
            frames: None,
            bare_frames: None,
            dynamic: None,
            unwinding: None,
        };
        image.parse(&page)?;
        image.identity.1 = page;
        Some(image)
    }

    fn parse(&mut self, page: &[u8]) -> Option<()> {
        let header = page.get(..HEADER)?;
        // ELFCLASS64, ELFDATA2LSB.
        if !header.starts_with(b"\x7fELF\x02\x01") || header[18..20] != MACHINE.elf.to_le_bytes() {
            return None;
        }
        let table = usize::try_from(word_at(header, 32)?).ok()?;
        let size = usize::from(u16::from_le_bytes([header[54], header[55]]));
        let count = usize::from(u16::from_le_bytes([header[56], header[57]]));
        if size != SEGMENT_SIZE {
            return None;
        }
        for entry in page
            .get(table..)?
            .chunks_exact(SEGMENT_SIZE)
            .take(count.min(SEGMENTS))
        {
            let segment = Segment {
                offset: word_at(entry, 8)?,
                address: word_at(entry, 16)?,
                size: word_at(entry, 32)?,
            };
            match half_at(entry, 0)? {
                PT_LOAD => self.loads.push(segment),
                PT_DYNAMIC => self.dynamic = Some(segment),
                PT_GNU_EH_FRAME => self.frames = Some(segment),
                _ => {}
            }
        }
        (!self.loads.is_empty()).then_some(())
    }

    /// What to add to the file's own addresses when its first page is mapped at `head`.
    pub(super) fn bias(&self, head: u64) -> u64 {
        let first = self
            .loads
            .iter()
            .find(|segment| segment.offset < FIRST_PAGE as u64)
            .map_or(0, |segment| segment.address.wrapping_sub(segment.offset));
        head.wrapping_sub(first)
    }

    /// The unwinding data, read on first use; at most `budget` bytes, which are taken from it.
    pub(super) fn unwinding(
        &mut self,
        memory: Memory,
        bias: u64,
        budget: &mut usize,
    ) -> &mut Unwinding {
        let (frames, bare, loads) = (self.frames, self.bare_frames, &self.loads);
        self.unwinding.get_or_insert_with(|| {
            match (frames, bare) {
                (Some(header), _) => Unwinding::read(memory, bias, header, loads, budget),
                (None, Some(frames)) => Unwinding::index(memory, bias, frames, budget),
                (None, None) => None,
            }
            .unwrap_or_default()
        })
    }

    /// An exported symbol, by the hash table that the dynamic linker uses.
    pub(super) fn symbol(&self, memory: Memory, bias: u64, name: &str) -> Option<Symbol> {
        let dynamic = self.dynamic?;
        let len = usize::try_from(dynamic.size).ok()?.min(DYNAMIC * 16);
        let entries = memory.bytes(dynamic.address.wrapping_add(bias), len)?;
        let find = |tag: u64| {
            let value = entries
                .chunks_exact(16)
                .take_while(|entry| word_at(entry, 0) != Some(0))
                .find(|entry| word_at(entry, 0) == Some(tag))
                .and_then(|entry| word_at(entry, 8))?;
            // glibc's loader relocates these in place, musl's does not.
            Some(if value < bias { value + bias } else { value })
        };
        let table = Symbols {
            memory,
            symbols: find(DT_SYMTAB)?,
            strings: find(DT_STRTAB)?,
        };
        match (find(DT_GNU_HASH), find(DT_HASH)) {
            (Some(hash), _) => table.by_gnu_hash(hash, name),
            (None, Some(hash)) => table.by_hash(hash, name),
            (None, None) => None,
        }
    }
}

/// A dynamic symbol table in memory.
struct Symbols {
    memory: Memory,
    symbols: u64,
    strings: u64,
}

impl Symbols {
    /// DT_GNU_HASH: bucket count, first symbol, Bloom filter, buckets, chains.
    fn by_gnu_hash(&self, table: u64, name: &str) -> Option<Symbol> {
        let hash = name.bytes().fold(5381_u32, |hash, byte| {
            hash.wrapping_mul(33).wrapping_add(u32::from(byte))
        });
        let header = self.memory.bytes(table, 16)?;
        let buckets = half_at(&header, 0).filter(|count| *count > 0)?;
        let first = half_at(&header, 4)?;
        let bloom = u64::from(half_at(&header, 8)?) * 8;
        let at = table.wrapping_add(16).wrapping_add(bloom);
        let bucket = self.half(at, hash % buckets)?;
        let chains = at.wrapping_add(u64::from(buckets) * 4);
        for step in 0..CHAIN {
            let index = bucket.checked_add(step)?;
            let found = self.half(chains, index.checked_sub(first)?)?;
            if found | 1 == hash | 1
                && let Some(symbol) = self.named(index, name)
            {
                return Some(symbol);
            }
            if found & 1 == 1 {
                break;
            }
        }
        None
    }

    /// DT_HASH: bucket count, chain count, buckets, chains.
    fn by_hash(&self, table: u64, name: &str) -> Option<Symbol> {
        let hash = name.bytes().fold(0_u32, |hash, byte| {
            let hash = (hash << 4).wrapping_add(u32::from(byte));
            let high = hash & 0xf000_0000;
            (hash ^ high >> 24) & !high
        });
        let buckets = self.half(table, 0).filter(|count| *count > 0)?;
        let chains = table.wrapping_add(8).wrapping_add(u64::from(buckets) * 4);
        let mut index = self.half(table.wrapping_add(8), hash % buckets)?;
        for _ in 0..CHAIN {
            if index == 0 {
                break;
            }
            if let Some(symbol) = self.named(index, name) {
                return Some(symbol);
            }
            index = self.half(chains, index)?;
        }
        None
    }

    fn half(&self, table: u64, index: u32) -> Option<u32> {
        let mut bytes = [0; 4];
        self.memory
            .fill(table.wrapping_add(u64::from(index) * 4), &mut bytes)?;
        Some(u32::from_le_bytes(bytes))
    }

    /// The symbol with this index, if it is defined and has this name.
    fn named(&self, index: u32, name: &str) -> Option<Symbol> {
        let entry = self.symbols.wrapping_add(u64::from(index) * SYMBOL_SIZE);
        let symbol = self.memory.bytes(entry, SYMBOL_SIZE as usize)?;
        let is_defined = symbol[6..8] != [0, 0];
        let string = self.strings.wrapping_add(u64::from(half_at(&symbol, 0)?));
        let mut wanted = name.as_bytes().to_vec();
        wanted.push(0);
        (is_defined && self.memory.holds(string, &wanted)).then_some(Symbol {
            address: word_at(&symbol, 8)?,
            size: word_at(&symbol, 16)?,
        })
    }
}

/// Every image that some process was seen to run: forks share them.
pub(super) struct Images {
    all: Vec<Image>,
    /// Bytes of unwinding data that may still be kept.
    budget: usize,
}

/// Images that are kept. A program that maps more has its later ones unwound by frame pointer.
const IMAGES: usize = 2048;

/// Bytes of unwinding data that are kept in all: libraries have about 5 % of their size.
const BUDGET: usize = 256 * 1024 * 1024;

impl Images {
    pub(super) fn new() -> Self {
        Self {
            all: Vec::new(),
            budget: BUDGET,
        }
    }

    /// The image whose first page is at `head`; `None` if that is not an ELF image.
    pub(super) fn find(
        &mut self,
        memory: Memory,
        file: (u64, u64),
        path: &str,
        head: u64,
    ) -> Option<usize> {
        let mut image = Image::read(memory, file, head)?;
        if image.frames.is_none() {
            image.bare_frames = program::section(memory.tid, path, ".eh_frame");
        }
        let known = self
            .all
            .iter()
            .position(|other| other.identity == image.identity);
        if known.is_none() && self.all.len() < IMAGES {
            self.all.push(image);
            return Some(self.all.len() - 1);
        }
        known
    }

    pub(super) fn get(&self, index: usize) -> &Image {
        &self.all[index]
    }

    /// The unwinding data of an image that is mapped with `bias`.
    pub(super) fn unwinding(&mut self, index: usize, memory: Memory, bias: u64) -> &mut Unwinding {
        self.all[index].unwinding(memory, bias, &mut self.budget)
    }
}
