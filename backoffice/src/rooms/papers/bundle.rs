//! How a site's papers become files: so many rooms at a time, because what is printed at once is in memory at once; one PDF where
//! that is enough, else a ZIP of several, in the order of the rooms.

use std::io::{Cursor, Write as _};
use std::ops::Range;

use papers::ROOMS_MAX;
use registration::rooms::tickets::PaperRoom;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::jobs::Fault;

/// Most seats that are printed at once, each counted for every kind of paper: 100 rooms of one kind, or 24 rooms of all.
const SEATS_AT_ONCE: usize = 3_600;
/// Most bytes of a file.
const BYTES_MAX: usize = 96 * 1024 * 1024;

/// The rooms that are printed at once, one part after the other; `kinds` is how many papers each has, without the counts.
pub(super) fn parts(rooms: &[PaperRoom], kinds: usize) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut seats = 0;
    for (at, room) in rooms.iter().enumerate() {
        let more = room.room.plan.seats().len() * kinds;
        match parts.last_mut() {
            Some(part) if seats + more <= SEATS_AT_ONCE && part.len() < ROOMS_MAX => {
                part.end = at + 1;
                seats += more;
            }
            _ => {
                parts.push(at..at + 1);
                seats = more;
            }
        }
    }
    parts
}

/// The file that grows part by part.
pub(super) enum Bundle {
    /// All of it is one PDF.
    One(Vec<u8>),
    /// Several in a ZIP. They are compressed already.
    Zip(Box<ZipWriter<Cursor<Vec<u8>>>>, usize),
}

impl Bundle {
    pub(super) fn new(is_one: bool) -> Self {
        match is_one {
            true => Self::One(Vec::new()),
            false => Self::Zip(Box::new(ZipWriter::new(Cursor::new(Vec::new()))), 0),
        }
    }

    /// Adds a PDF under a name without its ending.
    pub(super) fn add(&mut self, name: &str, pdf: Vec<u8>) -> Result<(), Fault> {
        match self {
            Self::One(whole) => *whole = pdf,
            Self::Zip(zip, bytes) => {
                *bytes += pdf.len();
                if *bytes > BYTES_MAX {
                    return Err(Fault::TooLarge);
                }
                let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
                let added = zip.start_file(format!("{name}.pdf"), options);
                added.map_err(broken)?;
                zip.write_all(&pdf).map_err(|error| broken(error.into()))?;
            }
        }
        Ok(())
    }

    /// The bytes, the ending of the file's name, and its media type.
    pub(super) fn end(self) -> Result<(Vec<u8>, &'static str, &'static str), Fault> {
        match self {
            Self::One(pdf) => Ok((pdf, "pdf", "application/pdf")),
            Self::Zip(zip, _) => Ok((zip.finish().map_err(broken)?.into_inner(), "zip", "application/zip")),
        }
    }
}

fn broken(error: zip::result::ZipError) -> Fault {
    tracing::error!(%error, "papers could not be put into one file");
    Fault::Broken
}

#[cfg(test)]
pub(super) mod tests {
    use registration::model::room::{Room, RoomId, Site, SiteId};
    use registration::model::text::Text;
    use seating::{Layout, SeatOrder, Spacing};
    use uuid::Uuid;

    use super::*;

    pub(in crate::rooms::papers) fn room(number: u16, (deep, wide): (usize, usize)) -> PaperRoom {
        let id = RoomId(Uuid::from_u128(number.into()));
        let site = SiteId(Uuid::from_u128(0));
        let text = |text: &str| Text { zh: text.to_owned(), en: text.to_owned() };
        let (name, address, way) = (text("东校区"), text("学府路 1 号"), text(""));
        let plan = seating::Room {
            id: id.0.to_string(),
            layout: Layout::grid(deep, wide).unwrap(),
            order: SeatOrder::Rows,
            spacing: Spacing::Dense,
            prefix: "H".to_owned(),
            step_free: true,
            spare_seats: None,
        };
        PaperRoom {
            number,
            room: Room { id, site, name: format!("30{number}"), floor: "3 层".to_owned(), has_lift: false, plan },
            site: Site { id: site, name, address, way, position: None },
            people: 0,
            without_ticket: 0,
        }
    }

    #[test]
    fn rooms_are_printed_in_parts_that_memory_bears() {
        let rooms: Vec<PaperRoom> = (1..=100).map(|number| room(number, (5, 6))).collect();
        let whole = vec![Range { start: 0, end: 100 }];
        assert_eq!(parts(&rooms, 1), whole);
        assert_eq!(parts(&rooms, 5), [0..24, 24..48, 48..72, 72..96, 96..100]);
        assert_eq!(parts(&rooms, 0), whole);
        // A hall of its own is one part, however large.
        let halls: Vec<PaperRoom> = (1..=2).map(|number| room(number, (40, 50))).collect();
        assert_eq!(parts(&halls, 5), [0..1, 1..2]);
        assert_eq!(parts(&[], 5), Vec::<Range<usize>>::new());
    }

    #[test]
    fn one_part_is_a_pdf_and_several_are_a_zip_in_order() {
        let mut one = Bundle::new(true);
        one.add("01-rooms-001-002", b"%PDF-a".to_vec()).unwrap();
        assert_eq!(one.end().unwrap(), (b"%PDF-a".to_vec(), "pdf", "application/pdf"));
        let mut many = Bundle::new(false);
        for name in ["01-rooms-001-024", "00-counts"] {
            many.add(name, format!("%PDF-{name}").into_bytes()).unwrap();
        }
        let (bytes, ending, _) = many.end().unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        names.sort();
        assert_eq!((names, ending), (vec!["00-counts.pdf".to_owned(), "01-rooms-001-024.pdf".to_owned()], "zip"));
        let mut text = String::new();
        std::io::Read::read_to_string(&mut zip.by_name("00-counts.pdf").unwrap(), &mut text).unwrap();
        assert_eq!(text, "%PDF-00-counts");
    }
}
