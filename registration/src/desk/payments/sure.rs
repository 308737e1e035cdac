//! Payments of which the machine is sure: all that it read agrees with what is expected, and no other picture is of the same
//! payment. Nothing is decided by that; staff look at many of them at once.

use super::pictured::{Pictured, Reading, Verdict};
use super::{Place, Reviews};
use crate::desk::cases::CaseError;
use crate::desk::staff::StaffMember;
use crate::model::order::OrderId;

impl Pictured {
    /// Does all agree that can be compared? Where the exam names its payees, one of them must have been read.
    pub fn is_sure(&self, names_payees: bool) -> bool {
        let is_payee = match self.payee.verdict {
            Verdict::Agrees => true,
            Verdict::Differs => false,
            Verdict::Unknown => !names_payees,
        };
        let agree = [self.amount.verdict, self.paid_at.verdict].iter().all(|verdict| *verdict == Verdict::Agrees);
        agree && is_payee && self.order_number.is_some()
    }
}

impl Reviews {
    /// What was read on the picture of an order that waits, if the machine is sure of it.
    pub async fn sure(&self, member: &StaffMember, order: OrderId) -> Result<Option<Pictured>, CaseError> {
        let Reading::Read(pictured) = self.reading(member, order).await? else { return Ok(None) };
        let Some((found, _)) = self.pictured(order).await? else { return Ok(None) };
        let names_payees = self.exams.get(&found.exam).is_some_and(|exam| !exam.rules.payment.payees.is_empty());
        if found.refusals > 0 || !pictured.is_sure(names_payees) {
            return Ok(None);
        }
        let doubles = self.doubles(member, order).await?;
        Ok(doubles.iter().all(|double| double.place == Place::Before).then_some(*pictured))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::desk::payments::Compared;
    use crate::model::fen::Fen;

    #[test]
    fn the_machine_is_sure_only_when_all_agrees() {
        let sure = || Pictured {
            order_number: Some("4200".to_owned()),
            merchant_number: None,
            amount: Compared { read: Some(Fen(12_000)), verdict: Verdict::Agrees },
            payee: Compared { read: Some("临江大学".to_owned()), verdict: Verdict::Agrees },
            paid_at: Compared { read: Some(Timestamp::UNIX_EPOCH), verdict: Verdict::Agrees },
        };
        assert!(sure().is_sure(true) && sure().is_sure(false));
        let payee = |verdict| Pictured { payee: Compared { read: None, verdict }, ..sure() };
        assert!(payee(Verdict::Unknown).is_sure(false) && !payee(Verdict::Unknown).is_sure(true));
        assert!(!payee(Verdict::Differs).is_sure(false));
        for verdict in [Verdict::Differs, Verdict::Unknown] {
            let amount = Pictured { amount: Compared { read: None, verdict }, ..sure() };
            let paid_at = Pictured { paid_at: Compared { read: None, verdict }, ..sure() };
            assert!(!amount.is_sure(false) && !paid_at.is_sure(false), "{verdict:?}");
        }
        assert!(
            !Pictured { order_number: None, ..sure() }.is_sure(false),
            "a payment without its number may be another's"
        );
    }
}
