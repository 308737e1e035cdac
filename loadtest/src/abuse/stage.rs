//! What all attacks share: the server, the exam, and who has an account.

use std::sync::Arc;
use std::time::Duration;

use super::findings::Tally;
use super::people::Member;
use crate::server::target::Target;

/// What all attacks share.
pub(super) struct Stage {
    pub(super) target: Target,
    pub(super) exam: String,
    pub(super) seed: u64,
    pub(super) honest: Vec<Member>,
    pub(super) victims: Vec<Member>,
    pub(super) at_once: usize,
    pub(super) lasts: Duration,
    /// Where captchas of honest candidates are counted that are none of the attacker's.
    pub(super) unseen: Arc<Tally>,
}
