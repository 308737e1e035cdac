//! The compound file that an old workbook is (MS-CFB): sectors in chains, and a directory that says where a chain begins.

use crate::error::SheetError;

const SIGNATURE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// Bytes of the header, with the first places of the table of chains at its end.
const HEADER_BYTES: usize = 512;
const PLACES_IN_HEADER: usize = 109;
/// What ends a chain, and all else that is no sector.
const NO_SECTOR: u32 = 0xffff_fffa;
/// Bytes of an entry of the directory.
const ENTRY_BYTES: usize = 128;
/// Bytes of a small sector, and of the largest stream that lies in small ones.
const SMALL_BYTES: usize = 64;
const SMALL_STREAM_BYTES: usize = 4096;
/// What the stream of a workbook is called, and what encrypted workbooks have instead.
const WORKBOOK: &str = "Workbook";
const BEFORE_97: &str = "Book";
const ENCRYPTED: &str = "EncryptedPackage";

/// The bytes of the workbook in the file.
pub(super) fn workbook(file: &[u8]) -> Result<Vec<u8>, SheetError> {
    let compound = Compound::read(file)?;
    let directory = compound.chain(compound.word(48)?, file.len())?;
    let entries: Vec<Entry> = directory.chunks_exact(ENTRY_BYTES).filter_map(Entry::read).collect();
    let named = |name: &str| entries.iter().find(|entry| entry.is_stream && entry.name == name);
    if let Some(entry) = named(WORKBOOK) {
        return compound.stream(entry, entries.first());
    }
    let is_locked = named(ENCRYPTED).is_some();
    Err(match (is_locked, named(BEFORE_97)) {
        (true, _) => SheetError::Locked,
        (false, Some(_)) => SheetError::Old,
        (false, None) => SheetError::Broken,
    })
}

struct Compound<'a> {
    file: &'a [u8],
    sector_bytes: usize,
    /// For each sector the one behind it in its chain.
    next: Vec<u32>,
}

struct Entry {
    name: String,
    is_stream: bool,
    first: u32,
    bytes: usize,
}

impl Entry {
    /// An entry that is in use.
    fn read(entry: &[u8]) -> Option<Self> {
        let kind = entry[66];
        let length = usize::from(u16::from_le_bytes([entry[64], entry[65]]));
        let units = entry[..64].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        let units: Vec<u16> = units.take((length / 2).saturating_sub(1)).collect();
        let word = |at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]);
        let (first, bytes) = (word(116), usize::try_from(word(120)).ok()?);
        (kind != 0).then(|| Self { name: String::from_utf16_lossy(&units), is_stream: kind == 2, first, bytes })
    }
}

impl<'a> Compound<'a> {
    fn read(file: &'a [u8]) -> Result<Self, SheetError> {
        if !file.starts_with(SIGNATURE) || file.len() < HEADER_BYTES {
            return Err(SheetError::Broken);
        }
        let shift = u16::from_le_bytes([file[30], file[31]]);
        // Version 3 has sectors of 512 bytes, version 4 of 4096.
        let sector_bytes = match shift {
            9 | 12 => 1_usize << shift,
            _ => return Err(SheetError::Broken),
        };
        let mut compound = Self { file, sector_bytes, next: Vec::new() };
        compound.next = compound.table()?;
        Ok(compound)
    }

    fn word(&self, at: usize) -> Result<u32, SheetError> {
        let bytes = self.file.get(at..at + 4).ok_or(SheetError::Broken)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    fn sector(&self, number: u32) -> Result<&'a [u8], SheetError> {
        let begin = usize::try_from(number).ok().and_then(|number| (number + 1).checked_mul(self.sector_bytes));
        let begin = begin.filter(|begin| *begin < self.file.len()).ok_or(SheetError::Broken)?;
        // Some programs cut the last sector short.
        Ok(&self.file[begin..self.file.len().min(begin + self.sector_bytes)])
    }

    /// As many sectors as the file can have: a longer chain goes in a circle.
    fn sectors_max(&self) -> usize {
        self.file.len() / self.sector_bytes + 1
    }

    /// The table of all chains, whose own sectors are named in the header and, of a large file, in a chain of further places.
    fn table(&self) -> Result<Vec<u32>, SheetError> {
        let mut places: Vec<u32> = Vec::new();
        for place in 0..PLACES_IN_HEADER {
            places.push(self.word(76 + 4 * place)?);
        }
        let mut more = self.word(68)?;
        for _ in 0..self.sectors_max() {
            if more >= NO_SECTOR {
                break;
            }
            let words = words(self.sector(more)?);
            let (last, named) = words.split_last().ok_or(SheetError::Broken)?;
            places.extend(named);
            more = *last;
        }
        let mut table = Vec::new();
        for place in places.into_iter().filter(|place| *place < NO_SECTOR).take(self.sectors_max()) {
            table.extend(words(self.sector(place)?));
        }
        Ok(table)
    }

    /// The bytes of a chain, at most `bytes_max`.
    fn chain(&self, first: u32, bytes_max: usize) -> Result<Vec<u8>, SheetError> {
        let (mut bytes, mut at) = (Vec::new(), first);
        for _ in 0..self.sectors_max() {
            if at >= NO_SECTOR || bytes.len() >= bytes_max {
                bytes.truncate(bytes_max);
                return Ok(bytes);
            }
            bytes.extend_from_slice(self.sector(at)?);
            at = *usize::try_from(at).ok().and_then(|at| self.next.get(at)).ok_or(SheetError::Broken)?;
        }
        Err(SheetError::Broken)
    }

    /// A stream; a small one lies in small sectors within the chain of the directory's first entry.
    fn stream(&self, entry: &Entry, root: Option<&Entry>) -> Result<Vec<u8>, SheetError> {
        if entry.bytes > self.file.len() {
            return Err(SheetError::Broken);
        }
        if entry.bytes >= SMALL_STREAM_BYTES {
            return self.chain(entry.first, entry.bytes);
        }
        let root = root.ok_or(SheetError::Broken)?;
        let small = self.chain(root.first, self.file.len())?;
        let next = words(&self.chain(self.word(60)?, self.file.len())?);
        let (mut bytes, mut at) = (Vec::new(), entry.first);
        while bytes.len() < entry.bytes {
            let place = usize::try_from(at).map_err(|_| SheetError::Broken)?;
            let begin = place.checked_mul(SMALL_BYTES).ok_or(SheetError::Broken)?;
            bytes.extend_from_slice(small.get(begin..begin + SMALL_BYTES).ok_or(SheetError::Broken)?);
            at = *next.get(place).ok_or(SheetError::Broken)?;
        }
        bytes.truncate(entry.bytes);
        Ok(bytes)
    }
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect()
}
