//! `organisations.csv`: provinces, schools and campuses, each after what it belongs to.

use std::collections::HashMap;

use super::table::{Row, Shape, parse as parse_table};
use super::{DefinitionError, ORGANISATIONS_FILE, cells, words};
use crate::model::exam_rules::OrganisationCode;
use crate::model::organisation::{Organisation, OrganisationLevel};
use crate::model::text::Paragraphs;

const SHAPE: Shape = Shape {
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
pub(super) fn parse(table: &[u8], faults: &mut Vec<DefinitionError>) -> Vec<Organisation> {
    let mut levels: HashMap<OrganisationCode, OrganisationLevel> = HashMap::new();
    parse_table(&SHAPE, table, faults, |row, faults| {
        let organisation = read(row, faults)?;
        let wanted = match organisation.level {
            OrganisationLevel::Province => None,
            OrganisationLevel::School => Some(OrganisationLevel::Province),
            OrganisationLevel::Campus => Some(OrganisationLevel::School),
        };
        let found = organisation.parent.as_ref().map(|parent| levels.get(parent).copied());
        match (wanted, found) {
            (None, None) => {}
            (None, Some(_)) => faults.push(row.fault("parent: a province belongs to nothing".to_owned())),
            // A school may stand without a province: many exams have none.
            (Some(OrganisationLevel::Province), None) => {}
            (Some(wanted), found) if found.flatten() != Some(wanted) => {
                faults.push(row.fault(format!("parent: must be a {} from a line further up", wanted.as_str())));
            }
            (Some(_), _) => {}
        }
        if levels.insert(organisation.code.clone(), organisation.level).is_some() {
            faults.push(row.fault(format!("the organisation `{}` is there twice", organisation.code)));
            return None;
        }
        Some(organisation)
    })
}

fn read(row: &Row<'_>, faults: &mut Vec<DefinitionError>) -> Option<Organisation> {
    let code = row.parsed("code", faults);
    let parent = row.optional("parent", faults);
    let name = row.text("name_zh", "name_en", faults);
    let level = OrganisationLevel::ALL.into_iter().find(|level| level.as_str() == row.field("level"));
    if level.is_none() {
        faults.push(row.fault("level: must be province, school or campus".to_owned()));
    }
    let allows_elsewhere = match row.field("allows_elsewhere") {
        "" | "yes" => Some(true),
        "no" => Some(false),
        _ => {
            faults.push(row.fault("allows_elsewhere: must be yes or no".to_owned()));
            None
        }
    };
    let (opens_at, closes_at) =
        (row.read_optional("opens_at", faults, cells::moment), row.read_optional("closes_at", faults, cells::moment));
    let notice = Paragraphs { zh: paragraphs(row.field("notice_zh")), en: paragraphs(row.field("notice_en")) };
    if row.field("notice_zh").chars().count().max(row.field("notice_en").chars().count()) > NOTICE_CHARS_MAX {
        faults.push(row.fault(format!("notice_zh, notice_en: at most {NOTICE_CHARS_MAX} characters")));
    }
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
