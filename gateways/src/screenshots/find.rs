//! From lines of text to what an order says. Pure: knows no picture and no reader.

use super::labels::{
    GOODS, MADE_TIMES, MERCHANT_NUMBERS, ORDER_NUMBERS, OTHER_AMOUNTS, PAID_AMOUNTS, PAID_TIMES, PAYEES, behind,
    is_han, is_labelled,
};
use super::line::{Line, plain};
use super::time::{self, ShownTime};
use super::{amount, number};

/// Most lines that are looked at, and most characters of one: a picture of noise has thousands.
const LINES_MAX: usize = 400;
const CHARACTERS_MAX: usize = 200;
/// Longest name of a payee.
const PAYEE_CHARACTERS_MAX: usize = 60;

/// What an order picture says; `None` where nothing was found. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct OrderText {
    /// The transaction's number at the app or the bank.
    pub order_number: Option<String>,
    /// The number that the one who was paid gave it.
    pub merchant_number: Option<String>,
    /// What was paid, in fen.
    pub amount_fen: Option<i64>,
    /// Who was paid.
    pub payee: Option<String>,
    /// When it was paid, else when the order was made.
    pub paid_at: Option<ShownTime>,
}

impl std::fmt::Debug for OrderText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OrderText({} of 5 found)", self.count())
    }
}

impl OrderText {
    /// Was nothing found?
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// Is everything there that staff compare?
    pub fn is_whole(&self) -> bool {
        self.order_number.is_some() && self.amount_fen.is_some() && self.payee.is_some() && self.paid_at.is_some()
    }

    fn count(&self) -> usize {
        let found = [
            self.order_number.is_some(),
            self.merchant_number.is_some(),
            self.amount_fen.is_some(),
            self.payee.is_some(),
            self.paid_at.is_some(),
        ];
        found.into_iter().filter(|is_there| *is_there).count()
    }
}

/// A line as it is compared.
struct Said<'a> {
    text: String,
    line: &'a Line,
}

/// Finds what an order says in its lines, from above.
pub fn find(lines: &[Line]) -> OrderText {
    let said: Vec<Said<'_>> = lines.iter().take(LINES_MAX).map(said).collect();
    let merchant_number = merchant_number(&said);
    let order_number = order_number(&said).filter(|number| Some(number) != merchant_number.as_ref());
    OrderText {
        order_number,
        merchant_number,
        amount_fen: amount_fen(&said),
        payee: payee(&said),
        paid_at: paid_at(&said),
    }
}

fn said(line: &Line) -> Said<'_> {
    let text: String = plain(&line.text).trim().chars().take(CHARACTERS_MAX).collect();
    Said { text, line }
}

/// The values of these labels with the place of the line that they stand on: those of labels that are read right first, and
/// among them in the order of the list. A value may stand below its label.
fn values<'a>(said: &'a [Said<'_>], labels: &'a [&'a str]) -> impl Iterator<Item = (usize, &'a str)> {
    let with = move |is_exact: bool| {
        labels.iter().flat_map(move |label| {
            said.iter().enumerate().filter_map(move |(place, one)| {
                let value = behind(&one.text, std::slice::from_ref(label), is_exact)?;
                if !value.is_empty() {
                    return Some((place, value));
                }
                let below = said.get(place + 1).filter(|below| !is_labelled(&below.text))?;
                Some((place + 1, below.text.as_str()))
            })
        })
    };
    with(true).chain(with(false))
}

fn order_number(said: &[Said<'_>]) -> Option<String> {
    let is_merchants = |one: &&Said<'_>| behind(&one.text, MERCHANT_NUMBERS, false).is_none();
    let by_shape = said.iter().filter(is_merchants).find_map(|one| number::of_vendor(&one.text));
    by_shape.or_else(|| number_of(said, ORDER_NUMBERS))
}

fn merchant_number(said: &[Said<'_>]) -> Option<String> {
    number_of(said, MERCHANT_NUMBERS)
}

/// The number behind one of these labels, which may go on in the next line.
fn number_of(said: &[Said<'_>], labels: &[&str]) -> Option<String> {
    values(said, labels).find_map(|(place, value)| {
        let first = number::labelled(value)?;
        let rest = said.get(place + 1).filter(|below| is_beside(said[place].line, below.line));
        let rest = rest.and_then(|below| number::goes_on(&below.text));
        Some(rest.map_or(first.clone(), |rest| number::with_rest(first, &rest)))
    })
}

fn amount_fen(said: &[Said<'_>]) -> Option<i64> {
    let labelled = |labels| values(said, labels).find_map(|(_, value)| amount::leading(value)).map(|amount| amount.fen);
    labelled(PAID_AMOUNTS).or_else(|| within(said)).or_else(|| headline(said)).or_else(|| labelled(OTHER_AMOUNTS))
}

/// `共1件 实付款:¥120.00`: the label in the middle of a line.
fn within(said: &[Said<'_>]) -> Option<i64> {
    let behind_label = |text: &str| {
        let ends = PAID_AMOUNTS.iter().filter_map(|label| text.find(label).map(|at| at + label.len()));
        ends.max().and_then(|end| amount::leading(text[end..].trim_start_matches([':', ' '])))
    };
    said.iter().find_map(|one| behind_label(&one.text)).filter(|amount| amount.is_sure).map(|amount| amount.fen)
}

/// The largest amount that stands alone on its line: every app writes what was paid so.
fn headline(said: &[Said<'_>]) -> Option<i64> {
    let alone = said.iter().filter_map(|one| Some((one.line.height, amount::whole(&one.text)?)));
    let sure = alone.filter(|(_, amount)| amount.is_sure && amount.fen > 0);
    // Of several that are equally high the first: `max_by_key` would give the last.
    sure.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, amount)| amount.fen)
}

fn payee(said: &[Said<'_>]) -> Option<String> {
    let of = |labels| {
        values(said, labels).find_map(|(place, value)| {
            let mut name = name(value)?;
            let below = said.get(place + 1).filter(|below| is_beside(said[place].line, below.line));
            let rest =
                below.filter(|below| number::goes_on(&below.text).is_none() && amount::whole(&below.text).is_none());
            name.extend(rest.into_iter().filter_map(|below| self::name(&below.text)));
            Some(name.chars().take(PAYEE_CHARACTERS_MAX).collect())
        })
    };
    of(PAYEES).or_else(|| of(GOODS))
}

/// A value as a name: without the arrow or button behind it, and with letters in it.
fn name(value: &str) -> Option<String> {
    let value = value.trim_end_matches(['>', '›', '》', '|', ' ', '.']).trim_end_matches("复制");
    let letters = value.chars().filter(|c| is_han(*c) || c.is_alphabetic()).count();
    let tidy: Vec<&str> = value.split_whitespace().collect();
    (letters >= 2).then(|| tidy.join(" "))
}

fn paid_at(said: &[Said<'_>]) -> Option<ShownTime> {
    let labelled = |labels| values(said, labels).find_map(|(_, value)| time::leading(value));
    let anywhere = || said.iter().find_map(|one| time::anywhere(&one.text));
    labelled(PAID_TIMES).or_else(|| labelled(MADE_TIMES)).or_else(anywhere)
}

/// Does what stands below go on what stands above it: in the column of its value, close, and no label?
fn is_beside(above: &Line, below: &Line) -> bool {
    let gap = below.top.saturating_sub(above.top + above.height);
    let is_close = gap * 2 < above.height.max(below.height) * 3;
    is_close && below.left > above.left + above.height * 2 && !is_labelled(&plain(&below.text))
}
