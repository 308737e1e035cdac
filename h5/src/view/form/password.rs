//! Fields for passwords, and what is wrong with one.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::model::exam_rules::PasswordRules;
use registration::people::accounts::Account;
use registration::secrets::passwords::{KnownNames, Password, PasswordError};

use crate::view::form::{Field, FieldError, field, of};

/// What is wrong with a new password.
pub(crate) fn password_error(w: Words, error: PasswordError) -> FieldError {
    let text = match error {
        PasswordError::Length { min, max } => {
            w.with("field-password-length", &[("min", min.into()), ("max", max.into())])
        }
        PasswordError::Common => w.t("field-password-common"),
        PasswordError::Own => w.t("field-password-own"),
        PasswordError::Site => w.t("field-password-site"),
        PasswordError::Kinds { .. } => w.t("field-password-kinds"),
        PasswordError::Character => w.t("field-password-character"),
    };
    FieldError { field: "password".into(), text: text.into_owned() }
}

/// The hint below a new password.
pub(crate) fn password_hint(w: Words, password: PasswordRules) -> String {
    let places = [("min", password.chars_min.into())];
    let hint = if password.kinds_min > 1 {
        w.with("field-password-hint-kinds", &places)
    } else {
        w.with("field-password-hint", &places)
    };
    hint.into_owned()
}

/// Most characters of a password field: the longest rule, and room to be told that it is too long.
pub(crate) const PASSWORD_CHARS_MAX: u16 = 80;

/// A new password of this account's owner, at a site whose names these are.
pub(crate) fn password_of(
    account: &Account,
    site: &[KnownNames],
    rules: PasswordRules,
    password: &str,
) -> Result<Password, PasswordError> {
    Password::of_candidate(password, &rules)?.unlike(&account.own_words())?.unlike_site(site)
}

/// What is wrong with a password that was typed twice; `checked` is what became of it by its rules.
pub(crate) fn wrong_password(
    w: Words,
    checked: Result<&Password, PasswordError>,
    (password, again): (&str, &str),
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    errors.extend(checked.err().map(|error| password_error(w, error)));
    errors.extend((password != again).then(|| of("again", w.t("field-again-error"))));
    errors
}

/// The new password, twice.
pub(crate) fn new_password_fields(w: Words, rules: PasswordRules, errors: &[FieldError]) -> Markup {
    html! {
        (field(w, &Field {
            name: "password", kind: "password", label: &w.t("field-new-password"), hint: &password_hint(w, rules),
            autocomplete: "new-password", length_max: PASSWORD_CHARS_MAX, ..Field::default()
        }, errors))
        (field(w, &Field {
            name: "again", kind: "password", label: &w.t("field-again"), autocomplete: "new-password",
            length_max: PASSWORD_CHARS_MAX, ..Field::default()
        }, errors))
    }
}

/// The password that one has now.
pub(crate) fn own_password(w: Words, name: &'static str, errors: &[FieldError]) -> Markup {
    field(
        w,
        &Field {
            name,
            kind: "password",
            label: &w.t("field-own-password"),
            autocomplete: "current-password",
            length_max: PASSWORD_CHARS_MAX,
            ..Field::default()
        },
        errors,
    )
}
