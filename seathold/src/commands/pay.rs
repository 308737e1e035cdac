//! `seathold pay check`, `seathold pay try`: what an operator does with channels before anybody pays.

pub(super) mod check;
mod reach;
pub(super) mod trial;

use gateways::Channel;

use crate::site_url::SiteUrl;

/// Where a channel tells us what became of payments.
fn notify_url(site: &SiteUrl, channel: &Channel) -> String {
    format!("{}/pay/{}/notify", site.as_str(), channel.word())
}

/// Where browsers come back to.
fn return_url(site: &SiteUrl) -> String {
    format!("{}/me", site.as_str())
}
