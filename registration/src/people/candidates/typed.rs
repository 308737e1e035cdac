//! What somebody typed to find a candidate by. Plain values: every reading that the text allows.

use std::fmt;

use crate::model::document::{Document, DocumentKind};
use crate::model::login::{Email, LOGIN_CHARS_MAX, Username};
use crate::model::order::OrderId;
use crate::model::person::{Mobile, PersonName};
use crate::model::room::ticket::TicketNumber;
use crate::model::text::characters::plain_width;
use crate::people::accounts::AccountNumber;

/// Longest text that is read, in characters.
pub const TYPED_CHARS_MAX: u16 = 254;
const _: () = assert!(TYPED_CHARS_MAX as usize == LOGIN_CHARS_MAX);

/// What a text is read as, and found by.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, strum::AsRefStr, strum::EnumString, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// The number of an account, as staff and candidates tell it.
    Account,
    /// The number of an order.
    Order,
    /// The number of an admission ticket.
    Ticket,
    /// The number of a document, whatever its kind.
    Document,
    /// A mobile number.
    Mobile,
    /// An e-mail address.
    Email,
    /// The user name of an account.
    Username,
    /// A person's name.
    Name,
}

/// One reading of what was typed. `Debug` and `Display` show it masked.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Typed {
    Account(AccountNumber),
    Order(OrderId),
    Ticket(TicketNumber),
    Document(Document),
    Mobile(Mobile),
    Email(Email),
    Username(Username),
    Name(PersonName),
}

impl Typed {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Account(_) => Kind::Account,
            Self::Order(_) => Kind::Order,
            Self::Ticket(_) => Kind::Ticket,
            Self::Document(_) => Kind::Document,
            Self::Mobile(_) => Kind::Mobile,
            Self::Email(_) => Kind::Email,
            Self::Username(_) => Kind::Username,
            Self::Name(_) => Kind::Name,
        }
    }

    fn masked(&self) -> String {
        match self {
            Self::Account(number) => ends(&number.to_string()),
            Self::Order(order) => ends(&order.to_string()),
            Self::Ticket(number) => ends(number.as_str()),
            Self::Document(document) => document.masked(),
            Self::Mobile(mobile) => mobile.masked(),
            Self::Email(email) => email.masked(),
            Self::Username(name) => name.masked(),
            Self::Name(name) => name.masked(),
        }
    }
}

impl fmt::Display for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind().as_ref(), self.masked())
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The first and the last sign of a number, which is ASCII and long enough.
fn ends(number: &str) -> String {
    format!("{}***{}", &number[..1], &number[number.len() - 1..])
}

/// Everything that the text may be, the most telling first. A text of Latin letters may be a name, a user name, the number of
/// an order and that of a ticket at once: it is looked for as each of them.
pub(super) fn recognise(text: &str) -> Vec<Typed> {
    if text.chars().count() > LOGIN_CHARS_MAX {
        return Vec::new();
    }
    // Numbers of ours are copied out of messages and sheets.
    let plain = plain_width(text);
    if let Ok(number) = plain.parse::<AccountNumber>() {
        return vec![Typed::Account(number)];
    }
    // An address fits the rules of names, which may have an @ in them, and nobody's name is one.
    if let Ok(email) = text.parse::<Email>() {
        return vec![Typed::Email(email)];
    }
    let mut typed = Vec::new();
    typed.extend(plain.parse().map(Typed::Order));
    typed.extend(text.parse().map(Typed::Mobile));
    typed.extend(DocumentKind::ALL.iter().filter_map(|kind| Document::parse(*kind, text).ok()).map(Typed::Document));
    typed.extend(plain.parse().map(Typed::Ticket));
    typed.extend(text.parse().map(Typed::Username));
    typed.extend(text.parse().map(Typed::Name));
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<&'static str> {
        let mut kinds: Vec<Kind> = recognise(text).iter().map(Typed::kind).collect();
        kinds.dedup();
        let word = |kind: Kind| match kind {
            Kind::Account => "account",
            Kind::Order => "order",
            Kind::Ticket => "ticket",
            Kind::Document => "document",
            Kind::Mobile => "mobile",
            Kind::Email => "email",
            Kind::Username => "username",
            Kind::Name => "name",
        };
        kinds.into_iter().map(word).collect()
    }

    #[test]
    fn what_was_typed_says_by_itself_what_it_is() {
        for (text, expected) in [
            ("F19FBD2E27FB40F1A52394A92A48FE22", &["account"][..]),
            (" f19fbd2e 27fb40f1 a52394a9 2a48fe22", &["account"]),
            ("zhang.wei@example.edu", &["email"]),
            ("王芳", &["name"]),
            ("阿卜杜热西提•买买提依明", &["name"]),
            ("𠮷田", &["name"]),
            ("张 三", &["name"]),
            ("", &[]),
            ("？？", &[]),
        ] {
            assert_eq!(kinds(text), expected, "{text:?}");
        }
        // What fits several is looked for as each.
        for (text, expected) in [
            ("S7K4-2M9Q", &["order", "document"][..]),
            (" s7k4-2m9q ", &["order"]),
            ("138 1234 5678", &["mobile", "document", "ticket"]),
            ("11010519491231002X", &["document", "ticket"]),
            ("+86 138-1234-5678", &["mobile"]),
            ("VCJ85CVQ", &["order", "ticket"]),
            ("WANGFANG", &["ticket", "username", "name"]),
            ("zhangwei88", &["ticket", "username"]),
            ("“Ｓ７Ｋ４－２Ｍ９Ｑ”。", &["order"]),
            ("\u{202d}S7K4–2M9Q\u{202c}", &["order"]),
            ("ＶＣＪ８５ＣＶＱ", &["order", "ticket"]),
            ("（f19fbd2e—27fb40f1a52394a92a48fe22）", &["account"]),
        ] {
            let found = kinds(text);
            assert!(expected.iter().all(|kind| found.contains(kind)), "{text:?}: {found:?}");
        }
        assert_eq!(kinds(&"王".repeat(255)), Vec::<&str>::new());
    }

    #[test]
    fn a_name_is_found_however_its_dots_and_blanks_are_written() {
        let key = |text: &str| match recognise(text).pop() {
            Some(Typed::Name(name)) => name.key(),
            other => panic!("{text:?}: {other:?}"),
        };
        assert_eq!(key("张三·李四"), key("张三•李 四"));
        assert_eq!(key("Mary Ann O'Neil"), key("MARY ANN O’NEIL"));
    }

    #[test]
    fn what_is_written_down_of_a_search_names_nobody() {
        let said = |text: &str| recognise(text).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        for (text, expected) in [
            ("王芳", "name 王*"),
            ("zhang.wei@example.edu", "email zh***@example.edu"),
            ("S7K4-2M9Q", "order S***Q"),
            ("13812345678", "mobile 138****5678, document 1"),
        ] {
            assert!(said(text).starts_with(expected), "{text:?}: {}", said(text));
        }
        assert!(!said("11010519491231002X").contains("19491231"));
    }
}
