//! Which sheets a workbook has, in which parts they and what they share stand, and from when its days are counted.

use std::collections::HashMap;
use std::io::{BufRead, Read, Seek};

use super::archive::Archive;
use super::markup::{Markup, Next, attribute};
use crate::error::SheetError;

/// Most sheets that are looked at.
const SHEETS_MAX: usize = 1_000;
/// Where the workbook stands in an archive that does not say where.
const USUAL: &str = "xl/workbook.xml";

pub(super) struct Book {
    pub(super) sheets: Vec<Sheet>,
    pub(super) is_1904: bool,
    pub(super) shared: Option<String>,
    pub(super) styles: Option<String>,
}

pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) part: String,
    pub(super) is_seen: bool,
}

/// What one part says of others: the id, what kind it is, and where it stands.
struct Relation {
    id: String,
    kind: String,
    part: String,
}

pub(super) fn read(archive: &mut Archive<impl Read + Seek>) -> Result<Book, SheetError> {
    let first = if archive.has("_rels/.rels") { relations(archive.part("_rels/.rels")?, "")? } else { Vec::new() };
    let found = first.into_iter().find(|relation| relation.kind == "officeDocument").map(|relation| relation.part);
    let part = found.unwrap_or_else(|| USUAL.to_owned());
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", &part));
    let relations = relations(archive.part(&format!("{folder}/_rels/{file}.rels"))?, folder)?;
    let place = |kind: &str| {
        let found = relations.iter().find(|relation| relation.kind == kind);
        found.map(|relation| relation.part.clone()).filter(|part| archive.has(part))
    };
    let (shared, styles) = (place("sharedStrings"), place("styles"));
    let parts: HashMap<&str, &str> = (relations.iter().filter(|relation| relation.kind == "worksheet"))
        .map(|relation| (&relation.id[..], &relation.part[..]))
        .collect();
    let (mut sheets, mut is_1904) = (Vec::new(), false);
    let mut markup = archive.part(&part)?;
    loop {
        match markup.next()? {
            Next::Begin(element) => match element.local_name().as_ref() {
                "workbookPr" => {
                    is_1904 = attribute(&element, "date1904").is_some_and(|is| is == "1" || is == "true");
                }
                "sheet" if sheets.len() < SHEETS_MAX => {
                    // A chart has a sheet of its own, and no cells.
                    let part = attribute(&element, "id").and_then(|id| parts.get(&id[..]).copied());
                    let is_seen = attribute(&element, "state").is_none_or(|state| state == "visible");
                    if let Some(part) = part {
                        let name = attribute(&element, "name").unwrap_or_default();
                        sheets.push(Sheet { name, part: part.to_owned(), is_seen });
                    }
                }
                _ => {}
            },
            Next::Over => break,
            _ => {}
        }
    }
    Ok(Book { sheets, is_1904, shared, styles })
}

fn relations(mut markup: Markup<impl BufRead>, folder: &str) -> Result<Vec<Relation>, SheetError> {
    let mut found = Vec::new();
    loop {
        match markup.next()? {
            Next::Begin(element) if element.local_name().as_ref() == "Relationship" => {
                let (id, kind, target) =
                    (attribute(&element, "Id"), attribute(&element, "Type"), attribute(&element, "Target"));
                if let (Some(id), Some(kind), Some(target)) = (id, kind, target)
                    && found.len() < SHEETS_MAX
                {
                    // Two editions of the standard write two addresses that end alike.
                    let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                    found.push(Relation { id, kind, part: resolved(folder, &target) });
                }
            }
            Next::Over => return Ok(found),
            _ => {}
        }
    }
}

/// Where a part stands that another one in `folder` names.
fn resolved(folder: &str, target: &str) -> String {
    if let Some(whole) = target.strip_prefix('/') {
        return whole.to_owned();
    }
    let mut names: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    for name in target.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            _ => names.push(name),
        }
    }
    names.join("/")
}

#[cfg(test)]
mod tests {
    use super::resolved;

    #[test]
    fn parts_are_named_from_where_one_stands() {
        for (folder, target, part) in [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "/xl/styles.xml", "xl/styles.xml"),
            ("xl", "../xl/./sharedStrings.xml", "xl/sharedStrings.xml"),
            ("", "xl/workbook.xml", "xl/workbook.xml"),
            ("", "../../../etc", "etc"),
        ] {
            assert_eq!(resolved(folder, target), part);
        }
    }
}
