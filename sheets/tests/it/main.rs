//! Tables as programs and hostile people make them: workbooks, texts, and what neither may cost.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod hostile;
mod made;
mod old;
mod texts;
mod workbooks;
