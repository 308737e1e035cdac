//! The banks that a payer chooses from, each a button that confirms: with it one goes on.

use maud::{Markup, html};
use pagekit::words::{Words, key};
use registration::model::fen::Fen;
use registration::payments::{Bank, BankKind};

use crate::view::icons::{Icon, icon};
use crate::words::pay::bank;

/// The large ones first; and last the platform's own page, which knows every other one.
pub(super) fn list(w: Words, banks: &[Bank], amount: Fen) -> Markup {
    html! {
        section class="stack" aria-labelledby="banks-title" {
            h2 id="banks-title" { (w.t("banks-title")) }
            p class="hint" { (w.with("banks-hint", &[("amount", amount.to_string().into())])) }
            @for (kind, title) in [(BankKind::Large, key("banks-large")), (BankKind::National, key("banks-national"))] {
                @let these = banks.iter().filter(|bank| bank.kind == kind).collect::<Vec<_>>();
                @if !these.is_empty() {
                    h3 id=(title) { (w.t(title)) }
                    ul class="bank-list" aria-labelledby=(title) {
                        @for one in these {
                            li { button class="channel" type="submit" name="bank" value=(one.word) { (bank(w, one.word)) } }
                        }
                    }
                }
            }
            button class="channel" type="submit" name="bank" value="" {
                span class="channel-name" { (w.t("bank-other")) }
                span class="channel-how" { (w.t("bank-other-how")) }
                (icon(Icon::Chevron))
            }
        }
    }
}
