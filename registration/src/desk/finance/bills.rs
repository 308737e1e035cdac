//! Bills that finance brings as files, as they were downloaded from a channel's console.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::civil::Date;

use super::{Finance, FinanceError, subject_of_day};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Right, Scope, demand};
use crate::desk::staff::StaffMember;
use crate::model::payment::Method;
use crate::reconciliation::BillDay;

/// Most bytes of a bill that is brought as a file.
pub const BILL_BYTES_MAX: usize = 32 * 1024 * 1024;

/// A file by which two can tell that they speak of the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: usize,
}

impl Fingerprint {
    /// That of a file.
    pub fn of(file: &[u8]) -> Self {
        let sum = digest(&SHA256, file);
        let sha256 = sum.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { sha256, bytes: file.len() }
    }
}

impl Finance {
    /// Takes in the bill of a day from a file, and compares it. A bill of another day or another channel is refused, and the
    /// one that was there stays. What was brought, and by whom, is in the audit.
    pub async fn import(
        &self,
        member: &StaffMember,
        (channel, day): (Method, Date),
        file: &[u8],
    ) -> Result<(BillDay, Fingerprint), FinanceError> {
        demand(member, Right::MoveMoney, Scope::Everything)?;
        let fingerprint = Fingerprint::of(file);
        let read = self.reconciliation.import(channel, day, file).await?;
        let (subject, detail) =
            (subject_of_day(channel, day), format!("{} {} B", fingerprint.sha256, fingerprint.bytes));
        let entry = Entry::by_staff(member.id, AuditAction::ImportedBill, &subject).detail(detail.as_str());
        entry.write(&self.database.client().await?).await?;
        Ok((read, fingerprint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_hash_and_its_size() {
        let told = Fingerprint::of(b"abc");
        // FIPS 180-2, appendix B.1.
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned();
        assert_eq!(told, Fingerprint { sha256, bytes: 3 });
    }
}
