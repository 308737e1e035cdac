//! A file that staff bring, and what was found in it. Plain values.

use jiff::Timestamp;
use reservation::ids::ExamId;
use serde::{Deserialize, Serialize};
use sheets::Address;
use uuid::Uuid;

use crate::model::ids::StaffId;

/// Which import it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportId(pub Uuid);

/// What a file is a list of.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    strum::AsRefStr,
    strum::EnumString,
    strum::VariantArray,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum ImportKind {
    /// Who may register for an exam.
    Roster,
    /// Results of earlier exams.
    PastScores,
    /// Sittings of an exam, with how many seats each has.
    Sittings,
    /// Provinces, schools and campuses of an exam.
    Organisations,
    /// Rooms and their sites, which are of no exam.
    Rooms,
}

impl ImportKind {
    /// Is it a list for one exam?
    pub fn is_of_exam(self) -> bool {
        match self {
            Self::Roster | Self::PastScores | Self::Sittings | Self::Organisations => true,
            Self::Rooms => false,
        }
    }
}

/// How far an import is. Its words are those of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::AsRefStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum ImportState {
    /// Its file is still coming.
    Uploading,
    /// Its file is looked through.
    Reading,
    /// All of it is right, and somebody may apply it.
    Read,
    /// Something in it is wrong, and nothing of it can be applied.
    Refused,
    /// It is being applied.
    Applying,
    /// All of it was applied.
    Applied,
    /// The program could not do it, often enough.
    Failed,
    /// Somebody gave it up, or nobody came back to it.
    Dropped,
}

/// How the lines of a file stand to those that are there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Lines of the file.
    pub lines: u64,
    /// Of them, those that are new.
    pub added: u64,
    /// Of them, those that are there and say something else.
    pub changed: u64,
    /// There, and not in the file.
    pub absent: u64,
    /// Of those that are absent, the ones that stay in any case: an account is bound to them, or something else needs them.
    pub bound: u64,
    /// Of those that were absent, the ones that went.
    pub removed: u64,
    /// Things that are wrong.
    pub faults: u64,
}

impl ImportCounts {
    /// Lines that are there already, and say the same; of a file without faults.
    pub fn same(&self) -> u64 {
        self.lines.saturating_sub(self.added + self.changed)
    }

    /// Of those that are absent, the ones that would go.
    pub fn removable(&self) -> u64 {
        self.absent.saturating_sub(self.bound)
    }
}

/// One import, as its row has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Which import it is.
    pub id: ImportId,
    /// What its file is a list of.
    pub kind: ImportKind,
    /// For which exam.
    pub exam: Option<ExamId>,
    /// Who brought it.
    pub staff: StaffId,
    /// What they are called.
    pub staff_name: String,
    /// What they call the file.
    pub file_name: String,
    /// How large it is, in bytes.
    pub bytes: u64,
    /// How far it is.
    pub state: ImportState,
    /// Lines that have been read so far.
    pub progress: u64,
    /// What was found, or done.
    pub counts: ImportCounts,
    /// What was to be done was something else by the time, and nothing was done.
    pub is_stale: bool,
    /// So many sittings, or more, the engine has as the file says them, although it did not take all that was to be applied; or may
    /// have, where the process that brought them died.
    pub written: u64,
    /// Does its file still lie here?
    pub has_file: bool,
    /// When the file came.
    pub made_at: Timestamp,
    /// When it was applied.
    pub applied_at: Option<Timestamp>,
    /// Who applied it.
    pub applied_by: Option<String>,
}

/// What was found, line by line: the first lines, and the first faults. It names people; what stands in the cells of numbers
/// is masked.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// What the sheet is called that was read; `None` in CSV.
    pub sheet: Option<String>,
    /// How many other sheets the file has that can be seen.
    pub other_sheets: u64,
    /// The names of the columns, ours where we know what is meant.
    pub heads: Vec<String>,
    /// The first lines with their numbers.
    pub rows: Vec<(u64, Vec<String>)>,
    /// The first things that are wrong.
    pub faults: Vec<ImportFault>,
}

/// Something that is wrong with a file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFault {
    /// In which row, from 1.
    pub row: u64,
    /// In which column, from 0; `None`: it is about the whole row, or the whole file.
    pub column: Option<u16>,
    /// The word by which pages find their sentence .
    pub word: String,
    /// What stands in the sentence.
    pub values: Vec<String>,
}

impl ImportFault {
    /// Where it is, as spreadsheets say it: `C17`, or the row alone.
    pub fn place(&self) -> String {
        match self.column {
            Some(column) => Address { row: self.row, column }.to_string(),
            None => self.row.to_string(),
        }
    }
}
