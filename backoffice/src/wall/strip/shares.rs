//! By which networks the seats went: the share of the one that has most, and of the ten. A campus or a carrier behind one address is
//! a large one, and honest; so it is told without judging.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::wall::shares::Shares;

use crate::wall::numbers::count;

/// Of so few networks the ten largest would be all of them.
const FEW_MAX: i64 = 10;

/// How many of a thousand: 1,000 only where it is all, 0 only where it is none.
fn thousandths(part: i64, all: i64) -> i64 {
    match (part, all) {
        (_, ..=0) | (..=0, _) => 0,
        (part, all) if part >= all => 1_000,
        (part, all) => (part.saturating_mul(1_000) / all).clamp(1, 999),
    }
}

/// `4.1`, of a hundred; `100` where it is all.
pub(in crate::wall) fn share(part: i64, all: i64) -> String {
    match thousandths(part, all) {
        1_000 => "100".to_owned(),
        share => format!("{}.{}", share / 10, share % 10),
    }
}

/// What a share of seats looks like: the largest network, the nine after it, all others.
fn bar(shares: &Shares) -> Markup {
    let (largest, ten) = (thousandths(shares.largest, shares.seats), thousandths(shares.ten_largest, shares.seats));
    html! {
        svg class="plot" aria-hidden="true" viewBox="0 0 1000 10" preserveAspectRatio="none" width="100%" {
            rect class="ten" width=(ten) height="10" {}
            rect class="largest" width=(largest) height="10" {}
        }
    }
}

/// The sentence and its bar; nothing where nothing is known, and of too few seats nothing.
pub(in crate::wall) fn shares(w: Words, shares: Option<&Shares>) -> Markup {
    let Some(shares) = shares.filter(|shares| shares.is_told()) else { return html! {} };
    let of_all = |part: i64| share(part, shares.seats);
    let [networks, others] = [shares.networks, shares.others].map(count);
    let (largest, ten) = (of_all(shares.largest), of_all(shares.ten_largest));
    let said = match shares.networks {
        ..=1 => w.t("wall-shares-one"),
        2..=FEW_MAX => w.with("wall-shares-few", &[("networks", networks.into()), ("largest", largest.into())]),
        _ => w.with("wall-shares", &[("networks", networks.into()), ("largest", largest.into()), ("ten", ten.into())]),
    };
    html! {
        section class="sittings shares" {
            h2 { (said) }
            (bar(shares))
            p class="hint" {
                (w.t("wall-shares-hint"))
                @if shares.others > 0 { " " (w.with("wall-shares-others", &[("count", others.into())])) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pagekit::language::Language;

    use super::*;
    use crate::request::catalogue::words;

    fn drawn(language: Language, networks: i64, seats: i64) -> String {
        let (largest, ten_largest) = (seats / 125, seats * 41 / 1_000);
        let known = Shares { networks, seats, largest, ten_largest, others: 0 };
        shares(words(language), Some(&known)).into_string()
    }

    #[test]
    fn shares_are_told_in_both_languages() {
        let zh = drawn(Language::Zh, 1_842, 20_000);
        assert!(zh.contains("座位分到 1,842 个网段：最大的一个占 0.8 %，前十个共 4.1 %"), "{zh}");
        let en = drawn(Language::En, 1_842, 20_000);
        assert!(en.contains("Seats went to 1,842 networks: the largest has 0.8 %, the ten largest 4.1 %"), "{en}");
        assert!(zh.contains(r#"class="largest" width="8""#) && zh.contains(r#"class="ten" width="41""#), "{zh}");
        let few = drawn(Language::Zh, 10, 20_000);
        assert!(few.contains("座位分到 10 个网段：最大的一个占 0.8 %") && !few.contains("前十个"), "{few}");
        assert!(drawn(Language::Zh, 1, 20_000).contains("座位都分到同一个网段"));
    }

    #[test]
    fn of_fewer_than_a_hundred_seats_nothing_is_told() {
        assert_eq!(drawn(Language::Zh, 40, 99), "");
        assert!(drawn(Language::Zh, 40, 100).contains("<h2>"));
        assert_eq!(shares(words(Language::Zh), None).into_string(), "");
    }

    #[test]
    fn seats_of_networks_that_were_not_told_apart_are_said() {
        let known = Shares { networks: 100_000, seats: 200_000, largest: 9, ten_largest: 60, others: 1_234 };
        for (language, said) in [(Language::Zh, "另有 1,234 个座位"), (Language::En, "1,234 more seats")] {
            let text = shares(words(language), Some(&known)).into_string();
            assert!(text.contains(said), "{text}");
        }
    }

    #[test]
    fn all_is_a_hundred_and_nothing_else_is() {
        assert_eq!(
            [share(0, 0), share(0, 9), share(1, 9_999), share(9_998, 9_999), share(9, 9)],
            ["0.0", "0.0", "0.1", "99.9", "100"]
        );
    }
}
