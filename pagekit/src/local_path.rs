//! Where to go next, as far as a link may decide it: paths of this site only.

/// Longest path that is carried along.
const BYTES_MAX: usize = 512;

/// The path and query when it stays on this site and is plain visible ASCII, else nothing.
pub fn local_path(text: &str) -> Option<&str> {
    let plain = text.len() <= BYTES_MAX && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let inside = text.starts_with('/') && !text.starts_with("//");
    (plain && inside).then_some(text)
}

/// Encodes a path to stand as a query value.
pub fn query_value(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => out.push(char::from(byte)),
            _ => write!(out, "%{byte:02X}").expect("writing to a string does not fail"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_pass() {
        for good in ["/", "/exams/a?sitting=x&sitting=y", "/me"] {
            assert_eq!(local_path(good), Some(good));
        }
        for bad in ["", "me", "//evil.example", "/\\evil.example", "https://evil.example", "/a b", "/\u{0}", "/考"] {
            assert_eq!(local_path(bad), None, "{bad:?}");
        }
        assert_eq!(local_path(&format!("/{}", "a".repeat(512))), None);
        assert_eq!(query_value("/a?b=c&d"), "/a%3Fb%3Dc%26d");
    }
}
