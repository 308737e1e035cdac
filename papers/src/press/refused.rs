//! What typst says of a template that does not hold, told so that it can be mended and names nobody.

use typst::diag::SourceDiagnostic;
use typst::{World, WorldExt};

use crate::error::PaperError;
use crate::world::Desk;

/// The first fault. Words in quotation marks may be a candidate's, so they are told only of papers that name nobody.
pub(super) fn told(desk: &Desk<'_>, errors: &[SourceDiagnostic], is_of_nobody: bool) -> PaperError {
    let Some(error) = errors.first() else {
        return PaperError::Template { place: "the end".to_owned(), message: "no reason was given".to_owned() };
    };
    let hints = error.hints.iter().map(|hint| hint.v.as_str());
    let message: Vec<&str> = std::iter::once(error.message.as_str()).chain(hints).collect();
    let message = message.join("; ");
    PaperError::Template { place: place(desk, error), message: if is_of_nobody { message } else { quiet(&message) } }
}

/// The file and the line of a fault; what stands deepest where one template called another is the template's own.
fn place(desk: &Desk<'_>, error: &SourceDiagnostic) -> String {
    let Some(id) = error.span.id() else { return "its end".to_owned() };
    let name = id.vpath().get_without_slash().to_owned();
    let line = desk.range(error.span).and_then(|range| desk.source(id).ok()?.lines().byte_to_line(range.start));
    line.map_or_else(|| name.clone(), |line| format!("{name}:{}", line + 1))
}

/// Leaves out what a template itself says, which stands after a colon, and what stands in quotation marks.
fn quiet(message: &str) -> String {
    let message = match message.split_once(": ") {
        Some((kind, _)) => format!("{kind}: …"),
        None => message.to_owned(),
    };
    let mut told = String::with_capacity(message.len());
    let mut quoted: Option<char> = None;
    for character in message.chars() {
        match quoted {
            Some(mark) if character == mark => {
                quoted = None;
                told.push(character);
            }
            Some(_) => {}
            None => {
                told.push(character);
                if matches!(character, '`' | '"') {
                    quoted = Some(character);
                    told.push('…');
                }
            }
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::quiet;

    #[test]
    fn what_is_quoted_is_not_told() {
        assert_eq!(quiet("the text `\"张三\"` could not be displayed"), "the text `…` could not be displayed");
        assert_eq!(quiet("`x is open"), "`…");
        assert_eq!(quiet("panicked with: 张三"), "panicked with: …");
    }
}
