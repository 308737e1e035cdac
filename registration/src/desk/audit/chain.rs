//! How lines of the audit are linked, and how the end of the chain is signed. Pure.

use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::secrets::vault::Vault;

/// What the bytes of a line begin with: bytes that mean something else are never taken for a line.
const LINE: &[u8] = b"seathold audit line 1\0";
/// What is hashed for a link begins with.
const LINK: &[u8] = b"seathold audit link 1\0";
/// What is signed begins with.
const HEAD: &[u8] = b"seathold audit head 1\0";

/// Bytes of a hash.
pub(crate) const HASH_BYTES: usize = 32;

/// SHA-256 over a link and all before it.
pub(crate) type Hash = [u8; HASH_BYTES];

/// A line of the audit, with every value as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlainLine {
    pub(crate) id: i64,
    pub(crate) at: Timestamp,
    pub(crate) actor_kind: String,
    pub(crate) staff: Option<Uuid>,
    pub(crate) actor_id: Option<String>,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) seen: Option<String>,
    pub(crate) detail: Option<String>,
}

impl PlainLine {
    /// The bytes that are hashed and kept beside the line. Each text has its length before it, so that nothing moves from
    /// one value into the next; the time is in microseconds, as the store keeps it.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = LINE.to_vec();
        bytes.extend(self.id.to_be_bytes());
        bytes.extend(self.at.as_microsecond().to_be_bytes());
        let staff = self.staff.map(|staff| staff.as_hyphenated().to_string());
        let texts = [
            Some(&self.actor_kind),
            staff.as_ref(),
            self.actor_id.as_ref(),
            Some(&self.action),
            Some(&self.subject),
            self.seen.as_ref(),
            self.detail.as_ref(),
        ];
        for text in texts {
            match text {
                None => bytes.push(0),
                Some(text) => {
                    bytes.push(1);
                    bytes.extend(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
                    bytes.extend(text.as_bytes());
                }
            }
        }
        bytes
    }
}

/// The hash of the link number `seq`, which follows one with the hash `before`.
pub(crate) fn link(chain: Uuid, seq: i64, before: &Hash, sealed_at: Timestamp, bytes: &[u8]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in [LINK, chain.as_bytes(), &seq.to_be_bytes(), before, &sealed_at.as_microsecond().to_be_bytes(), bytes] {
        context.update(part);
    }
    context.finish().as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// The end of the chain at some time, signed: kept where the database's owner cannot change it, it says what the chain was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedHead {
    /// Which chain it is.
    pub chain: Uuid,
    /// How many lines are linked.
    pub seq: i64,
    /// The last link's hash, in hexadecimal digits.
    pub hash: String,
    /// When that was so.
    pub at: Timestamp,
    /// Ed25519 over all of that, in base64.
    pub signature: String,
}

/// The key that signs heads, made of the vault's keys: whoever has the database alone has not this one.
pub(crate) struct HeadKey(Ed25519KeyPair);

impl HeadKey {
    pub(crate) fn of(vault: &Vault) -> Self {
        let seed = vault.index("audit.head", "the key that signs heads");
        Self(Ed25519KeyPair::from_seed_unchecked(&seed).expect("a seed of Ed25519 is any 32 bytes"))
    }

    /// What others verify with, in hexadecimal digits.
    pub(crate) fn public(&self) -> String {
        hex(self.0.public_key().as_ref())
    }

    pub(crate) fn sign(&self, chain: Uuid, seq: i64, hash: &Hash, at: Timestamp) -> SignedHead {
        let signature = self.0.sign(&signed(chain, seq, hash, at));
        SignedHead { chain, seq, hash: hex(hash), at, signature: STANDARD.encode(signature.as_ref()) }
    }

    /// The hash that the head has, when this key signed it.
    pub(crate) fn verified(&self, head: &SignedHead) -> Option<Hash> {
        let hash = unhex(&head.hash)?;
        let signature = STANDARD.decode(&head.signature).ok()?;
        let key = UnparsedPublicKey::new(&ED25519, self.0.public_key().as_ref());
        key.verify(&signed(head.chain, head.seq, &hash, head.at), &signature).ok()?;
        Some(hash)
    }
}

fn signed(chain: Uuid, seq: i64, hash: &Hash, at: Timestamp) -> Vec<u8> {
    [HEAD, chain.as_bytes(), &seq.to_be_bytes(), hash, &at.as_microsecond().to_be_bytes()].concat()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |text, byte| format!("{text}{byte:02x}"))
}

fn unhex(text: &str) -> Option<Hash> {
    if text.len() != 2 * HASH_BYTES || !text.is_ascii() {
        return None;
    }
    let mut hash = [0; HASH_BYTES];
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> PlainLine {
        PlainLine {
            id: 7,
            at: "2026-11-30T08:00:00.000001Z".parse().unwrap(),
            actor_kind: "staff".into(),
            staff: Some(Uuid::from_u128(9)),
            actor_id: None,
            action: "confirmed".into(),
            subject: "order.1".into(),
            seen: Some("ab".into()),
            detail: None,
        }
    }

    #[test]
    fn nothing_moves_from_one_value_into_the_next() {
        let all = [
            line(),
            PlainLine { id: 8, ..line() },
            PlainLine { at: "2026-11-30T08:00:00.000002Z".parse().unwrap(), ..line() },
            PlainLine { staff: None, ..line() },
            PlainLine { staff: None, actor_id: line().staff.map(|staff| staff.to_string()), ..line() },
            PlainLine { action: "confirme".into(), subject: "dorder.1".into(), ..line() },
            PlainLine { seen: None, detail: Some("ab".into()), ..line() },
            PlainLine { seen: Some("a".into()), detail: Some("b".into()), ..line() },
            PlainLine { seen: None, ..line() },
            PlainLine { seen: Some(String::new()), ..line() },
        ];
        for (at, one) in all.iter().enumerate() {
            for other in &all[at + 1..] {
                assert_ne!(one.to_bytes(), other.to_bytes(), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_link_is_of_its_chain_place_time_and_all_before() {
        let (chain, at) = (Uuid::from_u128(1), line().at);
        let first = link(chain, 1, &[0; 32], at, &line().to_bytes());
        let others = [
            link(Uuid::from_u128(2), 1, &[0; 32], at, &line().to_bytes()),
            link(chain, 2, &[0; 32], at, &line().to_bytes()),
            link(chain, 1, &[1; 32], at, &line().to_bytes()),
            link(chain, 1, &[0; 32], Timestamp::UNIX_EPOCH, &line().to_bytes()),
            link(chain, 1, &[0; 32], at, &PlainLine { id: 8, ..line() }.to_bytes()),
        ];
        assert!(!others.contains(&first));
        assert_eq!(first, link(chain, 1, &[0; 32], at, &line().to_bytes()));
    }

    #[test]
    fn a_head_is_signed_as_a_whole() {
        let dir = tempfile::tempdir().unwrap();
        let key = HeadKey::of(&Vault::load_or_create(&dir.path().join("keys")).unwrap());
        let head = key.sign(Uuid::from_u128(1), 12, &[3; 32], line().at);
        assert_eq!(key.verified(&head), Some([3; 32]));
        let read: SignedHead = serde_json::from_str(&serde_json::to_string(&head).unwrap()).unwrap();
        assert_eq!(key.verified(&read), Some([3; 32]));
        let changed = [
            SignedHead { chain: Uuid::from_u128(2), ..head.clone() },
            SignedHead { seq: 11, ..head.clone() },
            SignedHead { hash: head.hash.replace('3', "4"), ..head.clone() },
            SignedHead { hash: "ü".repeat(32), ..head.clone() },
            SignedHead { at: Timestamp::UNIX_EPOCH, ..head.clone() },
            SignedHead { signature: String::new(), ..head.clone() },
        ];
        assert!(changed.iter().all(|head| key.verified(head).is_none()));
        let other = HeadKey::of(&Vault::load_or_create(&dir.path().join("others")).unwrap());
        assert_eq!(other.verified(&head), None);
        assert_eq!(key.public().len(), 64);
    }
}
