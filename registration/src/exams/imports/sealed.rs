//! A file that lies in the file store in sealed parts, read again as if it were one.

use std::io::{self, Read, Seek, SeekFrom};

use object_store::path::Path;
use tokio::runtime::Handle;

use super::Imports;
use crate::model::import::ImportId;
use crate::pictures::files::{FileKey, PictureFiles};
use crate::store::StoreError;

/// Largest file, in bytes.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// How large each part is, but for the last.
pub(super) const PART_BYTES: usize = 1024 * 1024;
/// Most parts that a file has.
pub(super) const PARTS_MAX: u32 = 64;
const _: () = assert!(PARTS_MAX as u64 * PART_BYTES as u64 >= FILE_BYTES_MAX);

/// Where a part lies, and what it is and whose.
pub(super) fn key(id: ImportId, part: u32) -> FileKey {
    FileKey { path: Path::from(format!("imports/{}/{part}", id.0)), context: format!("import.file {} {part}", id.0) }
}

/// Removes whatever there is of a file, however much of it came or was removed before.
pub(super) async fn remove(files: &PictureFiles, id: ImportId) -> Result<(), StoreError> {
    for part in 0..PARTS_MAX {
        files.delete(&key(id, part)).await?;
    }
    Ok(())
}

/// Reads a file of the store where a thread may wait. One part is in memory.
pub(super) struct SealedFile {
    files: PictureFiles,
    runtime: Handle,
    id: ImportId,
    parts: u32,
    bytes: u64,
    at: u64,
    current: Option<(u32, Vec<u8>)>,
}

impl SealedFile {
    /// The file of an import. Only for threads that may wait.
    pub(super) fn new(imports: &Imports, id: ImportId, (bytes, parts): (u64, u32)) -> Self {
        let (files, runtime) = (imports.files.clone(), Handle::current());
        Self { files, runtime, id, parts, bytes, at: 0, current: None }
    }

    /// The part of that number.
    fn part(&mut self, number: u32) -> io::Result<&[u8]> {
        if self.current.as_ref().is_none_or(|(known, _)| *known != number) {
            let read = self.runtime.block_on(self.files.read(&key(self.id, number)));
            self.current = Some((number, read.map_err(|error| io::Error::other(error.to_string()))?));
        }
        Ok(self.current.as_ref().map_or(&[], |(_, part)| part))
    }
}

impl Read for SealedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let part_bytes = PART_BYTES as u64;
        let number = u32::try_from(self.at / part_bytes).unwrap_or(u32::MAX);
        if self.at >= self.bytes || number >= self.parts || buffer.is_empty() {
            return Ok(0);
        }
        let from = usize::try_from(self.at % part_bytes).unwrap_or(usize::MAX);
        let rest = self.part(number)?.get(from..).unwrap_or_default();
        if rest.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a part of a stored file is too short"));
        }
        let taken = rest.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&rest[..taken]);
        self.at += taken as u64;
        Ok(taken)
    }
}

impl Seek for SealedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.bytes.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "before the beginning of a file"))?;
        Ok(self.at)
    }
}
