//! The routes of the real router, and the lines that say who may ask each.

use std::collections::BTreeSet;

use registration::desk::staff::Role;

use super::{HERE, OTHER_SITE, SITE, THERE};

const ROUTES: &str = include_str!("../../../src/routes.rs");
const LINES: &str = include_str!("routes.txt");

/// For what whoever asks works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Works {
    Everywhere,
    ForExam,
    ForOtherExam,
    AtSite,
    AtOtherSite,
}

impl Works {
    pub(super) const ALL: [Self; 5] =
        [Self::Everywhere, Self::ForExam, Self::ForOtherExam, Self::AtSite, Self::AtOtherSite];

    /// The columns of their row.
    pub(super) fn limits(self) -> String {
        let (exam, site) = match self {
            Self::Everywhere => (None, None),
            Self::ForExam => (Some(HERE), None),
            Self::ForOtherExam => (Some(THERE), None),
            Self::AtSite => (None, Some(SITE)),
            Self::AtOtherSite => (None, Some(OTHER_SITE)),
        };
        let column =
            |of: Option<&str>, kind: &str| of.map_or("NULL".to_owned(), |id| format!("ARRAY['{id}']::{kind}[]"));
        format!("of_exams = {}, of_sites = {}", column(exam, "text"), column(site, "uuid"))
    }
}

/// To what something belongs that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Nobody is asked who they are.
    Public,
    /// Their own, of whoever is signed in: another's is hidden.
    Own,
    /// Many things, of which each sees theirs.
    Many,
    /// An exam.
    Exam,
    /// A site.
    Site,
    /// An exam at a site.
    Entrance,
    /// The same, where what is of another site is not there.
    Hidden,
    /// A candidate with something in an exam, who is not there for others.
    Candidate,
    /// All exams, sites and schools together.
    All,
}

impl Of {
    pub(super) fn read(word: &str) -> Self {
        match word {
            "public" => Self::Public,
            "own" => Self::Own,
            "many" => Self::Many,
            "exam" => Self::Exam,
            "site" => Self::Site,
            "entrance" => Self::Entrance,
            "hidden" => Self::Hidden,
            "candidate" => Self::Candidate,
            "all" => Self::All,
            other => panic!("permits/routes.txt: {other}?"),
        }
    }

    /// Is anything told by asking for it so? What belongs to an exam is asked for within and beyond it, and by whoever works
    /// for a site alone; and so on.
    pub(super) fn is_told_by(self, works: Works) -> bool {
        match self {
            Self::Public | Self::Own | Self::Many => works == Works::ForOtherExam,
            Self::Exam | Self::Candidate => matches!(works, Works::ForExam | Works::ForOtherExam | Works::AtSite),
            Self::Site => matches!(works, Works::AtSite | Works::AtOtherSite | Works::ForExam),
            Self::Entrance | Self::Hidden => true,
            Self::All => matches!(works, Works::Everywhere | Works::ForExam | Works::AtSite),
        }
    }

    /// Is it theirs who work so?
    pub(super) fn is_of(self, works: Works) -> bool {
        match self {
            Self::Public | Self::Own | Self::Many => true,
            Self::Exam | Self::Candidate => matches!(works, Works::Everywhere | Works::ForExam),
            Self::Site => matches!(works, Works::Everywhere | Works::AtSite),
            Self::Entrance | Self::Hidden => matches!(works, Works::Everywhere | Works::ForExam | Works::AtSite),
            Self::All => works == Works::Everywhere,
        }
    }
}

/// A route with who may ask it.
pub(super) struct Line {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) of: Of,
    /// A letter a role, as in the head of the file.
    pub(super) who: &'static str,
}

/// The letters of the roles, in their order.
const LETTERS: &str = "grfsioua";

impl Line {
    pub(super) fn all() -> Vec<Self> {
        let line = |text: &'static str| {
            let words: Vec<&'static str> = text.split_whitespace().collect();
            let [method, path, of, who] = words[..] else { panic!("permits/routes.txt: {text}") };
            Self { method, path, of: Of::read(of), who }
        };
        LINES.lines().filter(|text| !text.is_empty() && !text.starts_with('#')).map(line).collect()
    }

    /// May this role ask it, wherever?
    pub(super) fn is_of(&self, role: Role) -> bool {
        let letter = LETTERS.as_bytes()[Role::ALL.iter().position(|one| *one == role).unwrap()] as char;
        self.who == "everybody" || self.who.contains(letter)
    }

    /// May this role ask it who works so?
    pub(super) fn permits(&self, role: Role, works: Works) -> bool {
        self.is_of(role) && self.of.is_of(works)
    }
}

/// The routes of the real router: method and path.
pub(super) fn routes() -> BTreeSet<(&'static str, String)> {
    let mut found = BTreeSet::new();
    for call in ROUTES.split(".route(").skip(1) {
        let mut depth = 1;
        let end = call.find(|sign| {
            depth += i32::from(sign == '(') - i32::from(sign == ')');
            depth == 0
        });
        let call = call[..end.unwrap()].trim_start();
        let quoted = |text: &str| text.split('"').nth(1).unwrap().to_owned();
        let (path, handlers) = match call.strip_prefix("&at(") {
            Some(rest) => (format!("/check-in/{{exam}}/{{sitting}}/{{site}}{}", quoted(rest)), rest),
            None => (quoted(call), call),
        };
        for (method, word) in [("GET", "get("), ("POST", "post(")] {
            let is_word =
                |(at, _): (usize, &str)| !handlers[..at].ends_with(|sign: char| sign.is_alphanumeric() || sign == '_');
            if handlers.match_indices(word).any(is_word) {
                assert!(found.insert((method, path.clone())), "{method} {path} twice");
            }
        }
    }
    found
}
