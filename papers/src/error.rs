//! Why a paper was not printed, or a press not set up.

/// Why a press was not set up.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// No face of this machine has Chinese.
    #[error(
        "no font has Chinese: install {package} (or put one of {families} into a directory of fonts), then try again"
    )]
    NoChinese {
        /// Which package has it on Debian.
        package: &'static str,
        /// Which families would do.
        families: String,
    },
    /// A file was found and could not be read as a font.
    #[error("the font {family} could not be read: install its package again, then try again")]
    Unreadable {
        /// Whose file it is.
        family: String,
    },
}

/// Why a paper was not printed. What it says holds no word of the candidate's.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// There is nobody to print anything for.
    #[error("nothing was asked for: give at least one ticket, room or kind of paper")]
    Empty,
    /// It is longer than any paper of this kind.
    #[error("{what} is more than one paper holds ({max}): print it in parts")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// How much of it a paper holds.
        max: usize,
    },
    /// A photo is no JPEG that can be read.
    #[error("photo {at} (from 1) is no JPEG that can be read: have it taken again")]
    Photo {
        /// Which of the photos, from 1, in the order given.
        at: usize,
    },
    /// The text of a code to scan is longer than a code holds.
    #[error("the text of code {at} (from 1) is longer than a code holds: make it shorter")]
    Code {
        /// Which of the codes, from 1, in the order given.
        at: usize,
    },
    /// A template does not hold: an exam's own, or one of ours by a fault.
    #[error("the template was refused at {place}: {message}")]
    Template {
        /// Where: the file and its line, from 1; or only the file.
        place: String,
        /// What typst says, without the words that were printed.
        message: String,
    },
}
