//! `organisations.csv`: provinces, schools and campuses, each after what it belongs to.

use std::collections::HashMap;

use super::table::{self, Row, Shape, parse as parse_table};
use super::wrong::Wrong;
use super::{DefinitionError, ORGANISATIONS_FILE, cells, words};
use crate::model::exam_rules::OrganisationCode;
use crate::model::organisation::{Organisation, OrganisationLevel};
use crate::model::text::Paragraphs;

pub(crate) const SHAPE: Shape = Shape {
    file: ORGANISATIONS_FILE,
    columns: &[
        "code",
        "level",
        "parent",
        "name_zh",
        "name_en",
        "notice_zh",
        "notice_en",
        "allows_elsewhere",
        "opens_at",
        "closes_at",
    ],
    needed: 5,
    rows_max: 20_000,
    is_open: false,
    words: &words::ORGANISATIONS,
};
/// Longest notice of one organisation, in characters.
const NOTICE_CHARS_MAX: usize = 2_000;

/// Reads the file.
pub(super) fn parse(bytes: &[u8], faults: &mut Vec<DefinitionError>) -> Vec<Organisation> {
    let mut levels: HashMap<OrganisationCode, OrganisationLevel> = HashMap::new();
    parse_table(&SHAPE, bytes, faults, |row, faults| {
        let organisation = read(row, faults)?;
        let wanted = match organisation.level {
            OrganisationLevel::Province => None,
            OrganisationLevel::School => Some(OrganisationLevel::Province),
            OrganisationLevel::Campus => Some(OrganisationLevel::School),
        };
        let found = organisation.parent.as_ref().map(|parent| levels.get(parent).copied());
        match (wanted, found) {
            (None, None) => {}
            (None, Some(_)) => faults.push(row.wrong("parent", Wrong::OfProvince)),
            // A school may stand without a province: many exams have none.
            (Some(OrganisationLevel::Province), None) => {}
            (Some(wanted), found) if found.flatten() != Some(wanted) => {
                faults.push(row.wrong("parent", Wrong::Parent { level: wanted.as_str() }));
            }
            (Some(_), _) => {}
        }
        if levels.insert(organisation.code.clone(), organisation.level).is_some() {
            let code = organisation.code.to_string();
            faults.push(row.wrong("code", Wrong::OrganisationTwice { code }));
            return None;
        }
        Some(organisation)
    })
}

fn read(row: &Row<'_>, faults: &mut Vec<DefinitionError>) -> Option<Organisation> {
    let code = row.named("code", faults);
    let parent = row.meant_or_empty("parent", faults, table::code);
    let name = row.text("name_zh", "name_en", faults);
    let level = row.meant("level", faults, words::level);
    let allows_elsewhere = row.meant("allows_elsewhere", faults, |cell| match cell {
        "" | "yes" | "是" => Ok(true),
        "no" | "否" => Ok(false),
        _ => Err(Wrong::Choice { cell: cell.to_owned(), all: "yes, no, 是, 否".to_owned() }),
    });
    let opens_at = row.meant_or_empty("opens_at", faults, cells::moment);
    let closes_at = row.meant_or_empty("closes_at", faults, cells::moment);
    let notice = Paragraphs { zh: paragraphs(row.field("notice_zh")), en: paragraphs(row.field("notice_en")) };
    let is_long = |column: &&str| row.field(column).chars().count() > NOTICE_CHARS_MAX;
    let long = ["notice_zh", "notice_en"].into_iter().filter(is_long);
    faults.extend(long.map(|column| row.wrong(column, Wrong::TooLong { max: NOTICE_CHARS_MAX })));
    Some(Organisation {
        code: code?,
        parent: parent?,
        level: level?,
        name: name?,
        notice,
        allows_elsewhere: allows_elsewhere?,
        opens_at: opens_at?,
        closes_at: closes_at?,
    })
}

/// A field's paragraphs stand on lines of their own, or are parted by `|`.
fn paragraphs(text: &str) -> Vec<String> {
    text.split(['\n', '|']).map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
