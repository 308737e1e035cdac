//! What a code says: ten numbers, in an order that is fixed for its version.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest;
use jiff::Timestamp;
use minicbor::{Decoder, Encoder, encode};

/// Most bytes of the numbers.
pub const PAYLOAD_BYTES_MAX: usize = 45;
/// The way in which this version writes them. Another one is not read.
pub(crate) const VERSION: u8 = 1;
/// How many numbers there are.
const NUMBERS: u64 = 10;

/// A name that is too long for a code, as four bytes of its SHA-256: of an exam, of a sitting. Whoever reads the code knows
/// the names that there are, and finds the one that is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(u32);

/// The text is no tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tag is eight hexadecimal digits")]
pub struct TagError;

impl Tag {
    /// The tag of a name.
    pub fn of(name: &str) -> Self {
        let hash = digest::digest(&digest::SHA256, name.as_bytes());
        let first = hash.as_ref().first_chunk::<4>().copied().unwrap_or_default();
        Self(u32::from_be_bytes(first))
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl FromStr for Tag {
    type Err = TagError;

    fn from_str(text: &str) -> Result<Self, TagError> {
        let is_tag = text.len() == 8 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        u32::from_str_radix(text, 16).ok().filter(|_| is_tag).map(Self).ok_or(TagError)
    }
}

/// The number of a key among those of its exam, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub u16);

/// What a code says: who may come in where and when, by numbers only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Which of the exam's keys signed it.
    pub key: KeyId,
    /// Which exam the ticket is for.
    pub exam: Tag,
    /// Which of its sittings.
    pub sitting: Tag,
    /// The ticket's own short number, unique on this site.
    pub serial: u64,
    /// The room's number in the sitting, from 1.
    pub room: u16,
    /// The seat's number in the room, from 1.
    pub seat: u16,
    /// Nobody comes in before; whole seconds, from 1970 on.
    pub not_before: Timestamp,
    /// Nor from then on.
    pub not_after: Timestamp,
    /// How often the ticket was issued: an older one of the same serial is void.
    pub generation: u16,
}

impl Entry {
    /// The numbers as CBOR (RFC 8949), each in its shortest form.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        self.encoded().expect("memory takes what is written into it")
    }

    fn encoded(self) -> Result<Vec<u8>, encode::Error<Infallible>> {
        let mut to = Encoder::new(Vec::with_capacity(PAYLOAD_BYTES_MAX));
        to.array(NUMBERS)?.u8(VERSION)?.u16(self.key.0)?.u32(self.exam.0)?.u32(self.sitting.0)?;
        to.u64(self.serial)?.u16(self.room)?.u16(self.seat)?;
        to.u32(seconds(self.not_before))?.u32(seconds(self.not_after))?.u16(self.generation)?;
        Ok(to.into_writer())
    }

    /// Reads what [`Self::to_bytes`] wrote, and no other spelling of it. `None`: it is something else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut from = Decoder::new(bytes);
        if from.array().ok()? != Some(NUMBERS) || from.u8().ok()? != VERSION {
            return None;
        }
        let entry = Self {
            key: KeyId(from.u16().ok()?),
            exam: Tag(from.u32().ok()?),
            sitting: Tag(from.u32().ok()?),
            serial: from.u64().ok()?,
            room: from.u16().ok()?,
            seat: from.u16().ok()?,
            not_before: moment(from.u32().ok()?)?,
            not_after: moment(from.u32().ok()?)?,
            generation: from.u16().ok()?,
        };
        // Longer forms of the same numbers, and whatever follows them.
        (entry.to_bytes() == bytes).then_some(entry)
    }

    /// Which version wrote it, where it is such an array at all.
    pub(crate) fn version_of(bytes: &[u8]) -> Option<u8> {
        let mut from = Decoder::new(bytes);
        from.array().ok()??;
        from.u8().ok()
    }
}

/// Seconds since 1970; before it 0, after 2106 the last one there is.
fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().max(0)).unwrap_or(u32::MAX)
}

fn moment(seconds: u32) -> Option<Timestamp> {
    Timestamp::from_second(seconds.into()).ok()
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Any entry at all.
    pub(crate) fn entries() -> impl Strategy<Value = Entry> {
        let tags = (any::<u32>(), any::<u32>());
        let places = (any::<u64>(), any::<u16>(), any::<u16>());
        (any::<u16>(), tags, places, any::<u32>(), any::<u32>(), any::<u16>()).prop_map(
            |(key, (exam, sitting), (serial, room, seat), not_before, not_after, generation)| Entry {
                key: KeyId(key),
                exam: Tag(exam),
                sitting: Tag(sitting),
                serial,
                room,
                seat,
                not_before: moment(not_before).expect("32 bits of seconds are a moment"),
                not_after: moment(not_after).expect("32 bits of seconds are a moment"),
                generation,
            },
        )
    }

    /// The longest one.
    pub(crate) fn longest() -> Entry {
        let end = moment(u32::MAX).expect("32 bits of seconds are a moment");
        Entry {
            key: KeyId(u16::MAX),
            exam: Tag(u32::MAX),
            sitting: Tag(u32::MAX),
            serial: u64::MAX,
            room: u16::MAX,
            seat: u16::MAX,
            not_before: end,
            not_after: end,
            generation: u16::MAX,
        }
    }

    #[test]
    fn the_longest_entry_fits() {
        assert_eq!(longest().to_bytes().len(), PAYLOAD_BYTES_MAX - 2);
    }

    #[test]
    fn a_tag_is_the_beginning_of_the_hash_of_a_name() {
        // SHA-256 of "abc" begins so (FIPS 180-4).
        assert_eq!(Tag::of("abc").to_string(), "ba7816bf");
        assert_eq!("ba7816bf".parse(), Ok(Tag::of("abc")));
        for bad in ["", "BA7816BF", "ba7816b", "ba7816bf0", "+a7816bf"] {
            assert_eq!(bad.parse::<Tag>(), Err(TagError), "{bad}");
        }
    }

    #[test]
    fn numbers_have_one_spelling() {
        let entry = Entry { key: KeyId(1), ..longest() };
        let bytes = entry.to_bytes();
        assert_eq!(bytes[..3], [0x8a, 1, 1]);
        // The key's number in two bytes, the array without its length, something behind it, another version.
        let long = [&bytes[..2], &[0x18, 1], &bytes[3..]].concat();
        let endless = [&[0x9f], &bytes[1..], &[0xff]].concat();
        let more = [&bytes[..], &[0]].concat();
        let other = [&[0x8a, 2], &bytes[2..]].concat();
        for bad in [long, endless, more, other, bytes[..bytes.len() - 1].to_vec(), Vec::new()] {
            assert_eq!(Entry::from_bytes(&bad), None, "{bad:02x?}");
        }
        assert_eq!(Entry::from_bytes(&bytes), Some(entry));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(entry in entries()) {
            let bytes = entry.to_bytes();
            prop_assert!(bytes.len() <= PAYLOAD_BYTES_MAX);
            prop_assert_eq!(Entry::from_bytes(&bytes), Some(entry));
        }

        #[test]
        fn whatever_is_read_is_no_surprise(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Some(entry) = Entry::from_bytes(&bytes) {
                prop_assert_eq!(entry.to_bytes(), bytes);
            }
        }
    }
}
