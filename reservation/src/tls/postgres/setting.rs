//! Takes what an address says of TLS out of it, in both spellings that libpq has for addresses.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;

/// What an address says of TLS.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Given {
    /// The value of `sslmode`.
    pub(super) mode: Option<String>,
    /// The value of `sslrootcert`: a file, or `system`.
    pub(super) authorities: Option<PathBuf>,
    /// The value of `sslcert`.
    pub(super) certificate: Option<PathBuf>,
    /// The value of `sslkey`.
    pub(super) key: Option<PathBuf>,
}

impl Given {
    /// Takes the setting over, if it is one of these. The last one counts, as with libpq.
    fn take(&mut self, key: &str, value: &str) -> bool {
        let said = match key {
            "sslmode" => {
                self.mode = Some(value.to_owned());
                return true;
            }
            "sslrootcert" => &mut self.authorities,
            "sslcert" => &mut self.certificate,
            "sslkey" => &mut self.key,
            _ => return false,
        };
        *said = Some(value.into());
        true
    }
}

/// The address without them, and what they say.
pub(super) fn take_out(address: &str) -> (String, Given) {
    let is_url = ["postgres://", "postgresql://"].iter().any(|scheme| address.starts_with(scheme));
    if is_url { of_url(address) } else { of_words(address) }
}

/// `postgres://user:password@host/database?key=value&key=value`
fn of_url(url: &str) -> (String, Given) {
    let mut given = Given::default();
    // A password ends with the first `@`, and may have a question mark.
    let credentials = url.find('@').map_or(0, |at| at + 1);
    let Some(question) = url[credentials..].find('?').map(|at| credentials + at) else {
        return (url.to_owned(), given);
    };
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut left = Vec::new();
    for pair in url[question + 1..].split('&') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if !given.take(&decode(key), &decode(value)) {
            left.push(pair);
        }
    }
    let mark = if left.is_empty() { "" } else { "?" };
    (format!("{}{mark}{}", &url[..question], left.join("&")), given)
}

/// `host=name user='a name' dbname=database`: what is not understood is left to the library, which says so.
fn of_words(words: &str) -> (String, Given) {
    let (mut given, mut left, mut rest) = (Given::default(), String::new(), words.trim_start());
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_start();
        // Whatever stands behind a quote that nobody closed may be a password: the library refuses it and repeats none of it.
        let Some((value, length)) = value_of(after) else { break };
        if !given.take(key.trim_end(), &value) {
            left.push_str(key);
            left.push('=');
            left.push_str(&after[..length]);
            left.push(' ');
        }
        rest = after[length..].trim_start();
    }
    left.push_str(rest);
    (left, given)
}

/// The value that a text begins with, and how many bytes of the text it takes; `None` when its quote is not closed.
fn value_of(text: &str) -> Option<(String, usize)> {
    let is_quoted = text.starts_with('\'');
    let (mut value, mut is_escaped) = (String::new(), false);
    for (at, letter) in text.char_indices().skip(usize::from(is_quoted)) {
        match letter {
            _ if is_escaped => {
                value.push(letter);
                is_escaped = false;
            }
            '\\' => is_escaped = true,
            '\'' if is_quoted => return Some((value, at + 1)),
            _ if !is_quoted && letter.is_whitespace() => return Some((value, at)),
            _ => value.push(letter),
        }
    }
    (!is_quoted).then_some((value, text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(mode: &str, authorities: &str) -> Given {
        Given { mode: Some(mode.into()), authorities: Some(authorities.into()), ..Given::default() }
    }

    #[test]
    fn a_url_keeps_everything_else() {
        for (url, wanted) in [
            ("postgres://u:p?x@h/d?sslmode=verify-full&sslrootcert=/a%20b.pem", "postgres://u:p?x@h/d"),
            (
                "postgresql://u@h:1,h2/d?connect_timeout=3&sslmode=verify-full&sslrootcert=/a%20b.pem&options=-c%20x",
                "postgresql://u@h:1,h2/d?connect_timeout=3&options=-c%20x",
            ),
            ("postgres:///d?sslmode=require&sslmode=verify-full&sslrootcert=/a b.pem&host=/s", "postgres:///d?host=/s"),
        ] {
            assert_eq!(take_out(url), (wanted.to_owned(), given("verify-full", "/a b.pem")), "{url}");
        }
        let plain = "postgres://u:p@h/d";
        assert_eq!(take_out(plain), (plain.to_owned(), Given::default()));
    }

    #[test]
    fn words_keep_everything_else() {
        let words = r"host='/a b\'c' sslmode = verify-ca user=u sslrootcert='/a \'b.pem' dbname=d";
        let (left, said) = take_out(words);
        assert_eq!(left, r"host='/a b\'c' user=u dbname=d ");
        assert_eq!(said, given("verify-ca", "/a 'b.pem"));
        let config: tokio_postgres::Config = left.parse().unwrap();
        assert_eq!(config.get_user(), Some("u"));
        assert_eq!(take_out(" host=h broken"), ("host=h broken".to_owned(), Given::default()));
        let unclosed = r"host=h sslmode='require password=p";
        assert_eq!(take_out(unclosed), (unclosed.to_owned(), Given::default()));
    }
}
