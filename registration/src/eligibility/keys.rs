//! By what people are found without being named, and what a ciphertext is bound to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reservation::ids::ExamId;

use crate::eligibility::store::past_scores::ScoreLines;
use crate::eligibility::store::roster::RosterLines;
use crate::model::document::Document;
use crate::model::person::PersonName;
use crate::model::roster::{PastNumber, PastScore, RosterRecord, name_key_of_before};
use crate::secrets::vault::Vault;
use crate::store::StoreError;

/// A keyed index.
pub(crate) type Index = [u8; 32];

/// Of a document.
pub(crate) fn document(vault: &Vault, document: &Document) -> Index {
    vault.index("document", &document.keyed())
}

/// Of a document together with the name on it, as the version before finds people.
fn person_of_before(vault: &Vault, document: &Document, name: &PersonName) -> Index {
    vault.index("roster.person", &format!("{}\n{}", document.keyed(), name_key_of_before(name)))
}

/// Of a past number together with the number of a document, of whatever kind.
pub(crate) fn past_number_and_document(vault: &Vault, past_number: &str, number: &str) -> Index {
    vault.index("past_score.document", &format!("{past_number}\n{number}"))
}

/// Of a past number.
pub(crate) fn past_number(vault: &Vault, past_number: &PastNumber) -> Index {
    vault.index("past_score.ticket", past_number.expose())
}

/// Of a past number together with a name, as the version before finds results.
pub(crate) fn past_number_and_name_of_before(vault: &Vault, past_number: &PastNumber, name: &PersonName) -> Index {
    vault.index("past_score.name", &format!("{}\n{}", past_number.expose(), name_key_of_before(name)))
}

/// Adds a person to lines that are to be written.
pub(crate) fn add_to_roster(vault: &Vault, exam: &ExamId, record: &RosterRecord, lines: &mut RosterLines) {
    let index = document(vault, &record.document);
    let plain = record.to_bytes();
    lines.person_index.push(person_of_before(vault, &record.document, &record.name).to_vec());
    lines.line_index.push(of_line(vault, &plain));
    lines.record.push(vault.seal(&context("roster", exam, &index), &plain));
    lines.document_index.push(index.to_vec());
}

/// Adds a result to lines that are to be written.
pub(crate) fn add_to_scores(vault: &Vault, exam: &ExamId, score: &PastScore, lines: &mut ScoreLines) {
    let index = past_number_and_document(vault, &score.past_number, &score.document);
    let plain = serde_json::to_vec(score).expect("texts and numbers are always JSON");
    let (by_ticket, by_name) = match score.past_number.parse() {
        Ok(number) => {
            let name = PersonName::kept(&score.name);
            (past_number(vault, &number), past_number_and_name_of_before(vault, &number, &name))
        }
        // The file's reader lets no others through; such a line would be found by its document only.
        Err(_) => (index, index),
    };
    lines.subject.push(score.subject.clone());
    lines.year.push(i32::from(score.year));
    lines.by_name.push(by_name.to_vec());
    lines.by_ticket.push(by_ticket.to_vec());
    lines.line_index.push(of_line(vault, &plain));
    lines.score.push(i32::from(score.score));
    lines.record.push(vault.seal(&context("past_score", exam, &index), &plain));
    lines.by_document.push(index.to_vec());
}

/// What a ciphertext is and whose: it opens nowhere else.
pub(crate) fn context(what: &str, exam: &ExamId, index: &[u8]) -> String {
    format!("{what} {exam} {}", URL_SAFE_NO_PAD.encode(index))
}

/// Reads a person of the roster, or a frozen copy.
pub(crate) fn open(
    vault: &Vault,
    (what, exam, index): (&str, &ExamId, &[u8]),
    sealed: &[u8],
) -> Result<RosterRecord, StoreError> {
    let plain = vault.open(&context(what, exam, index), sealed)?;
    RosterRecord::from_bytes(&plain).ok_or(StoreError::Corrupt("a person of a roster"))
}

fn of_line(vault: &Vault, plain: &[u8]) -> Vec<u8> {
    vault.index("roster.line", std::str::from_utf8(plain).expect("JSON is UTF-8")).to_vec()
}
