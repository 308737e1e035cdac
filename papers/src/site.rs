//! Papers for the staff of a site: what hangs on doors, lies on desks, and is signed by invigilators.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use crate::ticket::Language;

/// A kind of paper for staff. The counts come first; then, room by room, what goes into the room's envelope, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sheet {
    /// How many papers of each kind go into which room, one table for the site (试卷清点表).
    Counts,
    /// What hangs on the room's door (门贴): its number, and who sits where.
    Door,
    /// The seats as they stand in the room, with photos (座次表).
    Map,
    /// Who is there and who is not, to be signed (签到表).
    Attendance,
    /// What is stuck on desks (桌贴), to be cut.
    Labels,
    /// What the invigilators write down and sign (考场记录单).
    Record,
}

/// Everything that is printed for one site and one sitting. A text that is empty is left out with its label.
#[derive(Clone, Default, Serialize)]
pub struct SitePapers {
    /// Which language its labels have.
    pub language: Language,
    /// When what stands on it was so: the file's date.
    #[serde(skip)]
    pub made_at: Timestamp,
    /// What the exam is called.
    pub exam: String,
    /// Who holds the exam.
    pub organiser: String,
    /// What the site is called.
    pub site: String,
    /// The site's address.
    pub address: String,
    /// What the sitting is called.
    pub sitting: String,
    /// What is sat.
    pub subject: String,
    /// When the exam begins.
    pub start: String,
    /// When it was made, and from which arrangement: it stands at the foot of every page.
    pub printed: String,
    /// The rooms, in the order of their numbers.
    pub rooms: Vec<RoomPapers>,
}

/// A room of a sitting.
#[derive(Clone, Default, Serialize)]
pub struct RoomPapers {
    /// The room's number in this sitting: 012.
    pub number: String,
    /// Its name within the site: 一号楼 302.
    pub name: String,
    /// On which floor it is, with its unit.
    pub floor: String,
    /// What else must be known at its door, as a whole sentence: until when those with extra time sit. Names nobody.
    pub note: String,
    /// How many rows its plan has, the first one in front.
    pub rows: u16,
    /// How many columns its plan has, counted from the left of whoever faces the front.
    pub columns: u16,
    /// Its seats in the order of their numbers, those that stay empty among them.
    pub seats: Vec<SeatPaper>,
    /// How many papers of each kind go into it.
    pub counts: Vec<PaperCount>,
}

/// A seat, and who sits there.
#[derive(Clone, Default, Serialize)]
pub struct SeatPaper {
    /// What the seat is called: H01.
    pub label: String,
    /// Which row, from the front, from 0.
    pub row: u16,
    /// Which column, from the left, from 0.
    pub column: u16,
    /// The number of the candidate's ticket; empty for a seat that stays empty.
    pub number: String,
    /// The candidate's name.
    pub name: String,
    /// The number of the candidate's document, masked.
    pub document: String,
    /// Which kind of paper lies there: A.
    pub paper: String,
    /// What was granted to this candidate: 大字试卷. It stands on the map alone, which nobody sees but invigilators.
    pub needs: String,
    /// The candidate's photo as JPEG, upright; it is made smaller.
    #[serde(skip)]
    pub photo: Option<Vec<u8>>,
}

/// How many papers of a kind go into a room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PaperCount {
    /// What the kind is called: A 卷.
    pub kind: String,
    /// How many are for candidates.
    pub papers: u32,
    /// How many lie there in reserve.
    pub spare: u32,
}

/// Papers of a site name its candidates, and what is logged names nobody.
impl fmt::Debug for SitePapers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SitePapers").field("rooms", &self.rooms.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for RoomPapers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoomPapers").field("seats", &self.seats.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for SeatPaper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeatPaper").finish_non_exhaustive()
    }
}
