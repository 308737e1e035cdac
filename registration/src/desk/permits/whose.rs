//! What is asked of whoever works for some schools alone: whose candidate is it? Of everybody else the store is not asked.

use deadpool_postgres::GenericClient;
use reservation::ids::ExamId;

use super::{Forbidden, Right, Scope, permits};
use crate::eligibility::store::bindings;
use crate::model::actor::StaffMember;
use crate::model::ids::AccountId;
use crate::store::StoreError;

/// May this member of staff do this with what this candidate has in the exam? What is of no exam is of no school.
pub(crate) async fn permits_about(
    client: &impl GenericClient,
    member: &StaffMember,
    right: Right,
    (exam, account): (Option<&ExamId>, AccountId),
) -> Result<bool, StoreError> {
    let Some((schools, exam)) = member.reach.schools.as_deref().zip(exam) else {
        return Ok(permits(member, right, exam.into()));
    };
    let is_theirs = permits(member, right, Scope::School(exam, schools));
    Ok(is_theirs && bindings::is_of_schools(client, exam, account, schools).await?)
}

/// Refuses whoever may not.
pub(crate) async fn demand_about<E: From<Forbidden> + From<StoreError>>(
    client: &impl GenericClient,
    member: &StaffMember,
    right: Right,
    about: (Option<&ExamId>, AccountId),
) -> Result<(), E> {
    if permits_about(client, member, right, about).await? { Ok(()) } else { Err(Forbidden.into()) }
}
