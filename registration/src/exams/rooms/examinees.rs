//! Who is to be seated: whoever is confirmed, under the number of the order. What is published of them says nothing else: a
//! school and a class are marks under the vault's key, equal where they are equal.

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;
use seating::{Examinee, Key, Rules};

use crate::application::accommodations::needs_of;
use crate::application::context;
use crate::application::store::applications;
use crate::eligibility::state::frozen;
use crate::eligibility::store::bindings;
use crate::model::exam_rules::FieldName;
use crate::model::ids::AccountId;
use crate::model::order::OrderId;
use crate::rules::details::Answers;
use crate::secrets::vault::Vault;
use crate::store::StoreError;

/// So many records are read and opened at a time.
const BATCH: usize = 2_000;
/// Bytes of a mark: enough that two schools of an exam are never alike.
const MARK_BYTES: usize = 9;
/// What a record calls the school, the campus where there is none, and the class.
const SCHOOL: [&str; 2] = ["school", "campus"];
const CLASS: &str = "class";

/// The marks of a school and a class.
type Marks = (Option<String>, Option<String>);

/// These confirmed orders as people to be seated. Records are opened only where the rules ask for school or class.
pub(super) async fn examinees(
    client: &impl GenericClient,
    vault: &Vault,
    exam: &ExamId,
    rules: &Rules,
    orders: &[(OrderId, AccountId)],
) -> Result<Vec<Examinee>, StoreError> {
    let asks = |key: &Key| matches!(key, Key::School | Key::Class);
    let accounts: Vec<AccountId> = orders.iter().map(|(_, account)| *account).collect();
    let mut marks = HashMap::new();
    if rules.together.iter().chain(&rules.apart).any(asks) {
        for batch in accounts.chunks(BATCH) {
            marks.extend(marks_of(client, vault, exam, batch).await?);
        }
    }
    let mut needs = HashMap::new();
    for batch in orders.chunks(BATCH) {
        let numbers: Vec<OrderId> = batch.iter().map(|(order, _)| *order).collect();
        needs.extend(needs_of(client, vault, exam, &numbers).await?);
    }
    let examinee = |(order, account): &(OrderId, AccountId)| {
        let (school, class) = marks.get(account).cloned().unwrap_or_default();
        let needs = needs.get(order).copied().unwrap_or_default();
        Examinee { id: order.to_string(), school, class, paper: None, needs }
    };
    Ok(orders.iter().map(examinee).collect())
}

/// From the record that the account is bound to, else from the form that was handed in.
async fn marks_of(
    client: &impl GenericClient,
    vault: &Vault,
    exam: &ExamId,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, Marks>, StoreError> {
    let pairs: Vec<(ExamId, AccountId)> = accounts.iter().map(|account| (exam.clone(), *account)).collect();
    let bound = bindings::get_all(client, &pairs).await?;
    let known: HashSet<AccountId> = bound.iter().map(|one| one.account).collect();
    let without: Vec<AccountId> = accounts.iter().filter(|account| !known.contains(account)).copied().collect();
    let forms = if without.is_empty() { Vec::new() } else { applications::details_of(client, exam, &without).await? };
    let (vault, exam) = (vault.clone(), exam.clone());
    let opened = tokio::task::spawn_blocking(move || {
        let mut marks = HashMap::new();
        for binding in &bound {
            let record = frozen(&vault, binding)?;
            let school = SCHOOL.map(|column| record.column(column)).into_iter().find(|value| !value.is_empty());
            marks.insert(binding.account, marked(&vault, &exam, school.unwrap_or_default(), record.column(CLASS)));
        }
        for (account, sealed) in &forms {
            let plain = vault.open(&context("details", &exam, *account), sealed)?;
            let answers: Answers =
                serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("a form's answers"))?;
            let answer = |name: &str| name.parse::<FieldName>().map(|name| answers.get(&name).to_owned());
            let school = SCHOOL.into_iter().filter_map(|name| answer(name).ok()).find(|value| !value.is_empty());
            let class = answer(CLASS).unwrap_or_default();
            marks.insert(*account, marked(&vault, &exam, &school.unwrap_or_default(), &class));
        }
        Ok(marks)
    });
    opened.await.map_err(|_| StoreError::Corrupt("a record that ends its reader"))?
}

fn marked(vault: &Vault, exam: &ExamId, school: &str, class: &str) -> Marks {
    let mark = |kind: &str, value: &str| {
        let index = vault.index(kind, &format!("{exam}\0{value}"));
        (!value.is_empty()).then(|| URL_SAFE_NO_PAD.encode(&index[..MARK_BYTES]))
    };
    // Two schools may each have a class 1: the school is in the mark, so that nothing is learnt by comparing them.
    let class = if class.is_empty() { String::new() } else { format!("{school}\0{class}") };
    (mark("seating.school", school), mark("seating.class", &class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_says_only_who_is_of_the_same_school_or_class() {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::load_or_create(&dir.path().join("keys")).unwrap();
        let (exam, other): (ExamId, ExamId) = ("exam".parse().unwrap(), "other".parse().unwrap());
        let one = marked(&vault, &exam, "临江大学", "一班");
        assert_eq!(one, marked(&vault, &exam, "临江大学", "一班"));
        assert_ne!(one.1, marked(&vault, &exam, "江北学院", "一班").1, "another class 1");
        assert_ne!(one.0, marked(&vault, &other, "临江大学", "一班").0, "another exam");
        assert_eq!(marked(&vault, &exam, "", ""), (None, None));
        assert_eq!(one.0.map(|mark| mark.len()), Some(12));
    }
}
