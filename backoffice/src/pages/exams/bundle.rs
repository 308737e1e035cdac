//! Files of a definition, packed and unpacked: a .zip, a .tar as `tar` makes it, or files one by one. Everything is bounded by
//! what is read, whatever an archive claims.

use std::io::{Cursor, Read, Write as _};

use registration::exams::definition::{DefinitionTexts, EXAM_FILE, ORGANISATIONS_FILE, SITTINGS_FILE};
use zip::read::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::request::visit::Visit;

/// Most bytes of a file, and of all that is unpacked.
pub(crate) const BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most entries of an archive that are looked at.
const ENTRIES_MAX: usize = 200;
/// A block of a tar archive.
const BLOCK: usize = 512;

/// Why files were not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BundleError {
    /// More than may be.
    TooLarge,
    /// No archive after all, or one that is broken.
    Broken,
    /// A file that must be there is not.
    Missing(&'static str),
    /// The file is no text.
    NoText(&'static str),
    /// A file is there twice.
    Twice(&'static str),
}

/// The files that have come so far.
#[derive(Default)]
pub(crate) struct Bundle {
    found: Vec<(&'static str, Vec<u8>)>,
    /// How much was kept of all files.
    bytes: usize,
    /// How many entries of all archives were looked at.
    entries: usize,
}

impl Bundle {
    /// Takes a file, or all that is in it.
    pub(crate) fn with(mut self, name: &str, bytes: &[u8]) -> Result<Self, BundleError> {
        match name.rsplit('.').next().map(str::to_ascii_lowercase).as_deref() {
            Some("zip") => self.add_zip(bytes)?,
            Some("tar") => self.add_tar(bytes)?,
            _ => self.add_file(name, bytes)?,
        }
        Ok(self)
    }

    /// The file that a name means, wherever it lies; others, those of people among them, are left out unread.
    fn wanted(&self, name: &str) -> Result<Option<&'static str>, BundleError> {
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let known = [EXAM_FILE, SITTINGS_FILE, ORGANISATIONS_FILE].into_iter().find(|known| *known == name);
        match known {
            Some(known) if self.found.iter().any(|(found, _)| *found == known) => Err(BundleError::Twice(known)),
            known => Ok(known),
        }
    }

    /// Keeps a file as far as there is room for it: what is read of it is never more than that.
    fn keep(&mut self, known: &'static str, file: impl Read) -> Result<(), BundleError> {
        let left = BYTES_MAX - self.bytes;
        let mut bytes = Vec::new();
        let most = u64::try_from(left + 1).expect("a small number");
        file.take(most).read_to_end(&mut bytes).map_err(|_| BundleError::Broken)?;
        if bytes.len() > left {
            return Err(BundleError::TooLarge);
        }
        self.bytes += bytes.len();
        self.found.push((known, bytes));
        Ok(())
    }

    fn add_file(&mut self, name: &str, bytes: &[u8]) -> Result<(), BundleError> {
        match self.wanted(name)? {
            Some(known) => self.keep(known, bytes),
            None => Ok(()),
        }
    }

    /// Counts an entry of an archive.
    fn count(&mut self) -> Result<(), BundleError> {
        self.entries += 1;
        if self.entries > ENTRIES_MAX { Err(BundleError::TooLarge) } else { Ok(()) }
    }

    fn add_zip(&mut self, bytes: &[u8]) -> Result<(), BundleError> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| BundleError::Broken)?;
        for index in 0..archive.len() {
            self.count()?;
            let entry = archive.by_index(index).map_err(|_| BundleError::Broken)?;
            let name = entry.name().map_err(|_| BundleError::Broken)?.into_owned();
            if let Some(known) = self.wanted(&name)?.filter(|_| !entry.is_dir()) {
                self.keep(known, entry)?;
            }
        }
        Ok(())
    }

    /// The format of POSIX.1-1988 (ustar), which later ones add to: a block with name, size in octal and kind, then the file in
    /// whole blocks.
    fn add_tar(&mut self, bytes: &[u8]) -> Result<(), BundleError> {
        let mut rest = bytes;
        while let Some((head, behind)) = rest.split_at_checked(BLOCK) {
            if head.iter().all(|byte| *byte == 0) {
                return Ok(());
            }
            self.count()?;
            let text = |range: std::ops::Range<usize>| {
                let field = head.get(range).unwrap_or_default();
                String::from_utf8_lossy(field.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned()
            };
            let size = usize::from_str_radix(text(124..136).trim(), 8).map_err(|_| BundleError::Broken)?;
            let file = behind.get(..size).ok_or(BundleError::Broken)?;
            let is_file = matches!(head.get(156), Some(b'0' | 0));
            if is_file {
                self.add_file(&text(0..100), file)?;
            }
            rest = behind.get(size.div_ceil(BLOCK) * BLOCK..).unwrap_or_default();
        }
        if rest.is_empty() { Ok(()) } else { Err(BundleError::Broken) }
    }

    /// What has come, as a definition.
    pub(crate) fn texts(self) -> Result<DefinitionTexts, BundleError> {
        let text = |name: &'static str| {
            let bytes = self.found.iter().find(|(found, _)| *found == name).map(|(_, bytes)| bytes.clone());
            bytes.map(|bytes| DefinitionTexts::decoded(bytes).ok_or(BundleError::NoText(name))).transpose()
        };
        Ok(DefinitionTexts {
            exam: text(EXAM_FILE)?.ok_or(BundleError::Missing(EXAM_FILE))?,
            sittings: text(SITTINGS_FILE)?.ok_or(BundleError::Missing(SITTINGS_FILE))?,
            organisations: text(ORGANISATIONS_FILE)?,
        })
    }
}

/// Why files were not taken, in words.
pub(crate) fn words(visit: &Visit, error: &BundleError) -> String {
    let w = visit.words;
    match error {
        BundleError::TooLarge => w.with("exam-bundle-too-large", &[("most", (BYTES_MAX / 1024 / 1024).into())]),
        BundleError::Broken => w.t("exam-bundle-broken"),
        BundleError::Missing(file) => w.with("exam-bundle-missing", &[("file", (*file).into())]),
        BundleError::NoText(file) => w.with("exam-bundle-no-text", &[("file", (*file).into())]),
        BundleError::Twice(file) => w.with("exam-bundle-twice", &[("file", (*file).into())]),
    }
    .into_owned()
}

/// The files as a .zip: a folder named after the exam, as `exam import` takes it.
pub(crate) fn zipped(folder: &str, texts: &DefinitionTexts) -> Option<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in texts.files() {
        writer.start_file(format!("{folder}/{name}"), SimpleFileOptions::default()).ok()?;
        writer.write_all(text.as_bytes()).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> DefinitionTexts {
        DefinitionTexts {
            exam: "id = \"a\"\n".to_owned(),
            sittings: "id,starts_at,capacity\n".to_owned(),
            organisations: Some("code\n".to_owned()),
        }
    }

    #[test]
    fn what_is_packed_is_unpacked_and_people_stay_out() {
        let packed = zipped("a", &texts()).unwrap();
        let bundle = Bundle::default().with("a.ZIP", &packed).and_then(|bundle| bundle.with("roster.csv", b"name\n"));
        assert_eq!(bundle.and_then(Bundle::texts), Ok(texts()));
        let twice = Bundle::default().with("exam.toml", b"").and_then(|bundle| bundle.with("a.zip", &packed));
        assert_eq!(twice.err(), Some(BundleError::Twice("exam.toml")));
        assert_eq!(Bundle::default().with("a.zip", b"PK no").err(), Some(BundleError::Broken));
        let alone = Bundle::default().with("C:\\x\\exam.toml", &[0xff, 0xfe, b'a', 0]);
        assert_eq!(alone.and_then(Bundle::texts), Err(BundleError::Missing("sittings.csv")));
    }

    /// What is packed small and unpacks large is not unpacked where nobody wants it, and no further than there is room for.
    #[test]
    fn what_unpacks_to_more_than_may_be_is_left_out_or_refused() {
        let packed = |names: &[&str], bytes: usize| {
            let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
            for name in names {
                writer.start_file(*name, SimpleFileOptions::default()).unwrap();
                writer.write_all(&vec![b'a'; bytes]).unwrap();
            }
            writer.finish().unwrap().into_inner()
        };
        let bundle = Bundle::default().with("a.zip", &packed(&["x/unknown.bin", "y/unknown.bin"], BYTES_MAX)).unwrap();
        assert_eq!((bundle.bytes, bundle.entries), (0, 2));
        let half = packed(&["exam.toml"], BYTES_MAX / 2 + 1);
        let bundle = bundle.with("a.zip", &half).unwrap();
        let more = bundle.with("b.zip", &packed(&["sittings.csv"], BYTES_MAX / 2));
        assert_eq!(more.err(), Some(BundleError::TooLarge), "one budget over all of them");
        let names: Vec<String> = (0..=ENTRIES_MAX / 2).map(|number| format!("{number}.txt")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let many = packed(&names, 0);
        let bundle = Bundle::default().with("a.zip", &many).unwrap();
        assert_eq!(bundle.with("b.zip", &many).err(), Some(BundleError::TooLarge));
    }

    #[test]
    fn a_tar_is_read_within_what_it_has() {
        let block = |name: &str, size: &str, kind: u8| {
            let mut block = vec![0; BLOCK];
            block[..name.len()].copy_from_slice(name.as_bytes());
            block[124..124 + size.len()].copy_from_slice(size.as_bytes());
            block[156] = kind;
            block
        };
        let file = |name: &str, text: &str| {
            let mut whole = block(name, &format!("{:011o}", text.len()), b'0');
            whole.extend_from_slice(text.as_bytes());
            whole.resize(whole.len().div_ceil(BLOCK) * BLOCK, 0);
            whole
        };
        let texts = texts();
        let mut tar = block("a/", "00000000000", b'5');
        texts.files().for_each(|(name, text)| tar.extend(file(&format!("a/{name}"), text)));
        tar.extend([0; 2 * BLOCK]);
        assert_eq!(Bundle::default().with("a.tar", &tar).and_then(Bundle::texts), Ok(texts));
        for wrong in [block("exam.toml", "77777777777", b'0'), block("exam.toml", "no number", b'0')] {
            assert_eq!(Bundle::default().with("a.tar", &wrong).err(), Some(BundleError::Broken));
        }
    }
}
