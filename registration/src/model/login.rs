//! By what names one signs in: a user name, an e-mail address, a document number, a mobile number. Plain values, parsed
//! once at the edge.

use std::fmt;
use std::str::FromStr;

use crate::model::document::{Document, DocumentKind};
use crate::model::exam_rules::LoginKind;
use crate::model::person::Mobile;
use crate::model::text::characters::visible;

/// Longest text that is read as a login name.
pub const LOGIN_CHARS_MAX: usize = 254;
/// Fewest and most characters of a user name.
pub const USERNAME_CHARS: std::ops::RangeInclusive<usize> = 8..=18;
/// Longest part of an address before the `@` (RFC 5321, 4.5.3.1.1).
const LOCAL_BYTES_MAX: usize = 64;
/// Longest part between two dots of a host (RFC 1035, 2.3.4).
const LABEL_BYTES_MAX: usize = 63;

/// A user name: 8 to 18 letters, or letters and digits. Compared without regard to case. `Debug` shows
/// it masked.
#[derive(Clone)]
pub struct Username(String);

/// An e-mail address, its host in small letters. Compared without regard to case. `Debug` shows it masked.
#[derive(Clone)]
pub struct Email(String);

/// The text is no user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a user name is 8 to 18 letters, or letters and digits")]
pub struct UsernameError;

/// The text is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an e-mail address looks like name@example.com")]
pub struct EmailError;

/// One reading of what somebody typed to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LoginName {
    Document(Document),
    Mobile(Mobile),
    Email(Email),
    Username(Username),
}

impl Username {
    /// The name as it was chosen.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The name as pages show it to somebody who is not signed in: `zh****23`.
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..2], &self.0[self.0.len() - 2..])
    }

    /// What names are compared by.
    pub(crate) fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for Username {
    type Err = UsernameError;

    /// Spaces around are dropped, full-width letters and digits accepted.
    fn from_str(text: &str) -> Result<Self, UsernameError> {
        let typed: String = visible(text).map(narrow).collect();
        let name = typed.trim().to_owned();
        let fits = USERNAME_CHARS.contains(&name.len())
            && name.contains(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric());
        if fits { Ok(Self(name)) } else { Err(UsernameError) }
    }
}

impl Email {
    /// The address, to send letters to. Never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The address as pages show it: `zh***@example.com`.
    pub fn masked(&self) -> String {
        let (local, host) = self.0.split_once('@').unwrap_or((&self.0, ""));
        let shown = if local.len() > 3 { 2 } else { 1 };
        format!("{}***@{host}", &local[..shown.min(local.len())])
    }

    /// What addresses are compared by. A server may tell `A@…` from `a@…`; nobody who has an account here does.
    pub(crate) fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for Email {
    type Err = EmailError;

    /// Conservative: what every mail server takes, in ASCII, with a host of at least two parts. Spaces around are
    /// dropped, full-width characters accepted.
    fn from_str(text: &str) -> Result<Self, EmailError> {
        let typed: String = visible(text).map(narrow).collect();
        // What ends the sentence or the list that an address was copied out of.
        let typed = typed.trim().trim_end_matches(|c: char| c.is_whitespace() || ".,;、".contains(c));
        let (local, host) = typed.rsplit_once('@').ok_or(EmailError)?;
        let is_local = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let local_fits = (1..=LOCAL_BYTES_MAX).contains(&local.len())
            && local.chars().all(is_local)
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        let is_label = |label: &str| {
            (1..=LABEL_BYTES_MAX).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let top = host.rsplit('.').next().unwrap_or_default();
        let host_fits = host.contains('.')
            && host.split('.').all(is_label)
            && top.len() >= 2
            && top.bytes().any(|b| b.is_ascii_alphabetic());
        if local_fits && host_fits && typed.len() <= LOGIN_CHARS_MAX {
            Ok(Self(format!("{local}@{}", host.to_ascii_lowercase())))
        } else {
            Err(EmailError)
        }
    }
}

impl PartialEq for Username {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Username {}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Email {}

impl fmt::Debug for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl LoginName {
    /// Everything that the text may be, most likely first: a passport number can look like a user name, and then the
    /// page's own kind of login decides.
    pub(crate) fn recognise(text: &str, preferred: LoginKind) -> Vec<Self> {
        if text.chars().count() > LOGIN_CHARS_MAX {
            return Vec::new();
        }
        let documents = DocumentKind::ALL.into_iter().filter_map(|kind| Document::parse(kind, text).ok());
        let mut names: Vec<Self> = documents.map(Self::Document).collect();
        names.extend(text.parse().map(Self::Mobile));
        names.extend(text.parse().map(Self::Email));
        names.extend(text.parse().map(Self::Username));
        names.sort_by_key(|name| !name.is_of(preferred));
        names
    }

    fn is_of(&self, kind: LoginKind) -> bool {
        matches!(
            (self, kind),
            (Self::Document(_), LoginKind::Document)
                | (Self::Email(_), LoginKind::Email)
                | (Self::Username(_), LoginKind::Username)
        )
    }

    /// The word in the table, and for the vault's index.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Document(_) => "document",
            Self::Mobile(_) => "mobile",
            Self::Email(_) => "email",
            Self::Username(_) => "username",
        }
    }

    /// What names of one kind are compared by.
    pub(crate) fn folded(&self) -> String {
        match self {
            Self::Document(document) => document.keyed(),
            Self::Mobile(mobile) => mobile.expose().to_owned(),
            Self::Email(email) => email.folded(),
            Self::Username(username) => username.folded(),
        }
    }
}

/// A character as it would be on a keyboard that is not in full-width mode.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '。' | '｡' | '﹒' => '.',
        '﹫' => '@',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a1_a_user_name_is_letters_or_letters_and_digits() {
        for good in [
            "zhangwei",
            "Zhang2026",
            "2026zhang",
            "a1234567",
            "abcdefghijklmnopqr",
            " ｚｈａｎｇｗｅｉ ",
            "\u{feff}zhangwei\u{200b}",
        ] {
            assert!(good.parse::<Username>().is_ok(), "{good}");
        }
        for bad in ["", "zhangwe", "12345678", "zhang_wei", "zhang wei", "张伟zhangwei", &"a".repeat(19)] {
            assert_eq!(bad.parse::<Username>(), Err(UsernameError), "{bad}");
        }
        assert_eq!("ZhangWei".parse::<Username>(), "zhangwei".parse());
        assert_eq!(format!("{:?}", "zhangwei23".parse::<Username>().unwrap()), "zh****23");
    }

    #[test]
    fn b1_an_address_is_read_conservatively() {
        for (typed, kept) in [
            ("a@b.cn", "a@b.cn"),
            (" Li.Na+cet@Mail.Example.EDU ", "Li.Na+cet@mail.example.edu"),
            ("775177068＠163。com", "775177068@163.com"),
            ("\u{202a}a@b.cn\u{202c}", "a@b.cn"),
            ("a@b.cn。", "a@b.cn"),
            ("a﹫b．cn ；", "a@b.cn"),
        ] {
            assert_eq!(typed.parse::<Email>().map(|email| email.0), Ok(kept.to_owned()));
        }
        let long = format!("{}@b.cn", "a".repeat(65));
        for bad in [
            "",
            "a",
            "@b.cn",
            "a@",
            "a@b",
            "a@b.c",
            "a@b.12",
            "a b@b.cn",
            ".a@b.cn",
            "a..b@b.cn",
            "a@-b.cn",
            "a@b..cn",
            "a@b.cn\r\nbcc:x@y.cn",
            "<a@b.cn>",
            "a@b@c.cn ,",
            &long,
        ] {
            assert_eq!(bad.parse::<Email>(), Err(EmailError), "{bad}");
        }
        assert_eq!("A@B.cn".parse::<Email>(), "a@b.cn".parse());
        assert_eq!("liNa@b.cn".parse::<Email>().unwrap().masked(), "li***@b.cn");
        assert_eq!(format!("{:?}", "a@b.cn".parse::<Email>().unwrap()), "a***@b.cn");
    }

    #[test]
    fn what_a_text_is_shows_by_its_form() {
        let kinds = |text, preferred| {
            let names = LoginName::recognise(text, preferred);
            names.iter().map(LoginName::kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds("11010519491231002x", LoginKind::Document)[0], "document");
        assert!(kinds("13812345678", LoginKind::Document).contains(&"mobile"));
        assert_eq!(kinds("li@example.com", LoginKind::Document), ["email"]);
        assert_eq!(kinds("E12345678", LoginKind::Username)[0], "username");
        assert_eq!(kinds("E12345678", LoginKind::Document)[0], "document");
        assert_eq!(kinds("张伟", LoginKind::Document), [""; 0]);
        assert_eq!(kinds(&"a".repeat(1_000), LoginKind::Document), [""; 0]);
    }
}
