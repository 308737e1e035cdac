//! What is wrong with a table, cell by cell, as values: the command line says it in English, pages in their own words (`told`).

mod told;

use sheets::{CellFault, SheetError};

use crate::exams::rooms::form::RoomFault;
use crate::model::document::DocumentError;
use crate::model::person::NameError;
use crate::model::roster::PastNumberError;

/// One thing that is wrong with a table, a line or a cell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// The table cannot be read, or no further.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// What the cell should say is lost.
    #[error(transparent)]
    Cell(#[from] CellFault),
    /// The number of a document is none.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The name is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The number of an earlier admission ticket is none.
    #[error(transparent)]
    PastNumber(#[from] PastNumberError),
    /// There is a line of names, and nothing below it; or not even that.
    #[error("there is nothing in it")]
    Nothing,
    /// A column that must be there is not.
    #[error("the column `{column}` is missing")]
    MissingColumn {
        /// Our name of it.
        column: String,
    },
    /// A column that no such table has.
    #[error("`{column}` is no column; they are {all}")]
    UnknownColumn {
        /// As the table calls it.
        column: String,
        /// Our names of all of them.
        all: String,
    },
    /// A column of somebody's own, whose name can be none.
    #[error("`{column}` is no column: a name is 1 to 64 characters out of A-Z a-z 0-9 _ -")]
    ColumnName {
        /// As the table calls it.
        column: String,
    },
    /// Two columns have one name, or two names of one thing.
    #[error("the column `{column}` is there twice")]
    ColumnTwice {
        /// Our name of it.
        column: String,
    },
    /// More lines than are read.
    #[error("there are at most {max} lines")]
    Lines {
        /// How many are.
        max: usize,
    },
    /// A quotation mark that was never closed.
    #[error("a quotation mark is opened here and never closed: close it, or delete it")]
    OpenQuote,
    /// The line has another number of cells than the first.
    #[error("has {cells} fields instead of {names}: look for a stray quotation mark or comma")]
    Fields {
        /// How many the line has.
        cells: usize,
        /// How many the first one has.
        names: usize,
    },
    /// A cell below a column without a name.
    #[error("has a value in a column without a name")]
    NoColumn,
    /// A character was lost before the file came here.
    #[error("has a character that could not be read: save the sheet as `CSV UTF-8`, and correct the cell")]
    Unreadable,
    /// The cell is too long.
    #[error("at most {max} characters")]
    TooLong {
        /// How many it may have.
        max: usize,
    },
    /// The cell has several lines.
    #[error("has a line break: write it on one line")]
    LineBreak,
    /// A character that cannot be seen and does something.
    #[error("U+{:04X} cannot be in it: delete it", u32::from(*.character))]
    Control {
        /// The character that is meant.
        character: char,
    },
    /// A kind of document that is not known.
    #[error("`{kind}`: there is no such kind of document")]
    Kind {
        /// As the cell says it.
        kind: String,
    },
    /// A spreadsheet has shown a number as a power of ten.
    #[error("the spreadsheet made `{shown}` of the number: give the column the format Text and enter it again")]
    Scientific {
        /// What is left.
        shown: String,
    },
    /// The number ends as if a spreadsheet had rounded it.
    #[error("{fault}: a spreadsheet keeps 15 digits; give the column the format Text and enter it again")]
    Rounded {
        /// What is wrong with the number as it is.
        fault: DocumentError,
    },
    /// A subject that the exam does not have.
    #[error("`{subject}` is not among the subjects of exam.toml")]
    Subject {
        /// As the cell says it.
        subject: String,
    },
    /// A campus that the exam does not have.
    #[error("`{campus}` is no campus of organisations.csv")]
    Campus {
        /// As the cell says it.
        campus: String,
    },
    /// A campus of another school.
    #[error("`{campus}` does not belong to the school `{school}`")]
    CampusOfOther {
        /// As the cell says it.
        campus: String,
        /// As the cell beside it says.
        school: String,
    },
    /// Somebody stands in two lines.
    #[error("this person is there twice")]
    PersonTwice,
    /// A result stands in two lines.
    #[error("this result is there twice")]
    ResultTwice,
    /// A document's number of no known kind that is too short or too long.
    #[error("must be a number")]
    NoNumber,
    /// No whole number.
    #[error("`{cell}` is no whole number: write digits only, such as 30")]
    NotWhole {
        /// As it is written.
        cell: String,
    },
    /// No year of which there can be results.
    #[error("must be a year of four digits")]
    Year,
    /// No score that there can be.
    #[error("must be from 0 to {max}")]
    Score {
        /// The highest score there is.
        max: u16,
    },
    /// What a cell says of a room or of its site cannot be.
    #[error(transparent)]
    Room(#[from] RoomFault),
    /// None of the words that the cell may have.
    #[error("`{cell}` is none of {all}")]
    Choice {
        /// As the cell says it.
        cell: String,
        /// All of them.
        all: String,
    },
    /// A room stands in two lines.
    #[error("the room `{room}` is there twice")]
    RoomTwice {
        /// What it is called.
        room: String,
    },
    /// No site is called so.
    #[error("there is none of this name: make it first, or give its `address`")]
    NoSite {
        /// As the cell says it.
        site: String,
    },
    /// There are so many sites that this one is not found among them.
    #[error("there are too many to find this one; make its rooms on its page")]
    ManySites,
    /// Candidates were told seats in this room.
    #[error("places in this room are published, and its seats stay until that sitting")]
    SatIn,
    /// No name of a sitting, a group, a subject or an organisation.
    #[error("{why}")]
    Code {
        /// As it is written.
        cell: String,
        /// What one is.
        why: String,
    },
    /// No text that pages show on one line.
    #[error("the text `{language}` must be one line of 1 to {max} characters")]
    Text {
        /// In which language: `zh` or `en`.
        language: &'static str,
        /// How many characters it may have.
        max: usize,
    },
    /// No day with its time.
    #[error("`{cell}` is no moment: write day and time, such as 2027-05-22 09:00")]
    Moment {
        /// As it is written.
        cell: String,
    },
    /// A sitting that begins before anybody could have registered for it.
    #[error("must be more than hold_seconds later than opens_at of exam.toml")]
    TooEarly,
    /// No amount of money.
    #[error("`{cell}`: {why}")]
    Money {
        /// As it is written.
        cell: String,
        /// What one is.
        why: String,
    },
    /// A number that is too large.
    #[error("at most {max}")]
    TooLarge {
        /// The largest one.
        max: u32,
    },
    /// A group that the exam does not have.
    #[error("`{group}` is not among the groups of exam.toml")]
    Group {
        /// As the cell says it.
        group: String,
    },
    /// A sitting stands in two lines.
    #[error("the sitting `{sitting}` is there twice")]
    SittingTwice {
        /// The id of that sitting.
        sitting: String,
    },
    /// The pattern of ticket numbers cannot number the seats of a sitting.
    #[error("the pattern of ticket numbers names a code that the sitting `{sitting}` has not")]
    TicketCode {
        /// The id of that sitting.
        sitting: String,
    },
    /// The pattern of ticket numbers cannot tell two sittings apart.
    #[error("tickets of `{sitting}` would have the numbers of another sitting: let the pattern tell them apart")]
    TicketNumber {
        /// The id of the later one.
        sitting: String,
    },
    /// An organisation that is none of three things.
    #[error("must be province, school or campus")]
    Level,
    /// A province stands at the top.
    #[error("a province belongs to nothing")]
    OfProvince,
    /// An organisation belongs to one that is not there, or not further up.
    #[error("must be a {level} from a line further up")]
    Parent {
        /// What it must belong to.
        level: &'static str,
    },
    /// An organisation stands in two lines.
    #[error("the organisation `{code}` is there twice")]
    OrganisationTwice {
        /// The code of that organisation.
        code: String,
    },
    /// Fewer seats than were sold.
    #[error("{sold} seats are sold: there cannot be fewer")]
    FewerThanSold {
        /// How many were.
        sold: i64,
    },
    /// Seats are taken away after registration has opened.
    #[error("registration has opened, and two people take seats away, sitting by sitting: ask for it at /approvals")]
    NeedsTwo,
    /// Another fee of a sitting that somebody has paid for.
    #[error("{sold} seats are sold at the fee that stands: it stays")]
    FeeSold {
        /// How many were.
        sold: i64,
    },
    /// Another group of a sitting that is there.
    #[error("the group of a sitting that is there stays: make another sitting")]
    GroupStays,
    /// Another province of a sitting that is there.
    #[error("the province of a sitting that is there stays: make another sitting")]
    ProvinceStays,
    /// What another file says would not be right any more.
    #[error("`{id}` of {file} would be wrong then: change that first")]
    Elsewhere {
        /// Which file says it.
        file: &'static str,
        /// What of it would be wrong.
        id: String,
    },
}
