//! One paper on its way: data that is clean, pictures that fit, then typst.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Value, json};
use typst::foundations::{Bytes, Datetime, Dict, IntoValue, Smart, Str};
use typst::syntax::{FileId, Source};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use super::{Forgetting, Paper, Press, REMEMBERED_PAPERS, ROOMS_MAX, SEATS_MAX, TICKETS_MAX, refused};
use crate::clean::clean;
use crate::code;
use crate::error::PaperError;
use crate::faces::Faces;
use crate::photo::{self, Fit};
use crate::proof::Proof;
use crate::site::{Sheet, SitePapers};
use crate::ticket::{Design, Language, Ticket};
use crate::world::{DATA, DESIGN, Desk, SCHOOL, SHEET, file};

/// Most bytes of a paper's texts.
const TEXT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most bytes of one ticket's or proof's texts.
const TICKET_BYTES_MAX: usize = 64 * 1024;

/// What every template may ask of `sys.inputs`: the families for each language.
pub(super) fn inputs(faces: &Faces) -> Dict {
    let families = |language| faces.families(language).into_iter().map(Str::from).collect::<Vec<_>>().into_value();
    [(Str::from("zh"), families(Language::Zh)), (Str::from("en"), families(Language::En))].into_iter().collect()
}

/// A paper before it is printed.
pub(super) struct Job {
    main: FileId,
    design: Design,
    has_design: bool,
    files: HashMap<FileId, Bytes>,
    missing: BTreeSet<char>,
    made_at: Timestamp,
    /// What the file is known by; it is hashed into it.
    ident: String,
    /// Papers before that are remembered after this one.
    remembered: usize,
    is_of_nobody: bool,
}

impl Job {
    pub(super) fn tickets(faces: &Faces, tickets: &[Ticket]) -> Result<Self, PaperError> {
        let first = tickets.first().ok_or(PaperError::Empty)?;
        at_most("the number of tickets", tickets.len(), TICKETS_MAX)?;
        let mut job = Self::new("/tickets.typ", first.made_at, format!("ticket/{}/{}", first.exam, first.number));
        (job.design, job.has_design) = (first.design.clone(), true);
        let mut values = Vec::with_capacity(tickets.len());
        for (at, ticket) in tickets.iter().enumerate() {
            let mut value = value(ticket)?;
            value["photo"] = job.photo(at, ticket.photo.as_deref(), photo::TICKET)?;
            value["code"] = job.code(at, ticket.code.as_deref())?;
            values.push(value);
        }
        job.data(faces, json!({ "language": first.language, "tickets": values }))?;
        Ok(job)
    }

    pub(super) fn proof(faces: &Faces, proof: &Proof) -> Result<Self, PaperError> {
        let mut job = Self::new("/proof.typ", proof.made_at, format!("proof/{}/{}", proof.exam, proof.number));
        let mut value = value(proof)?;
        value["photo"] = job.photo(0, proof.photo.as_deref(), photo::TICKET)?;
        value["code"] = job.code(0, proof.code.as_deref())?;
        job.data(faces, value)?;
        Ok(job)
    }

    pub(super) fn site(faces: &Faces, papers: &SitePapers, sheets: &[Sheet]) -> Result<Self, PaperError> {
        let seats: usize = papers.rooms.iter().map(|room| room.seats.len()).sum();
        if sheets.is_empty() || papers.rooms.is_empty() {
            return Err(PaperError::Empty);
        }
        at_most("the number of rooms", papers.rooms.len(), ROOMS_MAX)?;
        at_most("the number of seats", seats, SEATS_MAX)?;
        let ident = format!("site/{}/{}/{}", papers.exam, papers.site, papers.sitting);
        let mut job = Self::new("/site.typ", papers.made_at, ident);
        // Hundreds of pages would be remembered.
        job.remembered = 0;
        let mut value = serde_json::to_value(papers).expect("papers are plain values");
        let sheets: BTreeSet<Sheet> = sheets.iter().copied().collect();
        value["sheets"] = json!(sheets);
        if sheets.contains(&Sheet::Map) {
            let seats = papers.rooms.iter().enumerate().flat_map(|(room, papers)| {
                papers.seats.iter().enumerate().map(move |(at, seat)| (room, at, seat.photo.as_deref()))
            });
            for (number, (room, at, photo)) in seats.enumerate() {
                // One that cannot be read leaves a frame that says so: the others wait for their plan.
                value["rooms"][room]["seats"][at]["photo"] =
                    job.photo(number, photo, photo::SEAT).unwrap_or(Value::Null);
            }
        }
        job.data(faces, value)?;
        Ok(job)
    }

    fn new(main: &str, made_at: Timestamp, ident: String) -> Self {
        Self {
            main: file(main),
            design: Design::Sheet,
            has_design: false,
            files: HashMap::new(),
            missing: BTreeSet::new(),
            made_at,
            ident,
            remembered: REMEMBERED_PAPERS,
            is_of_nobody: false,
        }
    }

    /// Says that what it prints names nobody, so that a fault may be told with all its words.
    pub(super) fn of_nobody(self) -> Self {
        Self { is_of_nobody: true, ..self }
    }

    pub(super) fn missing(&self) -> Vec<char> {
        self.missing.iter().copied().collect()
    }

    /// The path by which a template finds the photo, or null.
    fn photo(&mut self, at: usize, photo: Option<&[u8]>, fit: Fit) -> Result<Value, PaperError> {
        let Some(photo) = photo else { return Ok(Value::Null) };
        let fitted = photo::fit(photo, fit).ok_or(PaperError::Photo { at: at + 1 })?;
        let path = format!("/photo/{at}");
        self.files.insert(file(&path), Bytes::new(fitted.into_owned()));
        Ok(Value::String(path))
    }

    /// The path by which a template finds the code, or null.
    fn code(&mut self, at: usize, text: Option<&str>) -> Result<Value, PaperError> {
        let Some(text) = text else { return Ok(Value::Null) };
        let svg = code::svg(text).ok_or(PaperError::Code { at: at + 1 })?;
        let path = format!("/code/{at}");
        self.files.insert(file(&path), Bytes::from_string(svg));
        Ok(Value::String(path))
    }

    fn data(&mut self, faces: &Faces, mut value: Value) -> Result<(), PaperError> {
        clean(&mut value, &|character| faces.has(character), &mut self.missing);
        value["missing"] = self.missing.iter().map(|character| format!("{:X}", u32::from(*character))).collect();
        let bytes = value.to_string();
        at_most("the length of its texts, in bytes,", bytes.len(), TEXT_BYTES_MAX)?;
        self.files.insert(file(DATA), Bytes::from_string(bytes));
        Ok(())
    }

    /// Prints the paper, with whatever it lacks.
    pub(super) fn print(self, press: &Press) -> Result<Paper, PaperError> {
        let missing = self.missing();
        let options = PdfOptions {
            ident: Smart::Custom(self.ident.clone()),
            creator: Smart::Custom(Some("Seathold".into())),
            timestamp: made_at(self.made_at).map(typst_pdf::Timestamp::new_utc),
            standards: PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
                .expect("a paper can be tagged and made to last at once"),
            ..PdfOptions::default()
        };
        let is_of_nobody = self.is_of_nobody;
        let export = |document: &PagedDocument, desk: &Desk<'_>| {
            typst_pdf::pdf(document, &options).map_err(|errors| refused::told(desk, &errors, is_of_nobody))
        };
        Ok(Paper { pdf: self.compiled_on(press, export)??, missing })
    }

    /// What becomes of its pages.
    pub(super) fn compiled<T>(self, press: &Press, then: impl FnOnce(&PagedDocument) -> T) -> Result<T, PaperError> {
        self.compiled_on(press, |document, _| then(document))
    }

    fn compiled_on<T>(self, press: &Press, then: impl FnOnce(&PagedDocument, &Desk<'_>) -> T) -> Result<T, PaperError> {
        let design = self.has_design.then(|| match &self.design {
            Design::Sheet => press.templates.text(SHEET),
            Design::School => press.templates.text(SCHOOL),
            Design::Own(text) => &**text,
        });
        let desk = Desk {
            faces: &press.faces,
            library: &press.library,
            templates: &press.templates,
            main: self.main,
            design: design.map(|text| Source::new(file(DESIGN), text.to_owned())),
            files: self.files,
        };
        let _forgetting = Forgetting { papers: self.remembered };
        let document = typst::compile::<PagedDocument>(&desk).output;
        let document = document.map_err(|errors| refused::told(&desk, &errors, self.is_of_nobody))?;
        Ok(then(&document, &desk))
    }
}

/// The texts of a ticket or a proof.
fn value(of: &impl Serialize) -> Result<Value, PaperError> {
    let value = serde_json::to_value(of).expect("tickets are plain values");
    at_most("the length of a ticket's texts, in bytes,", text_bytes(&value), TICKET_BYTES_MAX)?;
    Ok(value)
}

fn text_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(text_bytes).sum(),
        Value::Object(fields) => fields.values().map(text_bytes).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

fn at_most(what: &'static str, is: usize, max: usize) -> Result<(), PaperError> {
    if is > max { Err(PaperError::TooMuch { what, max }) } else { Ok(()) }
}

/// In the words of typst; `None` for years that no PDF can name.
fn made_at(timestamp: Timestamp) -> Option<Datetime> {
    let at = timestamp.to_zoned(TimeZone::UTC).datetime();
    let part = |value: i8| u8::try_from(value).ok();
    Datetime::from_ymd_hms(
        i32::from(at.year()),
        part(at.month())?,
        part(at.day())?,
        part(at.hour())?,
        part(at.minute())?,
        part(at.second())?,
    )
}
