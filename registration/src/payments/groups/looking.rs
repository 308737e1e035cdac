//! What is under way for a list, and what has become of its money.

use reservation::ids::ExamId;

use super::GroupError;
use crate::desk::audit::{self, AuditEntry};
use crate::desk::staff::StaffMember;
use crate::model::payment::group::{GroupId, GroupPayment, GroupState};
use crate::model::payment::listed::Part;
use crate::payments::store::payments::{attempts, listed};
use crate::payments::{Attempt, ORDERS_MAX, Payments};

impl Payments {
    /// The list as it is now, and what is under way to pay for it, the newest last. Its channels are asked first, seldom
    /// enough, because somebody looks.
    pub async fn group_attempts(
        &self,
        member: &StaffMember,
        id: GroupId,
    ) -> Result<(GroupPayment, Vec<Attempt>), GroupError> {
        self.find_group(member, id).await?;
        let under_way = attempts::under_way_of_group(&self.database.client().await?, id).await?;
        self.asking.ask_these_on_look(under_way).await?;
        let group = self.find_group(member, id).await?;
        let under_way = attempts::under_way_of_group(&self.database.client().await?, id).await?;
        Ok((group, under_way.into_iter().map(Attempt::from).collect()))
    }

    /// Of which exam a list is.
    pub async fn group_exam(&self, member: &StaffMember, id: GroupId) -> Result<ExamId, GroupError> {
        Ok(self.find_group(member, id).await?.exam)
    }

    /// What was done with a list, the newest first.
    pub async fn group_history(&self, member: &StaffMember, id: GroupId) -> Result<Vec<AuditEntry>, GroupError> {
        self.find_group(member, id).await?;
        Ok(audit::looking::history(&self.database.client().await?, &id.number()).await?)
    }

    /// What has become of the money for each order of a list that is paid; nothing for one that is not.
    pub async fn group_outcome(&self, member: &StaffMember, id: GroupId) -> Result<Vec<Part>, GroupError> {
        let group = self.find_group(member, id).await?;
        let GroupState::Paid(payment) = group.state else { return Ok(Vec::new()) };
        let most = i64::try_from(ORDERS_MAX).expect("a small constant");
        Ok(listed::parts(&self.database.client().await?, payment, most).await?)
    }
}
