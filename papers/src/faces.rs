//! The faces that papers are printed with: found by family among the machine's fonts, each read when it is first used.

use std::fs;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::OnceLock;

use fontdb::{Database, FaceInfo, Source, Stretch, Style};
use typst::foundations::Bytes;
use typst::text::{Font, FontBook, FontInfo};
use typst::utils::LazyHash;

use crate::error::FontError;
use crate::ticket::Language;

/// Where fonts are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FontPaths {
    /// Whether the system's directories are searched.
    pub system: bool,
    /// Further directories, with all that is below them.
    pub directories: Vec<PathBuf>,
}

impl Default for FontPaths {
    fn default() -> Self {
        Self { system: true, directories: Vec::new() }
    }
}

/// A script of candidates' names that this machine has no face for: its characters would be printed as marked boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lack {
    /// Which script it is.
    pub script: &'static str,
    /// Which package has a face for it on Debian.
    pub package: &'static str,
}

/// A script that names are written in, and the families that have it, the best one first.
struct Script {
    name: &'static str,
    families: &'static [&'static str],
    package: &'static str,
    /// A character of it that not every font has.
    sample: char,
}

const CHINESE: Script = Script {
    name: "Chinese",
    families: &["Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Hiragino Sans GB"],
    package: "fonts-noto-cjk",
    sample: '准',
};
const LATIN: Script = Script {
    name: "Latin with accents, Greek and Cyrillic",
    families: &["Noto Sans", "DejaVu Sans"],
    package: "fonts-noto-core",
    sample: 'ğ',
};
/// Those of the country's minorities that appear on identity cards, then Chinese characters of other planes.
const OTHERS: [Script; 6] = [
    Script {
        name: "Tibetan",
        families: &["Noto Serif Tibetan", "Noto Sans Tibetan", "DDC Uchen"],
        package: "fonts-noto-core",
        sample: 'བ',
    },
    Script {
        name: "Arabic, with the letters of Uyghur and Kazakh",
        families: &["Noto Naskh Arabic", "Noto Sans Arabic", "UKIJ Tuz"],
        package: "fonts-noto-core",
        sample: 'ۇ',
    },
    Script { name: "Mongolian", families: &["Noto Sans Mongolian"], package: "fonts-noto-core", sample: 'ᠮ' },
    Script { name: "Yi", families: &["Noto Sans Yi"], package: "fonts-noto-core", sample: 'ꆈ' },
    Script {
        name: "rare Chinese characters of the first plane",
        families: &["HanaMinA", "BabelStone Han"],
        package: "fonts-hanazono",
        sample: '\u{9FCF}',
    },
    Script {
        name: "rare Chinese characters of other planes",
        families: &["HanaMinB", "BabelStone Han"],
        package: "fonts-hanazono",
        sample: '\u{2A6B2}',
    },
];
/// Weights that templates use, and what passes for them: a family's regular face may call itself medium.
const WEIGHTS: [(u16, RangeInclusive<u16>); 2] = [(400, 300..=500), (700, 600..=800)];

/// The faces of a press.
pub(crate) struct Faces {
    book: LazyHash<FontBook>,
    slots: Vec<Slot>,
    chinese: Vec<String>,
    latin: Vec<String>,
    others: Vec<String>,
    lacks: Vec<Lack>,
}

/// A face, read when it is first used: the rare ones are large, and rarely used.
struct Slot {
    path: PathBuf,
    index: u32,
    font: OnceLock<Option<Font>>,
}

impl Faces {
    /// Finds the faces, and reads those that every paper needs.
    ///
    /// # Errors
    /// [`FontError`], each with the package that mends it.
    pub(crate) fn find(paths: &FontPaths) -> Result<Self, FontError> {
        let mut fonts = Database::new();
        if paths.system {
            fonts.load_system_fonts();
        }
        for directory in &paths.directories {
            fonts.load_fonts_dir(directory);
        }
        let mut found = Found { fonts: &fonts, book: FontBook::new(), slots: Vec::new(), lacks: Vec::new() };
        let chinese: Vec<String> = found.script(&CHINESE).into_iter().collect();
        if chinese.is_empty() {
            return Err(FontError::NoChinese { package: CHINESE.package, families: CHINESE.families.join(", ") });
        }
        let needed = found.slots.len();
        let latin = found.script(&LATIN).into_iter().collect();
        let others = OTHERS.iter().filter_map(|script| found.script(script)).collect();
        let Found { book, slots, lacks, .. } = found;
        let faces = Self { book: LazyHash::new(book), slots, chinese, latin, others, lacks };
        if (0..needed).any(|at| faces.font(at).is_none()) {
            return Err(FontError::Unreadable { family: faces.chinese.concat() });
        }
        Ok(faces)
    }

    /// What typst chooses from.
    pub(crate) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    /// The face with this number of the book.
    pub(crate) fn font(&self, at: usize) -> Option<Font> {
        let slot = self.slots.get(at)?;
        slot.font.get_or_init(|| Font::new(Bytes::new(fs::read(&slot.path).ok()?), slot.index)).clone()
    }

    /// The families in the order in which a character is looked for. English takes its quotation marks from a Latin face.
    pub(crate) fn families(&self, language: Language) -> Vec<&str> {
        let (first, second) = match language {
            Language::Zh => (&self.chinese, &self.latin),
            Language::En => (&self.latin, &self.chinese),
        };
        first.iter().chain(second).chain(&self.others).map(String::as_str).collect()
    }

    /// Which scripts have no face here.
    pub(crate) fn lacks(&self) -> &[Lack] {
        &self.lacks
    }

    /// Whether some face has this character.
    pub(crate) fn has(&self, character: char) -> bool {
        let covers = |at| self.book.info(at).is_some_and(|info| info.coverage.contains(u32::from(character)));
        (0..self.slots.len()).any(covers)
    }
}

/// Faces as they are chosen from all fonts of the machine.
struct Found<'a> {
    fonts: &'a Database,
    book: FontBook,
    slots: Vec<Slot>,
    lacks: Vec<Lack>,
}

impl Found<'_> {
    /// Takes the best family that has the script, and says how typst calls it.
    fn script(&mut self, script: &Script) -> Option<String> {
        let family = script.families.iter().find_map(|family| self.family(family, script.sample));
        if family.is_none() {
            self.lacks.push(Lack { script: script.name, package: script.package });
        }
        family
    }

    /// Takes the faces of a family, if its regular one has the sample.
    fn family(&mut self, family: &str, sample: char) -> Option<String> {
        let mut taken: Option<String> = None;
        for weight in WEIGHTS {
            let Some((face, info)) = self.face(family, weight) else { continue };
            if taken.is_none() && !info.coverage.contains(u32::from(sample)) {
                return None;
            }
            let Source::File(path) = &face.source else { continue };
            let (path, index) = (path.clone(), face.index);
            taken.get_or_insert_with(|| info.family.clone());
            self.book.push(info);
            self.slots.push(Slot { path, index, font: OnceLock::new() });
        }
        taken
    }

    fn face(&self, family: &str, (weight, near): (u16, RangeInclusive<u16>)) -> Option<(FaceInfo, FontInfo)> {
        let fits = |face: &&FaceInfo| {
            near.contains(&face.weight.0)
                && face.style == Style::Normal
                && face.families.iter().any(|(name, _)| name.eq_ignore_ascii_case(family))
        };
        let rank = |face: &&FaceInfo| (face.weight.0.abs_diff(weight), face.stretch != Stretch::Normal, face.index);
        let face = self.fonts.faces().filter(fits).min_by_key(rank)?;
        let info = self.fonts.with_face_data(face.id, FontInfo::new)??;
        Some((face.clone(), info))
    }
}
