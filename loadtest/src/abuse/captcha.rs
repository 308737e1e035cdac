//! How a captcha of a page is answered: by a program that reads the picture, or by the sums that a browser's script does.

use std::sync::Arc;

use aws_lc_rs::digest;

use super::browser::Browser;
use super::findings::Tally;
use super::solver;

/// Most bits of a sum that are worked at: more is beyond anybody.
const BITS_MAX: u32 = 22;
/// Most sums of one captcha.
const SUMS_MAX: usize = 64;

/// What is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Means {
    /// A program that reads pictures, where there is one; else sums.
    Reader,
    /// Sums, as a page's script does them.
    Sums,
}

/// A form's three fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Answered {
    pub(super) token: String,
    pub(super) text: String,
    pub(super) sums: String,
    /// Zero bits of its sums; 0 without a captcha.
    pub(super) bits: u32,
}

impl Answered {
    /// Of the form's fields with these beside them.
    pub(super) fn beside<'a>(&'a self, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let own = [("captcha_token", &*self.token), ("captcha", &*self.text), ("captcha_sums", &*self.sums)];
        fields.iter().copied().chain(own.into_iter().filter(|_| self.bits > 0)).collect()
    }
}

/// Does the page say that its captcha was not answered well?
pub(super) fn is_refused(page: &str) -> bool {
    page.contains(r#"id="captcha-error""#)
}

/// Answers the captcha of a page; without one there is nothing to answer.
pub(super) async fn answer(browser: &mut Browser, page: &str, means: Means, tally: &Arc<Tally>) -> Answered {
    let Some(token) = after(page, r#"name="captcha_token" value=""#) else { return Answered::default() };
    let number = |name| after(page, name).and_then(|text| text.parse::<u32>().ok());
    let (bits, sums) = (number(r#"data-bits=""#).unwrap_or(13), number(r#"data-sums=""#).unwrap_or(16));
    tally.captcha(bits);
    let is_picture = page.contains(r#"src="/captcha/"#);
    if means == Means::Reader && is_picture {
        let picture = browser.get(&format!("/captcha/{token}")).await;
        let read = tokio::task::spawn_blocking(move || picture.and_then(|seen| solver::read(&seen.bytes))).await;
        let text = read.ok().flatten().unwrap_or_default();
        return Answered { token, text, sums: String::new(), bits };
    }
    let count = usize::try_from(sums).unwrap_or(SUMS_MAX).min(SUMS_MAX);
    let text = token.clone();
    let found = tokio::task::spawn_blocking(move || sums_of(&text, count, bits.min(BITS_MAX))).await;
    Answered { token, text: String::new(), sums: found.unwrap_or_default(), bits }
}

/// Numbers whose SHA-256 behind the token and their place begins with so many zero bits, with dots between.
fn sums_of(token: &str, count: usize, bits: u32) -> String {
    let is_right = |place: usize, number: u64| {
        let hash = digest::digest(&digest::SHA256, format!("{token}:{place}:{number}").as_bytes());
        let first = hash.as_ref().first_chunk().map_or(u32::MAX, |bytes| u32::from_be_bytes(*bytes));
        first.leading_zeros() >= bits
    };
    let sums = (0..count).map(|place| (0_u64..).find(|number| is_right(place, *number)).unwrap_or_default());
    sums.map(|number| number.to_string()).collect::<Vec<_>>().join(".")
}

/// What stands behind a mark, up to the next quote.
fn after(page: &str, mark: &str) -> Option<String> {
    Some(page.split_once(mark)?.1.split_once('"')?.0.to_owned())
}
