//! Proofs of registration (报名证明): whoever has a seat gets a code, and whoever is shown the paper checks it by that code.

use aws_lc_rs::rand;
use jiff::Timestamp;

use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::exam_rules::{NumberFields, NumberPart, NumberPattern};
use crate::model::order::{Order, OrderState};
use crate::model::room::ticket::{CheckedProof, Holder, PROOF_CHARS, ProofCode};
use crate::rooms::store::proofs;
use crate::rooms::tickets::{TicketError, Tickets};
use crate::rules::tickets::TicketRefusal;
use crate::seats::store::orders;
use crate::store::StoreError;

/// What a proof says besides exam and sittings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What others type to check it.
    pub code: ProofCode,
    /// When it was first made.
    pub made_at: Timestamp,
    /// Whose it is.
    pub holder: Holder,
}

impl Tickets {
    /// The proof of one's own order; made where there was none.
    ///
    /// # Errors
    /// [`TicketError`]: refused unless the seat is the candidate's.
    pub async fn proof(&self, exam: &Exam, order: &Order) -> Result<Proof, TicketError> {
        if order.state != OrderState::Confirmed {
            return Err(TicketRefusal::NotConfirmed.into());
        }
        let holder = self.holder(exam, order.account).await?.into();
        let client = self.database.client().await?;
        let (code, made_at) = proofs::get_or_insert(&client, order.id, &random_code(), clock::now()).await?;
        Ok(Proof { code, made_at, holder })
    }

    /// What a code confirms. `None`: no proof has it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn check_proof(&self, code: &ProofCode) -> Result<Option<CheckedProof>, StoreError> {
        let client = self.database.client().await?;
        let Some((order, made_at)) = proofs::of_code(&client, code).await? else { return Ok(None) };
        let found = orders::get(&client, order).await?;
        drop(client);
        let Some(order) = found.map(|order| order.view(clock::now())) else { return Ok(None) };
        let Some(exam) = self.exams.get(&order.exam) else { return Ok(None) };
        let name = self.holder(&exam, order.account).await?.name;
        Ok(Some(CheckedProof {
            exam: order.exam.clone(),
            name: name.map(|name| masked(name.expose())),
            sittings: order.sittings.iter().map(|seat| seat.sitting.clone()).collect(),
            is_registered: order.state == OrderState::Confirmed,
            made_at,
        }))
    }
}

/// A name of which only the first character is shown: enough to compare, not enough to learn.
fn masked(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(String::from).unwrap_or_default();
    first + &"*".repeat(letters.count().min(2))
}

/// As long as no machine tries them all, of letters that nobody mistakes.
fn random_code() -> String {
    let width = u8::try_from(PROOF_CHARS).expect("a small constant");
    let pattern: NumberPattern = NumberPart::Letters(width).into();
    loop {
        let mut random = [0; PROOF_CHARS * 2 + 16];
        rand::fill(&mut random).expect("the system has random bytes");
        if let Some(code) = pattern.fill(&NumberFields::default(), &random) {
            return code;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e12_a_name_shows_its_first_character_only() {
        for (name, shown) in
            [("王芳", "王*"), ("孙剑峰", "孙**"), ("阿卜杜热西提·买买提依明", "阿**"), ("李", "李"), ("", "")]
        {
            assert_eq!(masked(name), shown);
        }
        assert!(random_code().parse::<ProofCode>().is_ok());
    }
}
