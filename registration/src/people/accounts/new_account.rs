//! What a new account is made of: a form checked by the rules of the exam that the visitor came from.

use std::fmt;

use reservation::ids::ExamId;

use crate::model::document::{Document, DocumentError, DocumentKind};
use crate::model::exam_rules::{AccountRules, LoginKind, MobileRule};
use crate::model::login::{Email, EmailError, LoginName, Username, UsernameError};
use crate::model::person::{Mobile, MobileError, NameError, PersonName};
use crate::secrets::passwords::{KnownNames, Password, PasswordError};

/// What was typed into the sign-up form, as it came. `Debug` shows none of it.
#[derive(Clone, Copy, Default)]
pub struct SignUpForm<'a> {
    /// The user name; only read where the exam's logins are user names.
    pub username: &'a str,
    /// The e-mail address; only read where the exam's logins are addresses.
    pub email: &'a str,
    /// The name as on the document; empty with an empty number where the login is neither.
    pub name: &'a str,
    /// Which document; empty means a resident ID.
    pub kind: &'a str,
    /// The document's number, with whatever people write between its digits.
    pub document: &'a str,
    /// The mobile number; not read where the exam asks for none.
    pub mobile: &'a str,
    /// The code that was sent to it.
    pub code: &'a str,
    /// The password as typed: blanks count.
    pub password: &'a str,
    /// Was the agreement ticked?
    pub has_agreed: bool,
    /// Was it said that other accounts may have the same mobile?
    pub shares_mobile: bool,
    /// Names of the site, its exams and their schools, of which no password is made.
    pub site_names: &'a [KnownNames],
}

impl fmt::Debug for SignUpForm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignUpForm").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What a new account is made of, every part checked.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// By which of these one signs in.
    pub login: LoginKind,
    /// The user name, where it is the login.
    pub username: Option<Username>,
    /// The e-mail address, where it is the login.
    pub email: Option<Email>,
    /// The name as on the document.
    pub name: Option<PersonName>,
    /// The document, where one was declared.
    pub document: Option<Document>,
    /// The mobile number, where one was given.
    pub mobile: Option<Mobile>,
    /// The password, which fits the exam's rules. Only its hash is kept.
    pub password: Password,
    /// May other accounts have the same mobile?
    pub shares_mobile: bool,
    /// The exam that they come from, for the link of a letter to lead back to.
    pub exam: Option<ExamId>,
}

/// What is wrong with one field of the sign-up form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// The user name is of another form, or too short.
    #[error(transparent)]
    Username(#[from] UsernameError),
    /// The e-mail address is none.
    #[error(transparent)]
    Email(#[from] EmailError),
    /// The name is missing, or has signs that stand in no name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The document number is none of its kind.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The mobile number gets no messages.
    #[error(transparent)]
    Mobile(#[from] MobileError),
    /// The code was left out.
    #[error("the code that was sent to the mobile is missing")]
    Code,
    /// The password does not fit the exam's rules.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The agreement was not ticked.
    #[error("the agreement must be ticked")]
    Agreement,
}

impl NewAccount {
    /// An account with a resident ID for its login, by the site's usual rules: says all that is wrong with it at once.
    pub fn parse(name: &str, document: &str, mobile: &str, password: &str) -> Result<Self, Vec<FieldError>> {
        let form = SignUpForm { name, document, mobile, password, ..SignUpForm::default() };
        Self::check(&form, &AccountRules::default(), false)
    }

    /// Checks a whole form, and says all that is wrong with it at once, in the form's order. `proves_mobile`: a code was
    /// sent and must be there.
    pub fn check(form: &SignUpForm<'_>, rules: &AccountRules, proves_mobile: bool) -> Result<Self, Vec<FieldError>> {
        let mut errors = Errors(Vec::new());
        let username = (rules.login == LoginKind::Username).then(|| errors.keep(form.username.parse()));
        let email = (rules.login == LoginKind::Email).then(|| errors.keep(form.email.parse()));
        let must_declare = rules.login == LoginKind::Document;
        let declares = must_declare || [form.name, form.document].iter().any(|text| !text.trim().is_empty());
        let name = declares.then(|| errors.keep(form.name.parse()));
        let kind = form.kind.parse().unwrap_or(DocumentKind::ResidentId);
        let document = declares.then(|| errors.keep(Document::parse(kind, form.document)));
        let has_mobile = match rules.mobile {
            MobileRule::No => false,
            MobileRule::Optional => !form.mobile.trim().is_empty(),
            MobileRule::Code => true,
        };
        let mobile = has_mobile.then(|| errors.keep(form.mobile.parse()));
        if has_mobile && proves_mobile && form.code.trim().is_empty() {
            errors.0.push(FieldError::Code);
        }
        let own = [form.username, form.email, form.name, form.document, form.mobile].map(str::to_owned);
        let password = Password::of_candidate(form.password, &rules.password).and_then(|one| one.unlike(&own));
        let password = errors.keep(password.and_then(|one| one.unlike_site(form.site_names)));
        if rules.agreement && !form.has_agreed {
            errors.0.push(FieldError::Agreement);
        }
        match password {
            Some(password) if errors.0.is_empty() => Ok(Self {
                login: rules.login,
                username: username.flatten(),
                email: email.flatten(),
                name: name.flatten(),
                document: document.flatten(),
                mobile: mobile.flatten(),
                password,
                shares_mobile: form.shares_mobile,
                exam: None,
            }),
            _ => Err(errors.0),
        }
    }

    /// The name that one signs in by.
    pub(super) fn login_name(&self) -> Option<LoginName> {
        match self.login {
            LoginKind::Username => self.username.clone().map(LoginName::Username),
            LoginKind::Email => self.email.clone().map(LoginName::Email),
            LoginKind::Document => self.document.clone().map(LoginName::Document),
        }
    }
}

/// What is wrong so far.
struct Errors(Vec<FieldError>);

impl Errors {
    fn keep<T, E: Into<FieldError>>(&mut self, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.0.push(error.into())).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::exam_rules::{CaptchaRule, PasswordRules};

    fn rules(login: LoginKind, mobile: MobileRule) -> AccountRules {
        let password = PasswordRules { chars_min: 8, chars_max: 18, kinds_min: 2 };
        AccountRules { login, password, mobile, captcha: CaptchaRule::Suspicion, agreement: true }
    }

    #[test]
    fn c2_a_form_says_all_that_is_wrong_with_it() {
        let errors = NewAccount::parse("", "11010519491231002Y", "1", "12345").unwrap_err();
        let expected = [
            FieldError::Name(NameError::Empty),
            FieldError::Document(DocumentError::Character),
            FieldError::Mobile(MobileError::Form),
            FieldError::Password(PasswordError::Length { min: 6, max: 64 }),
        ];
        assert_eq!(errors, expected);
        assert!(NewAccount::parse("王芳", "11010519491231002x", "13812345678", "secret-1").is_ok());
    }

    #[test]
    fn a1_a_user_name_needs_no_document_and_an_agreement() {
        let rules = rules(LoginKind::Username, MobileRule::No);
        let form = SignUpForm { username: "zhangwei", password: "abcd5678", has_agreed: true, ..Default::default() };
        let new = NewAccount::check(&form, &rules, true).unwrap();
        assert!(new.document.is_none() && new.mobile.is_none() && new.username.is_some());
        let form = SignUpForm { username: "zhang", password: "abcdefgh", ..Default::default() };
        let errors = NewAccount::check(&form, &rules, true).unwrap_err();
        let kinds = FieldError::Password(PasswordError::Kinds { min: 2 });
        assert_eq!(errors, [FieldError::Username(UsernameError), kinds, FieldError::Agreement]);
    }

    #[test]
    fn b1_an_address_may_come_with_a_document_of_any_kind() {
        let rules = rules(LoginKind::Email, MobileRule::Optional);
        let password = "abcd5678";
        let form = SignUpForm { email: "li@example.com", password, has_agreed: true, ..Default::default() };
        assert!(NewAccount::check(&form, &rules, true).is_ok());
        let form = SignUpForm { name: "张三·李四", kind: "taiwan_permit", document: "12345678", ..form };
        let new = NewAccount::check(&form, &rules, true).unwrap();
        assert_eq!(new.document.unwrap().kind(), DocumentKind::TaiwanPermit);
        let half = SignUpForm { name: "", ..form };
        assert_eq!(NewAccount::check(&half, &rules, true).unwrap_err(), [FieldError::Name(NameError::Empty)]);
    }

    #[test]
    fn c2_a_mobile_that_is_proved_needs_its_code() {
        let rules = AccountRules { agreement: false, ..rules(LoginKind::Document, MobileRule::Code) };
        let (name, document, mobile) = ("王芳", "11010519491231002x", "13812345678");
        let form = SignUpForm { name, document, mobile, password: "abcd5678", ..Default::default() };
        assert_eq!(NewAccount::check(&form, &rules, true).unwrap_err(), [FieldError::Code]);
        assert!(NewAccount::check(&SignUpForm { code: "123456", ..form }, &rules, true).is_ok());
        assert!(NewAccount::check(&form, &rules, false).is_ok(), "a site without SMS takes the number as it is");
    }

    #[test]
    fn debug_output_names_nobody() {
        let new = NewAccount::parse("王芳", "11010519491231002x", "13812345678", "secret-1").unwrap();
        let shown = format!("{new:?}");
        for hidden in ["王芳", "19491231", "13812345678", "secret"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }
}
