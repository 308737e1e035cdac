//! A form of a page, read and answered as a browser without scripts does it: where it goes, what it asks for, and what
//! is sent when somebody answers what must be answered. No words are read.

use bytes::Bytes;
use url::form_urlencoded::Serializer;

use super::address::path;
use super::browser::FORM;
use super::marks::{attribute, has_attribute};

/// Separates the parts of a form with files; does not occur in a JPEG's beginning or in what we write.
const BOUNDARY: &str = "----loadtest7MA4YWxkTrZu0gW";
/// What is written where something must be written.
const TEXT: &str = "样例";

/// A form of a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// Where it goes.
    pub(crate) action: String,
    is_multipart: bool,
    fields: Vec<Field>,
}

#[derive(Debug, PartialEq, Eq)]
struct Field {
    kind: Kind,
    name: String,
    value: String,
    /// Ticked or selected already.
    is_chosen: bool,
    is_required: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Hidden,
    Text,
    Tick,
    Radio,
    /// One of a list that opens.
    Choice,
    File,
    Button,
}

/// What a candidate has to say: answers by the names of fields, and pictures likewise.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Answers<'a> {
    pub(crate) texts: &'a [(&'a str, &'a str)],
    pub(crate) pictures: &'a [(&'a str, &'a Bytes)],
}

impl Form {
    /// The page's form that goes to this path.
    pub(crate) fn to(page: &str, action: &str) -> Option<Self> {
        page.split("<form ").skip(1).find_map(|rest| {
            let (head, body) = rest.split_once('>')?;
            let to = attribute(head, "action").filter(|to| path(to) == action)?;
            let body = body.split("</form>").next().unwrap_or_default();
            let is_multipart = attribute(head, "enctype").is_some_and(|it| it == "multipart/form-data");
            Some(Self { action: to, is_multipart, fields: fields(body) })
        })
    }

    /// Can this be answered with this value, or is there a button that says it?
    pub(crate) fn offers(&self, name: &str, value: &str) -> bool {
        self.fields.iter().any(|field| field.name == name && field.value == value)
    }

    /// Does it ask for this?
    pub(crate) fn asks_for(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    /// Content type and body of the form with these answers. What nobody answers stays as it is; what must be answered
    /// all the same is: the first of several choices, a tick, a word.
    pub(crate) fn filled(&self, answers: Answers<'_>) -> (String, Bytes) {
        let pairs = self.pairs(answers.texts);
        if self.is_multipart {
            let names =
                |name: &&(&str, &Bytes)| self.fields.iter().any(|it| it.kind == Kind::File && it.name == name.0);
            let pictures: Vec<(&str, &[u8])> =
                answers.pictures.iter().filter(names).map(|(name, picture)| (*name, &picture[..])).collect();
            return (multipart_type(), multipart(&pairs, &pictures));
        }
        let mut body = Serializer::new(String::new());
        for (name, value) in pairs {
            body.append_pair(name, value);
        }
        (FORM.to_owned(), body.finish().into())
    }

    fn pairs<'a>(&'a self, texts: &'a [(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for field in &self.fields {
            let name = field.name.as_str();
            if name.is_empty() || pairs.iter().any(|(known, _)| *known == name && field.is_one_of_many()) {
                continue;
            }
            let answer = texts.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
            pairs.extend(self.value(field, answer).map(|value| (name, value)));
        }
        pairs
    }

    /// What is sent of a field, if anything is.
    fn value<'a>(&'a self, field: &'a Field, answer: Option<&'a str>) -> Option<&'a str> {
        let value = field.value.as_str();
        let is_open = || !self.fields.iter().any(|it| it.name == field.name && it.is_chosen && !it.value.is_empty());
        match field.kind {
            Kind::Hidden => Some(value),
            Kind::Text if answer.is_some() => answer,
            Kind::Text => Some(if field.is_required && value.is_empty() { TEXT } else { value }),
            Kind::Tick => (answer.is_some() || field.is_chosen || field.is_required).then_some(value),
            Kind::Radio | Kind::Choice => match answer {
                Some(answer) => (answer == value).then_some(value),
                None if field.is_required => (!value.is_empty() && (field.is_chosen || is_open())).then_some(value),
                None => field.is_chosen.then_some(value),
            },
            Kind::Button => answer.filter(|answer| *answer == value),
            Kind::File => None,
        }
    }
}

impl Field {
    /// Does another field of the same name exclude this one?
    fn is_one_of_many(&self) -> bool {
        matches!(self.kind, Kind::Radio | Kind::Choice)
    }
}

fn fields(body: &str) -> Vec<Field> {
    let (mut fields, mut list) = (Vec::new(), (String::new(), false));
    for tag in body.split('<').filter_map(|text| text.split('>').next()) {
        let (element, _) = tag.split_once(' ').unwrap_or((tag, ""));
        let kind = match (element, attribute(tag, "type").as_deref()) {
            ("input", Some("hidden")) => Kind::Hidden,
            ("input", Some("checkbox")) => Kind::Tick,
            ("input", Some("radio")) => Kind::Radio,
            ("input", Some("file")) => Kind::File,
            ("input" | "textarea", _) => Kind::Text,
            ("button", Some("button")) => continue,
            ("button", _) => Kind::Button,
            ("option", _) => Kind::Choice,
            ("select", _) => {
                list = (attribute(tag, "name").unwrap_or_default(), has_attribute(tag, "required"));
                continue;
            }
            _ => continue,
        };
        if has_attribute(tag, "disabled") {
            continue;
        }
        let (name, is_required) = match kind {
            Kind::Choice => list.clone(),
            _ => (attribute(tag, "name").unwrap_or_default(), has_attribute(tag, "required")),
        };
        let value = attribute(tag, "value").unwrap_or_default();
        let is_chosen = has_attribute(tag, "checked") || has_attribute(tag, "selected");
        fields.push(Field { kind, name, value, is_chosen, is_required });
    }
    fields
}

/// The content type of a form with files.
pub(crate) fn multipart_type() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

/// The body of a form with files, each a JPEG.
pub(crate) fn multipart(pairs: &[(&str, &str)], pictures: &[(&str, &[u8])]) -> Bytes {
    let mut body = Vec::with_capacity(1_024 + pictures.iter().map(|(_, picture)| picture.len() + 256).sum::<usize>());
    for (name, value) in pairs {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(head.as_bytes());
    }
    for (name, picture) in pictures {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}.jpg\"\r\n\
             Content-Type: image/jpeg\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(picture);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body.into()
}

#[cfg(test)]
mod tests;
