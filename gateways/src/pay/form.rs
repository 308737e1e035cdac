//! Notifications that come as forms: their pairs in the bytes that were signed, whatever charset they are in.

use std::collections::BTreeMap;

use super::news::NotGenuine;

/// Largest notification, and most pairs in it.
pub(crate) const BYTES_MAX: usize = 64 * 1024;
pub(crate) const PAIRS_MAX: usize = 200;

/// Names and values, in bytes.
pub(crate) type Pairs = BTreeMap<Vec<u8>, Vec<u8>>;

/// The form's pairs, in bytes. A name that comes twice would be signed once and read as the other.
pub(crate) fn pairs_of(body: &[u8]) -> Result<Pairs, NotGenuine> {
    if body.len() > BYTES_MAX {
        return Err(NotGenuine::Unreadable);
    }
    let mut pairs = BTreeMap::new();
    for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).take(PAIRS_MAX + 1) {
        let end = pair.iter().position(|byte| *byte == b'=').ok_or(NotGenuine::Unreadable)?;
        let (name, value) = (decoded(&pair[..end])?, decoded(&pair[end + 1..])?);
        if pairs.insert(name, value).is_some() {
            return Err(NotGenuine::Unreadable);
        }
    }
    if pairs.len() > PAIRS_MAX { Err(NotGenuine::Unreadable) } else { Ok(pairs) }
}

/// The bytes of a percent-encoded text, decoded once.
fn decoded(text: &[u8]) -> Result<Vec<u8>, NotGenuine> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
                let (high, low) = (digit(bytes.next()), digit(bytes.next()));
                let value = high.zip(low).map(|(high, low)| high * 16 + low).ok_or(NotGenuine::Unreadable)?;
                u8::try_from(value).map_err(|_| NotGenuine::Unreadable)?
            }
            byte => *byte,
        });
    }
    Ok(out)
}
