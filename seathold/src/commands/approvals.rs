//! `seathold approvals list|agree|refuse`: the operator as the second person, where a site has nobody else.

use anyhow::bail;
use registration::desk::permits::approvals::{Applied, ApprovalId, Second};

use super::with_services;
use crate::cli::SiteArgs;
use crate::say;
use crate::services::Services;

/// What waits, the first to expire first.
pub(super) async fn list(site: &SiteArgs) -> anyhow::Result<()> {
    let waiting = async |services: &Services| Ok(services.registration.approvals.all_waiting().await?);
    for one in with_services(site, waiting).await? {
        say(&format!("{}  {}  until {:.0}  {}", one.id.0, one.asked_by, one.expires_at, one.act.in_words()));
    }
    Ok(())
}

/// Agrees, and has it done.
pub(super) async fn agree(id: ApprovalId, site: &SiteArgs) -> anyhow::Result<()> {
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

/// Does not agree.
pub(super) async fn refuse(id: ApprovalId, site: &SiteArgs) -> anyhow::Result<()> {
    let refuse = async |services: &Services| Ok(services.registration.approvals.refuse(Second::Operator, id).await?);
    with_services(site, refuse).await?;
    say("not agreed to");
    Ok(())
}
