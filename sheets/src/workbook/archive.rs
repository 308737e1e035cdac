//! The archive that a workbook is: its parts by name, unpacked within one budget.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::markup::Markup;
use crate::error::SheetError;
use crate::gauge::{Budget, Gauged};
use crate::limits::Limits;

/// Most parts of a workbook. Each is in memory with its name.
const PARTS_MAX: u16 = 4_000;
/// What the end of an archive begins with, how long that is, and how far from the end of the file it may be.
const END: &[u8] = b"PK\x05\x06";
const END_BYTES: usize = 22;
const END_BYTES_MAX: u64 = END_BYTES as u64 + u16::MAX as u64;
/// Read at a time.
const BUFFER_BYTES: usize = 64 * 1024;

pub(super) struct Archive<R> {
    zip: ZipArchive<R>,
    /// Where each part is: programs write other slashes and capitals.
    places: HashMap<String, usize>,
    budget: Budget,
}

impl<R: Read + Seek> Archive<R> {
    pub(super) fn open(mut source: R, limits: &Limits) -> Result<Self, SheetError> {
        check_end(&mut source)?;
        source.rewind()?;
        let zip = ZipArchive::new(source).map_err(|_| SheetError::Broken)?;
        // Its reader may have found another end than ours.
        if zip.len() > usize::from(PARTS_MAX) {
            return Err(SheetError::Broken);
        }
        let names = zip.file_names().enumerate();
        let places = names.filter_map(|(place, name)| Some((plain(&name.ok()?), place))).collect();
        Ok(Self { zip, places, budget: Budget::new(limits.unpacked_bytes) })
    }

    /// What all its parts are unpacked within.
    pub(super) fn budget(&self) -> Budget {
        self.budget.clone()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.places.contains_key(&plain(name))
    }

    /// A part as markup; [`SheetError::Broken`] where there is none.
    pub(super) fn part(&mut self, name: &str) -> Result<Markup<impl BufRead>, SheetError> {
        let place = *self.places.get(&plain(name)).ok_or(SheetError::Broken)?;
        let file = self.zip.by_index(place).map_err(|_| SheetError::Broken)?;
        let gauged = Gauged::new(file, self.budget.clone());
        Ok(Markup::new(BufReader::with_capacity(BUFFER_BYTES, gauged), self.budget.clone()))
    }
}

/// Refuses an archive that says to have too many parts, before memory is taken for them, and one that says it elsewhere: only
/// archives of more than 4 GiB (ZIP64) need to.
fn check_end(source: &mut (impl Read + Seek)) -> Result<(), SheetError> {
    let length = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(length.saturating_sub(END_BYTES_MAX)))?;
    let mut tail = Vec::new();
    source.by_ref().take(END_BYTES_MAX).read_to_end(&mut tail)?;
    // Which of several its reader takes is not known here.
    let mut ends = tail.windows(END_BYTES).filter(|end| end.starts_with(END)).peekable();
    let is_there = ends.peek().is_some();
    let is_small = |end: &[u8]| {
        let parts = [u16::from_le_bytes([end[8], end[9]]), u16::from_le_bytes([end[10], end[11]])];
        let is_elsewhere = [&end[12..16], &end[16..20]].contains(&&[u8::MAX; 4][..]);
        parts.iter().all(|parts| *parts <= PARTS_MAX) && !is_elsewhere
    };
    if is_there && ends.all(is_small) { Ok(()) } else { Err(SheetError::Broken) }
}

fn plain(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}
