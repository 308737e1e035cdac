//! What a template sees while it is compiled: faces, our templates, the data and the pictures of one paper. No disk, no
//! network, no clock.

use std::collections::HashMap;
use std::path::PathBuf;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, World};

use crate::faces::Faces;

/// Templates that other templates import, and those that typst begins with.
const SOURCES: [(&str, &str); 14] = [
    ("/words.typ", include_str!("../templates/words.typ")),
    ("/house.typ", include_str!("../templates/house.typ")),
    ("/tickets.typ", include_str!("../templates/tickets.typ")),
    (SHEET, include_str!("../templates/sheet.typ")),
    (SCHOOL, include_str!("../templates/school.typ")),
    ("/proof.typ", include_str!("../templates/proof.typ")),
    ("/site.typ", include_str!("../templates/site.typ")),
    ("/site/shared.typ", include_str!("../templates/site/shared.typ")),
    ("/site/counts.typ", include_str!("../templates/site/counts.typ")),
    ("/site/door.typ", include_str!("../templates/site/door.typ")),
    ("/site/map.typ", include_str!("../templates/site/map.typ")),
    ("/site/attendance.typ", include_str!("../templates/site/attendance.typ")),
    ("/site/labels.typ", include_str!("../templates/site/labels.typ")),
    ("/site/record.typ", include_str!("../templates/site/record.typ")),
];
/// The designs of tickets that are ours.
pub(crate) const SHEET: &str = "/sheet.typ";
pub(crate) const SCHOOL: &str = "/school.typ";
/// Where a ticket's design is imported from, whosever it is.
pub(crate) const DESIGN: &str = "/design.typ";
/// Where a template reads what it prints.
pub(crate) const DATA: &str = "/data.json";

/// A file by its path. Paths are kept for ever, so there may only be so many: ours are, and pictures are numbered.
pub(crate) fn file(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("the paths of our templates are plain");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// Our templates, read once.
pub(crate) struct Templates(HashMap<FileId, Source>);

impl Templates {
    pub(crate) fn read() -> Self {
        Self(SOURCES.iter().map(|(path, text)| (file(path), Source::new(file(path), (*text).to_owned()))).collect())
    }

    /// The text of one of ours.
    pub(crate) fn text(&self, path: &str) -> &str {
        self.0.get(&file(path)).map_or("", |source| source.text())
    }
}

/// What one paper is made of.
pub(crate) struct Desk<'a> {
    pub(crate) faces: &'a Faces,
    pub(crate) library: &'a LazyHash<Library>,
    pub(crate) templates: &'a Templates,
    /// Where typst begins.
    pub(crate) main: FileId,
    /// The design of its tickets.
    pub(crate) design: Option<Source>,
    /// Its data and its pictures.
    pub(crate) files: HashMap<FileId, Bytes>,
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.faces.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let design = self.design.as_ref().filter(|design| design.id() == id);
        design.or_else(|| self.templates.0.get(&id)).cloned().ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn font(&self, at: usize) -> Option<Font> {
        self.faces.font(at)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(PathBuf::from(id.vpath().get_with_slash()))
}
