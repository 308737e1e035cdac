//! The first thing that staff show: name and password. Who tries in vain waits, and keeps nobody else out: tries count by network,
//! and in a browser in which the member has been all the way in by that browser, whatever others of its network do.

use std::net::IpAddr;

use jiff::SignedDuration;

use super::sessions::Origin;
use super::{Staff, StaffMember, is_name, read, write_down};
use crate::desk::audit::AuditAction;
use crate::desk::store;
use crate::model::actor::Actor;
use crate::model::ids::StaffId;
use crate::secrets::attempts::Counted;
use crate::store::StoreError;

/// Wrong passwords of one name from one network before the next must wait. Another network's do not count: nobody
/// keeps somebody else out.
const WRONG_FREE: u32 = 5;
/// Wrong passwords of one network, whatever the names, before the next must wait.
const NETWORK_WRONG_FREE: u32 = 30;

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum StaffSignInError {
    /// No such name, or another password: which of them is not told, not even by the time it takes.
    #[error("the name or the password is wrong")]
    Wrong,
    /// Too many wrong passwords from this network.
    #[error("too many wrong passwords")]
    TooMany {
        /// When the next attempt is looked at.
        retry_after: SignedDuration,
    },
    /// Too many sign-ups and sign-ins at once: try again in a few seconds.
    #[error("too many sign-ups and sign-ins at once")]
    Busy,
    /// A store did not do its part; the same may be asked for again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Staff {
    /// Finds the staff member with this name and password, who asks from this address.
    pub async fn sign_in(
        &self,
        name: &str,
        password: &str,
        address: Option<IpAddr>,
    ) -> Result<StaffMember, StaffSignInError> {
        self.sign_in_from(name, password, &Origin { address, ..Origin::default() }).await
    }

    /// Finds the staff member with this name and password. After five wrong passwords from one network each
    /// further one must wait longer.
    pub async fn sign_in_from(
        &self,
        name: &str,
        password: &str,
        origin: &Origin<'_>,
    ) -> Result<StaffMember, StaffSignInError> {
        let (named, network) = self.counts(name, origin);
        let too_many = |retry_after| StaffSignInError::TooMany { retry_after };
        self.attempts.begin(named, WRONG_FREE).map_err(too_many)?;
        if let Some(network) = network {
            self.attempts.begin(network, NETWORK_WRONG_FREE).map_err(too_many)?;
        }
        let client = self.database.client().await?;
        let found = if is_name(name) { store::staff::by_name(&client, name).await? } else { None };
        drop(client);
        let hash = found.as_ref().map(|staff| staff.password_hash.clone());
        let fits = self.hasher.verify(password, hash).await.map_err(|_| StaffSignInError::Busy)?;
        let Some(staff) = found else {
            tracing::info!("somebody tried to sign in as staff under a name that nobody has");
            return Err(StaffSignInError::Wrong);
        };
        let is_let_in = fits && staff.disabled_at.is_none();
        let client = self.database.client().await?;
        // Who was refused is not known to be the one whose name was typed.
        let (actor, action) = match is_let_in {
            true => (Actor::Staff(StaffId(staff.id)), AuditAction::StaffSignedIn),
            false => (Actor::System, AuditAction::StaffRefused),
        };
        write_down(&client, actor, action, &staff.name).await?;
        if !is_let_in {
            return Err(StaffSignInError::Wrong);
        }
        self.attempts.forget(&named);
        if let Some(network) = network {
            self.attempts.forget(&network);
        }
        Ok(read(staff)?)
    }

    /// What a wrong password counts against: the name as this network tries it, and the network; or the name as the member's own
    /// browser tries it.
    fn counts(&self, name: &str, origin: &Origin<'_>) -> (Counted, Option<Counted>) {
        if let Some(device) = origin.device {
            return (self.vault.index("staff device", &format!("{device} {name}")), None);
        }
        let network = origin.network();
        let named = self.vault.index("staff", &format!("{network} {name}"));
        (named, Some(self.vault.index("staff network", &network.to_string())))
    }
}
