//! The banks whose own pages a payer can be led to at once, by the short names that the gateway knows (`issInsCode`,
//! 平台接入接口规范 第5部分 附录, 银行名称-简码对照表). A merchant needs a right of its own for this (网银前置).

use crate::pay::bank::{Bank, BankKind};

/// Each with its short name.
const KNOWN: [(&str, BankKind, &str); 15] = [
    ("icbc", BankKind::Large, "ICBC"),
    ("abc", BankKind::Large, "ABC"),
    ("boc", BankKind::Large, "BOC"),
    ("ccb", BankKind::Large, "CCB"),
    ("comm", BankKind::Large, "COMM"),
    ("psbc", BankKind::Large, "PSBC"),
    ("cmb", BankKind::National, "CMB"),
    ("citic", BankKind::National, "CITIC"),
    ("ceb", BankKind::National, "CEB"),
    ("cmbc", BankKind::National, "CMBC"),
    ("spdb", BankKind::National, "SPDB"),
    ("cib", BankKind::National, "CIB"),
    ("hxb", BankKind::National, "HXB"),
    ("gdb", BankKind::National, "GDB"),
    ("pab", BankKind::National, "PAB"),
];

/// The banks of a merchant, and the short name of each.
#[derive(Debug, Clone)]
pub(super) struct Banks {
    pub(super) all: Vec<Bank>,
    codes: Vec<String>,
}

impl Banks {
    /// All that are known.
    pub(super) fn known() -> Self {
        let all = KNOWN.iter().map(|(word, kind, _)| Bank { word, kind: *kind }).collect();
        Self { all, codes: KNOWN.iter().map(|(.., code)| (*code).to_owned()).collect() }
    }

    /// `icbc,abc,comm=BCOM`: these, in the order of the known ones, with the short name that stands there; `none` is none.
    /// Otherwise what cannot be read.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut wanted = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "none") {
            let (word, code) = part.split_once('=').map_or((part, None), |(word, code)| (word, Some(code)));
            let place = KNOWN.iter().position(|(known, ..)| *known == word).ok_or_else(|| part.to_owned())?;
            let is_code =
                |code: &str| (2..=11).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
            if code.is_some_and(|code| !is_code(code)) || wanted.iter().any(|(known, _)| *known == place) {
                return Err(part.to_owned());
            }
            wanted.push((place, code.unwrap_or(KNOWN[place].2).to_owned()));
        }
        wanted.sort();
        let all = wanted.iter().map(|(place, _)| Bank { word: KNOWN[*place].0, kind: KNOWN[*place].1 }).collect();
        Ok(Self { all, codes: wanted.into_iter().map(|(_, code)| code).collect() })
    }

    /// The short name of the bank with this word.
    pub(super) fn code(&self, word: &str) -> Option<&str> {
        let place = self.all.iter().position(|bank| bank.word == word)?;
        self.codes.get(place).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merchant_names_its_banks() {
        let banks = Banks::read("comm=BCOM, icbc").unwrap();
        assert_eq!(banks.all.iter().map(|bank| bank.word).collect::<Vec<_>>(), ["icbc", "comm"]);
        assert_eq!((banks.code("comm"), banks.code("icbc"), banks.code("abc")), (Some("BCOM"), Some("ICBC"), None));
        assert!(Banks::read("none").unwrap().all.is_empty());
        assert_eq!(Banks::known().all.len(), KNOWN.len());
        for wrong in ["icbc,mybank", "icbc=", "icbc=A&B=1", "icbc,icbc"] {
            assert!(Banks::read(wrong).is_err(), "{wrong}");
        }
    }
}
