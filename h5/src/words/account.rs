//! Accounts in words.

pub(crate) mod device;

use pagekit::words::Words;
use registration::model::login::{Email, Username};
use registration::people::accounts::Account;

/// Enough of an account to know one's own by.
pub(crate) fn who(w: Words, account: &Account) -> String {
    let name = account.name.as_ref().map(|name| masked(name.expose()));
    let document = account.document.as_ref().map(registration::model::document::Document::masked);
    let login = account.username.as_ref().map(Username::masked).or_else(|| account.email.as_ref().map(Email::masked));
    let parts: Vec<String> = name.into_iter().chain(document.or(login)).collect();
    if parts.is_empty() { w.t("which-unnamed").into_owned() } else { parts.join(" ") }
}

/// `王*`, `古**`: the first character, and a star for each other one, at most two.
fn masked(name: &str) -> String {
    let rest = name.chars().skip(1).take(2).map(|_| '*');
    name.chars().take(1).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_masked() {
        assert_eq!(masked("王芳"), "王*");
        assert_eq!(masked("古丽米热·艾比布力"), "古**");
    }
}
