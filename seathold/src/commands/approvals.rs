//! `seathold approvals list|agree|refuse`: the operator as the second person, where a site has nobody else; of refunds, too.

use std::collections::HashMap;

use anyhow::bail;
use registration::desk::finance::WAITING_FOR_TWO_MAX;
use registration::desk::permits::approvals::{Applied, ApprovalId, Second};
use registration::model::actor::Actor;
use registration::model::payment::refund::{Refund, RefundId};

use super::with_services;
use crate::cli::{OF_REFUND, SiteArgs, Waiting};
use crate::say;
use crate::services::Services;

/// What waits, the first to expire first; then refunds, the first asked for first.
pub(super) async fn list(site: &SiteArgs) -> anyhow::Result<()> {
    let waiting = async |services: &Services| {
        let registration = &services.registration;
        let names = registration.staff.list().await?.into_iter().map(|one| (one.id, one.name));
        let names: HashMap<_, _> = names.collect();
        let refunds = registration.finance.waiting_for_two().await?;
        let name = |refund: &Refund| match (&refund.by_hand, &refund.asked_by) {
            (Some(given), _) => names.get(&given.by).cloned(),
            (None, Actor::Staff(id)) => names.get(id).cloned(),
            (None, _) => None,
        };
        let refunds: Vec<String> = refunds.iter().map(|one| line(one, name(one))).collect();
        Ok((registration.approvals.all_waiting().await?, refunds))
    };
    let (approvals, refunds) = with_services(site, waiting).await?;
    for one in approvals {
        say(&format!("{}  {}  until {:.0}  {}", one.id.0, one.asked_by, one.expires_at, one.act.in_words()));
    }
    refunds.iter().for_each(|line| say(line));
    more(refunds.len()).iter().for_each(|line| say(line));
    Ok(())
}

/// What is said below as many refunds as are listed at most: there may be others.
fn more(listed: usize) -> Option<String> {
    (listed >= WAITING_FOR_TWO_MAX).then(|| format!("… and more: these {listed} refunds were asked for first"))
}

/// A refund that waits, in a line.
fn line(refund: &Refund, name: Option<String>) -> String {
    let (number, name) = (refund.id.number(), name.unwrap_or_else(|| "system".to_owned()));
    let (amount, order) = (refund.amount, refund.order);
    match (&refund.by_hand, refund.agree_until()) {
        (Some(given), _) => {
            format!("{OF_REFUND}{number}  {name}  given back by hand: {amount} of order {order} as {}", given.reference)
        }
        (None, Some(until)) => {
            format!("{OF_REFUND}{number}  {name}  until {until:.0}  give back {amount} of order {order}")
        }
        (None, None) => format!("{OF_REFUND}{number}  {name}  give back {amount} of order {order}"),
    }
}

/// Agrees, and has it done.
pub(super) async fn agree(waiting: Waiting, site: &SiteArgs) -> anyhow::Result<()> {
    match waiting {
        Waiting::Approval(id) => agree_to(id, site).await,
        Waiting::Refund(id) => decide(id, site, true).await,
    }
}

/// Does not agree.
pub(super) async fn refuse(waiting: Waiting, site: &SiteArgs) -> anyhow::Result<()> {
    let id = match waiting {
        Waiting::Approval(id) => id,
        Waiting::Refund(id) => return decide(id, site, false).await,
    };
    let refuse = async |services: &Services| Ok(services.registration.approvals.refuse(Second::Operator, id).await?);
    with_services(site, refuse).await?;
    say("not agreed to");
    Ok(())
}

/// Decides about money. A server that runs beside it sends what was agreed to.
async fn decide(id: RefundId, site: &SiteArgs, is_agreed: bool) -> anyhow::Result<()> {
    let decide =
        async |services: &Services| Ok(services.registration.finance.decide_as_operator(id, is_agreed).await?);
    let payment = with_services(site, decide).await?;
    let word = if is_agreed { "agreed" } else { "not agreed to" };
    say(&format!("{word}: payment {}", payment.number()));
    Ok(())
}

async fn agree_to(id: ApprovalId, site: &SiteArgs) -> anyhow::Result<()> {
    let agree = async |services: &Services| Ok(services.registration.approvals.agree(Second::Operator, id).await?);
    match with_services(site, agree).await? {
        Applied::Done => say("agreed, and done"),
        Applied::Invited(name, link) => say(&format!("{name}: {}", link.path())),
        Applied::Failed(why) => {
            bail!("agreed, but not done ({}): look at it as it is now, and ask again", why.as_ref())
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{WAITING_FOR_TWO_MAX, more};

    #[test]
    fn a_full_list_says_that_there_may_be_more() {
        assert_eq!(more(WAITING_FOR_TWO_MAX - 1), None);
        assert!(more(WAITING_FOR_TWO_MAX).unwrap().contains("and more"));
    }
}
