//! Reads text in pictures with the networks of PP-OCR, in this process and on one core: where lines of text are, and for
//! each line how probable every character is at every step, by which a text that is expected can be *verified*. Where they do not
//! know a character, drawings of it are laid over the picture ([`shapes`]).
//!
//! Knows nothing of cards and imports nothing of ours. The networks are files that `ops/run` fetches ([`files`]).

pub mod alphabet;
pub mod files;
pub mod lines;
pub mod picture;
pub mod reader;
pub mod reading;
pub mod shapes;
pub mod verify;

pub use alphabet::{Alphabet, Letter};
pub use files::ModelsError;
pub use lines::Line;
pub use picture::{Picture, PictureError};
pub use reader::{ReadError, Reader};
pub use reading::{Character, Reading};
pub use shapes::{Doubt, Shapes, Sure};
pub use verify::{Fit, Verdict, fit};
