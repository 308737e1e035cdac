//! The accounts from which somebody chooses one's own.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::people::accounts::Account;

use crate::words::account::who;

/// The accounts, masked: who proved to have the mobile need not know all of each other.
pub(crate) fn choices(w: Words, found: &[Account], error: Option<&str>) -> Markup {
    html! {
        fieldset class="field" data-error[error.is_some()] {
            legend { (w.t("which-legend")) }
            @if let Some(error) = error { p class="error" id="account-error" { (error) } }
            @for (place, account) in found.iter().enumerate() {
                @let id = format!("account-{place}");
                label class="tick" for=(id) {
                    input type="radio" id=(id) name="account" value=(account.id.0) required checked[place == 0 && error.is_none()];
                    span { (who(w, account)) }
                }
            }
        }
    }
}
