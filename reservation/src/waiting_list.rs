//! Waiting lists as plain values: how an exam's are set, and where one wait stands. A waiting list is for seats that come
//! back after a sitting was full; the waiting room, which is another thing, is for the rush before.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::ids::{CandidateId, Generation, SittingNumber};

/// Most waits of one pool; the next one is refused.
pub const WAITS_MAX: usize = 1_000_000;
/// Most offers that an exam may let a candidate miss.
pub const LAPSES_MAX: u32 = 100;

/// What there is one list for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListPer {
    /// Each sitting has its list.
    Sitting,
    /// Each group has one: whoever waits on it takes a seat in any of its sittings.
    Group,
}

impl ListPer {
    /// The word in the ledger and in exam files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sitting => "sitting",
            Self::Group => "group",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Sitting, Self::Group].into_iter().find(|per| per.as_str() == word)
    }

    /// The number of the list that a sitting of this number and group belongs to.
    pub fn list_of(self, sitting: SittingNumber, group: SittingNumber) -> SittingNumber {
        match self {
            Self::Sitting => sitting,
            Self::Group => group,
        }
    }
}

/// To whom a seat goes that comes back while somebody waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Returns {
    /// To the list, at the very moment: nobody else can take it.
    ListFirst,
    /// To whoever is quickest, those on the list among them.
    Everybody,
}

impl Returns {
    /// The word in the ledger and in exam files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ListFirst => "list_first",
            Self::Everybody => "everybody",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::ListFirst, Self::Everybody].into_iter().find(|returns| returns.as_str() == word)
    }
}

/// How an exam's waiting lists are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingListSettings {
    /// What there is one list for.
    pub per: ListPer,
    /// How long an offered seat is held, as shown; the exam's grace comes on top.
    pub offer: SignedDuration,
    /// To whom a seat goes that comes back.
    pub returns: Returns,
    /// Who let so many offers pass, or gave them back, is off the list for good.
    pub lapses_max: u32,
}

/// Where a wait stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaitState {
    /// The candidate waits in the line.
    Waiting,
    /// A seat is held for the candidate.
    Offered,
    /// The candidate is off the list: left it, gave an offer back, or let too many pass.
    Left,
    /// The candidate has a seat of the group: paid for an offer, or took another one.
    Seated,
}

impl WaitState {
    /// The word in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Offered => "offered",
            Self::Left => "left",
            Self::Seated => "seated",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Offered, Self::Left, Self::Seated].into_iter().find(|state| state.as_str() == word)
    }

    /// The letter in Redis and its events.
    pub fn letter(self) -> char {
        match self {
            Self::Waiting => 'w',
            Self::Offered => 'o',
            Self::Left => 'l',
            Self::Seated => 's',
        }
    }

    /// Reads [`Self::letter`] back.
    pub fn of_letter(letter: char) -> Option<Self> {
        [Self::Waiting, Self::Offered, Self::Left, Self::Seated].into_iter().find(|state| state.letter() == letter)
    }
}

/// One candidate's wait in one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The state in which the wait stands.
    pub state: WaitState,
    /// The number of the list: of its sitting or its group.
    pub list: SittingNumber,
    /// The order in the list: lower ones come first. It only grows, whatever happens to Redis.
    pub number: i64,
    /// Offers that were let pass or given back.
    pub lapses: u32,
    /// The offer that is there: the generation and the sitting of its hold; absent in other states.
    pub offer: Option<(Generation, SittingNumber)>,
}

impl Wait {
    /// Reads `<list> <number> <lapses> <generation> <sitting>`, what Redis and its events say after state and field.
    pub fn parse(state: WaitState, text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let list = SittingNumber(words.next()?.parse().ok()?);
        let (number, lapses) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let (generation, sitting): (i64, i32) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let offer = (generation > 0).then_some((Generation(generation), SittingNumber(sitting)));
        words.next().is_none().then_some(Self { state, list, number, lapses, offer })
    }

    /// What [`Self::parse`] reads.
    pub fn text(&self) -> String {
        let (generation, sitting) = self.offer.map_or((0, 0), |(generation, sitting)| (generation.0, sitting.0));
        format!("{} {} {} {generation} {sitting}", self.list, self.number, self.lapses)
    }

    /// The member of the line in Redis that this wait is, for its field `candidate:group`.
    pub fn in_line(&self, field: &str) -> String {
        format!("{:010} {:016} {field}", self.list.0, self.number)
    }
}

/// A candidate's wait, with the group that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitOf {
    /// The candidate who waits.
    pub candidate: CandidateId,
    /// The group's number.
    pub group: SittingNumber,
    /// The wait itself.
    pub wait: Wait,
}

impl WaitOf {
    /// Reads a line of an event: `<letter> <candidate>:<group> <list> <number> <lapses> <generation> <sitting>`.
    pub fn parse(line: &str) -> Option<Self> {
        let (letter, rest) = line.split_once(' ')?;
        let (field, rest) = rest.split_once(' ')?;
        let mut letters = letter.chars();
        let (state, None) = (WaitState::of_letter(letters.next()?)?, letters.next()) else { return None };
        Self::of_field(field, Wait::parse(state, rest)?)
    }

    /// Reads a record as Redis keeps it: `candidate:group` and `<letter><list> <number> …`.
    pub fn of_record(field: &str, value: &str) -> Option<Self> {
        let letter = value.chars().next()?;
        Self::of_field(field, Wait::parse(WaitState::of_letter(letter)?, value.get(1..)?)?)
    }

    fn of_field(field: &str, wait: Wait) -> Option<Self> {
        let (candidate, group) = field.split_once(':')?;
        Some(Self { candidate: candidate.parse().ok()?, group: SittingNumber(group.parse().ok()?), wait })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_read_back() {
        let of = WaitOf::parse("o c-1:2 3 4294967297 1 4294967299 5").unwrap();
        assert_eq!((of.candidate.as_str(), of.group), ("c-1", SittingNumber(2)));
        assert_eq!(of.wait.offer, Some((Generation(4_294_967_299), SittingNumber(5))));
        assert_eq!(WaitOf::of_record("c-1:2", &format!("o{}", of.wait.text())), Some(of.clone()));
        assert_eq!(of.wait.in_line("c-1:2"), "0000000003 0000004294967297 c-1:2");
        assert_eq!(WaitOf::parse("w c:1 1 7 0 0 0").unwrap().wait.offer, None);
        for bad in [
            "",
            "w",
            "w c:1",
            "q c:1 1 7 0 0 0",
            "w c 1 7 0 0 0",
            "w c:1 1 7 0 0",
            "w c:1 1 7 0 0 0 0",
            "ww c:1 1 7 0 0 0",
        ] {
            assert_eq!(WaitOf::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn every_word_reads_back() {
        for state in [WaitState::Waiting, WaitState::Offered, WaitState::Left, WaitState::Seated] {
            assert_eq!(WaitState::parse(state.as_str()), Some(state));
            assert_eq!(WaitState::of_letter(state.letter()), Some(state));
        }
        for (per, returns) in [(ListPer::Sitting, Returns::ListFirst), (ListPer::Group, Returns::Everybody)] {
            assert_eq!((ListPer::parse(per.as_str()), Returns::parse(returns.as_str())), (Some(per), Some(returns)));
        }
    }
}
