//! The press: faces and templates are read once, papers are printed from them. Everything here computes and waits for
//! nothing, so a server calls it where it may block.

mod job;
mod refused;

use typst::layout::Abs;
use typst::utils::{LazyHash, Scalar};
use typst::{Library, LibraryExt};
use typst_layout::PagedDocument;
use typst_render::RenderOptions;

use crate::error::{FontError, PaperError};
use crate::faces::{Faces, FontPaths, Lack};
use crate::proof::Proof;
use crate::site::{Sheet, SitePapers};
use crate::ticket::{Design, Ticket};
use crate::world::Templates;
use job::Job;

/// Most tickets of one paper.
pub const TICKETS_MAX: usize = 500;
/// Most rooms of one paper.
pub const ROOMS_MAX: usize = 200;
/// Most seats of one paper, and so most photos.
pub const SEATS_MAX: usize = 8_000;
/// Narrowest and widest picture of a ticket, in pixels.
pub const PICTURE_WIDTH: std::ops::RangeInclusive<u32> = 320..=2_480;
/// Most pages that are drawn into one picture.
const PICTURE_PAGES_MAX: usize = 4;
/// Papers made since something was last of use, after which it is forgotten: enough that what all papers share is not
/// computed again, few enough that memory stays as it is.
const REMEMBERED_PAPERS: usize = 8;

/// A paper that was printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Paper {
    /// The PDF, tagged (PDF/UA-1) and made to last (PDF/A-2a).
    pub pdf: Vec<u8>,
    /// Characters that no face has, each once: a marked box with the code point stands in their place, and staff are to
    /// be told.
    pub missing: Vec<char>,
}

/// A paper that was drawn, to be kept among a phone's pictures.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// The pages one below the other, as PNG.
    pub png: Vec<u8>,
    /// Characters that no face has, each once.
    pub missing: Vec<char>,
}

/// Where papers are printed. One serves a whole process, from many threads at once.
pub struct Press {
    faces: Faces,
    library: LazyHash<Library>,
    templates: Templates,
}

impl Press {
    /// Finds the faces and reads the templates. It takes some ten milliseconds, and 40 MB for the Chinese faces.
    ///
    /// # Errors
    /// [`FontError`] when no face has Chinese; what else is lacking is told by [`Press::lacks`].
    pub fn new(paths: FontPaths) -> Result<Self, FontError> {
        let faces = Faces::find(&paths)?;
        let library = Library::builder()
            .with_inputs(job::inputs(&faces))
            .with_features(std::iter::once(typst::Feature::A11yExtras).collect())
            .build();
        Ok(Self { faces, library: LazyHash::new(library), templates: Templates::read() })
    }

    /// Scripts that names are written in and this machine has no face for, each with the package that has one.
    pub fn lacks(&self) -> &[Lack] {
        self.faces.lacks()
    }

    /// An admission ticket.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn ticket(&self, ticket: &Ticket) -> Result<Paper, PaperError> {
        self.tickets(std::slice::from_ref(ticket))
    }

    /// Admission tickets of one exam, each beginning a page: what a school prints for its candidates. Design and language
    /// are the first one's; at most [`TICKETS_MAX`].
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn tickets(&self, tickets: &[Ticket]) -> Result<Paper, PaperError> {
        Job::tickets(&self.faces, tickets)?.print(self)
    }

    /// An admission ticket as a picture so many pixels wide, within [`PICTURE_WIDTH`].
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn picture(&self, ticket: &Ticket, width: u32) -> Result<Picture, PaperError> {
        let job = Job::tickets(&self.faces, std::slice::from_ref(ticket))?;
        let missing = job.missing();
        let width = width.clamp(*PICTURE_WIDTH.start(), *PICTURE_WIDTH.end());
        let png = job.compiled(self, |document| draw(document, width))??;
        Ok(Picture { png, missing })
    }

    /// A proof of registration.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn proof(&self, proof: &Proof) -> Result<Paper, PaperError> {
        Job::proof(&self.faces, proof)?.print(self)
    }

    /// The papers of a site that are asked for, in one file; at most [`ROOMS_MAX`] rooms and [`SEATS_MAX`] seats.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn site(&self, papers: &SitePapers, sheets: &[Sheet]) -> Result<Paper, PaperError> {
        Job::site(&self.faces, papers, sheets)?.print(self)
    }

    /// Whether an exam's own design prints a ticket, tried with one that names nobody.
    ///
    /// # Errors
    /// [`PaperError::Template`] with all that typst says.
    pub fn check_design(&self, design: &str) -> Result<(), PaperError> {
        let ticket = Ticket { design: Design::Own(design.into()), ..Ticket::specimen() };
        Job::tickets(&self.faces, &[ticket])?.of_nobody().print(self).map(|_| ())
    }

    /// The source of the design that tickets have by default: where an exam's own begins.
    pub fn design(&self) -> &str {
        self.templates.text(crate::world::SHEET)
    }
}

/// The pages as one picture.
fn draw(document: &PagedDocument, width: u32) -> Result<Vec<u8>, PaperError> {
    let pages = document.pages();
    if pages.len() > PICTURE_PAGES_MAX {
        return Err(PaperError::TooMuch { what: "the number of pages", max: PICTURE_PAGES_MAX });
    }
    let widest = pages.iter().map(|page| page.frame.width().to_pt()).fold(1.0, f64::max);
    let options = RenderOptions { pixel_per_pt: Scalar::new(f64::from(width) / widest), ..RenderOptions::default() };
    let drawn = typst_render::render_merged(document, &options, Abs::zero(), None);
    // Pages are white, so nothing shines through.
    let rgb = drawn.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let picture = image::RgbImage::from_raw(drawn.width(), drawn.height(), rgb).expect("three bytes for each pixel");
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).expect("writing to memory does not fail");
    Ok(png.into_inner())
}

/// Forgets what typst remembers of papers before, however the paper ended: what is not asked to forget keeps all of them.
struct Forgetting {
    papers: usize,
}

impl Drop for Forgetting {
    fn drop(&mut self) {
        comemo::evict(self.papers);
    }
}

/// One press serves many threads.
const _: fn() = || {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Press>();
};
