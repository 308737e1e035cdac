//! Checking the audit: that every line is what it was when it was linked, that none is missing, and that the chain is the one
//! whose end was signed.

use std::collections::BTreeMap;
use std::fmt;

use jiff::SignedDuration;
use uuid::Uuid;

use crate::desk::audit::chain::{HASH_BYTES, Hash, SignedHead, link};
use crate::desk::audit::trail::AuditTrail;
use crate::desk::store::audit_chain::StoredLink;
use crate::desk::store::{audit_chain, audit_head};
use crate::model::clock;
use crate::store::StoreError;

/// Links that are read at a time.
const PAGE: i64 = 2_000;
/// Most faults that are told.
const FAULTS_MAX: usize = 50;
/// After this long a line has its link, unless nothing links any more.
const LINKED_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// A line that says to be older than this when it was linked was written late, or slipped in.
const LATE: SignedDuration = SignedDuration::from_hours(1);

/// Something that was done to the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditFault {
    /// The line says something else than when it was linked.
    Changed {
        /// The number of the line.
        line: i64,
        /// Its place in the chain.
        seq: i64,
    },
    /// The line is not there any more.
    Removed {
        /// The number of the line.
        line: i64,
        /// Its place in the chain.
        seq: i64,
    },
    /// The link does not follow from the one before: it was changed, moved or slipped in.
    Broken {
        /// The place in the chain.
        seq: i64,
        /// The line that is said to be there.
        line: i64,
    },
    /// Links are missing before this place.
    Gap {
        /// The first place that is missing.
        seq: i64,
    },
    /// The chain ends before the place that it says itself.
    ShorterThanItSays {
        /// Where it ends.
        seq: i64,
        /// Where it says that it ends.
        said: i64,
    },
    /// The chain is shorter than when its end was signed.
    Cut {
        /// Where it ends.
        seq: i64,
        /// Where it ended then.
        signed: i64,
    },
    /// The chain is another one than the one whose end was signed: it was made anew.
    Remade {
        /// The place whose hash was signed.
        seq: i64,
    },
    /// A head is not signed by this site's key.
    Forged {
        /// The place that it speaks of.
        seq: i64,
    },
    /// Lines have had no link for longer than it takes to link them.
    Unlinked {
        /// How many lines they are.
        number: i64,
        /// The first one.
        first: i64,
    },
}

impl fmt::Display for AuditFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { line, seq } => write!(f, "line {line} was changed after it was linked as number {seq}"),
            Self::Removed { line, seq } => write!(f, "line {line}, linked as number {seq}, is gone"),
            Self::Broken { seq, line } => {
                write!(f, "link {seq} (line {line}) does not follow from the one before it")
            }
            Self::Gap { seq } => write!(f, "link {seq} is missing"),
            Self::ShorterThanItSays { seq, said } => {
                write!(f, "the chain ends at {seq}, and the head's row says {said}")
            }
            Self::Cut { seq, signed } => {
                write!(f, "the chain was cut: it ends at {seq}, and its end was signed at {signed}")
            }
            Self::Remade { seq } => {
                write!(f, "the chain was made anew: link {seq} had another hash when it was signed")
            }
            Self::Forged { seq } => write!(f, "the head that speaks of link {seq} is not signed by this site"),
            Self::Unlinked { number, first } => {
                write!(f, "{number} lines have no link, the first is {first}: does `seathold serve` run?")
            }
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Which chain it is.
    pub chain: Uuid,
    /// How many links there are.
    pub links: i64,
    /// How many of the signed heads were held against it.
    pub heads: usize,
    /// Lines that were linked more than an hour after the time that they speak of, by the number of the first.
    pub late: Option<(i64, usize)>,
    /// What was done to it, in the order of the chain; at most fifty.
    pub faults: Vec<AuditFault>,
}

impl AuditTrail {
    /// Reads the whole chain and holds it against the lines and against heads that were signed before. Takes a page of
    /// links at a time, so memory does not grow with the audit.
    pub async fn verify(&self, heads: &[SignedHead]) -> Result<Verified, StoreError> {
        let client = self.database.client().await?;
        let head = audit_head::get(&client).await?;
        let mut check = Check::new(head.chain, head.older);
        check.heads(heads, |signed| self.key.verified(signed));
        loop {
            let page = audit_chain::page(&client, check.seq, PAGE).await?;
            let Some(last) = page.last().map(|link| link.seq) else { break };
            for stored in page {
                check.link(&stored);
            }
            check.seq = check.seq.max(last);
        }
        let (number, first) = audit_chain::unlinked_before(&client, clock::now() - LINKED_WITHIN).await?;
        if let Some(first) = first {
            check.fault(AuditFault::Unlinked { number, first });
        }
        Ok(check.end(head.seq))
    }
}

/// The chain as far as it was read.
struct Check {
    seq: i64,
    hash: Hash,
    older: i64,
    /// What was signed of places that are not reached yet.
    signed: BTreeMap<i64, Vec<Hash>>,
    found: Verified,
}

impl Check {
    fn new(chain: Uuid, older: i64) -> Self {
        let found = Verified { chain, ..Verified::default() };
        Self { seq: 0, hash: [0; HASH_BYTES], older, signed: BTreeMap::new(), found }
    }

    fn fault(&mut self, fault: AuditFault) {
        if self.found.faults.len() < FAULTS_MAX {
            self.found.faults.push(fault);
        }
    }

    fn heads(&mut self, heads: &[SignedHead], verified: impl Fn(&SignedHead) -> Option<Hash>) {
        for head in heads {
            match verified(head) {
                Some(_) if head.chain != self.found.chain => self.fault(AuditFault::Remade { seq: head.seq }),
                Some(hash) if head.seq > 0 => self.signed.entry(head.seq).or_default().push(hash),
                Some(_) => {}
                None => self.fault(AuditFault::Forged { seq: head.seq }),
            }
            self.found.heads += 1;
        }
    }

    /// The next link, in the order of their places.
    fn link(&mut self, stored: &StoredLink) {
        let StoredLink { seq, line, ref bytes, sealed_at, ref hash, ref now } = *stored;
        if seq != self.seq + 1 {
            self.fault(AuditFault::Gap { seq: self.seq + 1 });
        }
        let expected = link(self.found.chain, seq, &self.hash, sealed_at, bytes);
        if *hash != expected {
            self.fault(AuditFault::Broken { seq, line });
        }
        match now {
            None => self.fault(AuditFault::Removed { line, seq }),
            Some(now) if now.to_bytes() != *bytes => self.fault(AuditFault::Changed { line, seq }),
            Some(now) => {
                if line > self.older && sealed_at.duration_since(now.at) > LATE {
                    let (first, number) = self.found.late.unwrap_or((line, 0));
                    self.found.late = Some((first, number + 1));
                }
            }
        }
        if self.signed.remove(&seq).is_some_and(|signed| signed.iter().any(|signed| signed[..] != hash[..])) {
            self.fault(AuditFault::Remade { seq });
        }
        // What follows is held against what stands here: one fault is told once.
        self.hash = <Hash>::try_from(hash.as_slice()).unwrap_or(expected);
        self.seq = seq;
        self.found.links += 1;
    }

    fn end(mut self, said: i64) -> Verified {
        if self.seq < said {
            self.fault(AuditFault::ShorterThanItSays { seq: self.seq, said });
        }
        if let Some((&signed, _)) = self.signed.last_key_value() {
            self.fault(AuditFault::Cut { seq: self.seq, signed });
        }
        self.found
    }
}
