//! Bytes as text of the 45 characters that QR codes write most densely (RFC 9285).

/// The characters, by their values.
const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// Two bytes are three characters, the last odd one two; the lowest digit comes first.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() / 2 * 3 + 2);
    for chunk in bytes.chunks(2) {
        let mut rest = chunk.iter().fold(0, |sum, byte| sum * 256 + usize::from(*byte));
        for _ in 0..=chunk.len() {
            text.push(char::from(ALPHABET[rest % 45]));
            rest /= 45;
        }
    }
    text
}

/// Reads what [`encode`] wrote, and no other spelling of it. `None`: the text is no base 45.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 3 * 2 + 1);
    for chunk in text.as_bytes().chunks(3) {
        let mut value = 0;
        for letter in chunk.iter().rev() {
            value = value * 45 + ALPHABET.iter().position(|known| known == letter)?;
        }
        match chunk.len() {
            3 => bytes.extend(u16::try_from(value).ok()?.to_be_bytes()),
            2 => bytes.push(u8::try_from(value).ok()?),
            _ => return None,
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_the_standard_are_written_and_read() {
        for (bytes, text) in
            [("AB", "BB8"), ("Hello!!", "%69 VD92EX0"), ("base-45", "UJCLQE7W581"), ("ietf!", "QED8WEX0")]
        {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
        // Too large for two bytes, for one; a character alone; characters of no such alphabet.
        for bad in ["GGW", "::", "A", "BB8A", "bb8", "B\u{7f}8", "汉"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
        assert_eq!((encode(&[]), decode("")), (String::new(), Some(vec![])));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_has_one_spelling(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            let text = encode(&bytes);
            prop_assert_eq!(decode(&text), Some(bytes));
        }

        #[test]
        fn what_is_read_is_written_alike(text in "[0-9A-Z $%*+./:-]{0,40}") {
            if let Some(bytes) = decode(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }
}
