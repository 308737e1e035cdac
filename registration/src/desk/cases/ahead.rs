//! A case that is loaded while another is looked at. What a page shows of it is sealed under a key of this claim and this
//! version, and the key is given when it is shown, after the looks are written down: what was loaded beforehand is no look,
//! and shows nothing.

use super::{CaseError, Cases, case_permits};
use crate::desk::case::{CaseId, ClaimToken, Subject};
use crate::desk::permits::Right;
use crate::desk::staff::StaffMember;
use crate::desk::store;
use crate::model::clock;

impl Cases {
    /// Seals what a page will show of a case: nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes) of AES-256-GCM.
    pub fn seal_ahead(&self, id: CaseId, token: ClaimToken, version: &str, plain: &[u8]) -> Vec<u8> {
        self.vault.seal_apart(&context(id, token, version), plain)
    }

    /// The subject of a case, and the key of what was sealed of it, if they have it by that claim and it waits with that
    /// version. Whoever asks gives the key away once the looks are written down, and not before.
    pub async fn key_ahead(
        &self,
        member: &StaffMember,
        id: CaseId,
        token: ClaimToken,
        version: &str,
    ) -> Result<(Subject, [u8; 32]), CaseError> {
        let client = self.database.client().await?;
        let found = store::cases::get(&client, clock::now(), id).await?;
        let case = found.filter(|case| case.closed.is_none() && case.version == version);
        let case = case.ok_or(CaseError::NotWaiting)?;
        case_permits(&client, member, Right::Decide(case.kind()), &case).await?;
        match case.claim {
            Some(claim) if claim.by == member.id && claim.token == token => {
                Ok((case.subject, self.vault.key_of(&context(id, token, version))))
            }
            Some(claim) if claim.by != member.id => Err(CaseError::Claimed(claim)),
            _ => Err(CaseError::NotWaiting),
        }
    }
}

fn context(CaseId(id): CaseId, token: ClaimToken, version: &str) -> String {
    format!("case {id} {token} {version}")
}
