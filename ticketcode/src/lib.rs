//! What the code on an admission ticket says, and how anybody with the exam's public key finds out that we said it.
//!
//! The code is a CBOR array of ten numbers ([`Entry`]) and an Ed25519 signature over it, in base 45, so that it takes the
//! dense alphanumeric mode of a QR code: at most [`CODE_CHARS_MAX`] characters, which fit version 7 at level M. Nothing
//! personal is in it: whoever reads it learns an exam, a room and a seat by numbers that mean something to its staff only.
//! Reading needs no network and no store: [`PublicKeys`] come from a file.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on fails"))]

mod base45;
mod entry;
mod keys;

pub use entry::{Entry, KeyId, PAYLOAD_BYTES_MAX, Tag};
pub use keys::{CodeError, PublicKey, PublicKeyError, PublicKeys, SecretError, SigningKey};

/// Most characters of a code.
pub const CODE_CHARS_MAX: usize = 165;
/// Bytes of an Ed25519 signature.
const SIGNATURE_BYTES: usize = 64;
/// Bytes of a code before it is text.
const CODE_BYTES_MAX: usize = PAYLOAD_BYTES_MAX + SIGNATURE_BYTES;

// Two bytes are three characters, one is two.
const _: () = assert!(CODE_BYTES_MAX / 2 * 3 + CODE_BYTES_MAX % 2 * 2 <= CODE_CHARS_MAX);
