//! What the site asks of an account where no exam is named, although its exams differ: the strictest of all.

use std::sync::Arc;

use registration::model::document::{Document, DocumentKind};
use registration::model::exam::{Exam, Window};
use registration::model::exam_rules::{AccountRules, CaptchaRule, LoginKind, PasswordRules};
use registration::model::login::Username;
use registration::model::order::Order;
use registration::model::person::Mobile;
use registration::people::accounts::Account;
use registration::secrets::passwords::KnownNames;
use registration::store::StoreError;
use reservation::ids::ExamId;

use crate::app::App;
use crate::request::next::Next;
use crate::request::visit::Visit;

/// The rules that all exams share, if they do.
pub(crate) fn shared(app: &App) -> Option<AccountRules> {
    let exams = app.outside.registration.exams.list();
    let (first, rest) = exams.split_first()?;
    rest.iter().all(|exam| exam.rules.account == first.rules.account).then(|| first.rules.account.clone())
}

impl Next {
    /// The rules of that exam; else those that all exams share; else the usual ones.
    pub(crate) fn rules(&self, app: &App) -> AccountRules {
        let exam = self.exam(app).map(|exam| exam.rules.account.clone());
        exam.or_else(|| shared(app)).unwrap_or_default()
    }
}

/// The exams from which somebody without an account chooses first, because each asks for another account; none when
/// there is nothing to choose.
pub(crate) fn choices(visit: &Visit, next: &Next) -> Vec<Arc<Exam>> {
    if next.exam(&visit.app).is_some() || shared(&visit.app).is_some() {
        return Vec::new();
    }
    let exams = visit.app.outside.registration.exams.list();
    exams.into_iter().filter(|exam| exam.window(visit.now) != Window::Closed).collect()
}

/// When signing in asks for a captcha: whenever an exam does whose accounts sign in by a name like the one that was
/// typed, wherever the visitor says to come from. Before anything is typed, as the exam says from which they come.
pub(crate) fn sign_in_captcha(app: &App, next: &Next, typed: &str) -> CaptchaRule {
    let is_always = |exam: &Arc<Exam>| exam.rules.account.captcha == CaptchaRule::Always;
    let exams = app.outside.registration.exams.list();
    let kinds = login_kinds(typed);
    let is_asked = match next.exam(app) {
        Some(exam) if typed.trim().is_empty() => is_always(&exam),
        _ if kinds.is_empty() => exams.iter().any(is_always),
        _ => exams.iter().any(|exam| kinds.contains(&exam.rules.account.login) && is_always(exam)),
    };
    if is_asked { CaptchaRule::Always } else { CaptchaRule::Suspicion }
}

/// What a text may be; nothing where it may be anything.
fn login_kinds(typed: &str) -> Vec<LoginKind> {
    if typed.contains(['@', '＠']) {
        return vec![LoginKind::Email];
    }
    if typed.parse::<Mobile>().is_ok() {
        return Vec::new();
    }
    if Document::parse(DocumentKind::ResidentId, typed).is_ok() {
        return vec![LoginKind::Document];
    }
    let is_document = DocumentKind::ALL.iter().any(|kind| Document::parse(*kind, typed).is_ok());
    let is_username = typed.parse::<Username>().is_ok();
    let kinds = [(LoginKind::Document, is_document), (LoginKind::Username, is_username)];
    kinds.into_iter().filter_map(|(kind, may_be)| may_be.then_some(kind)).collect()
}

/// The least of a new password where it is not known yet whose: what some exam takes. What the account's own exams ask
/// for is said once it is known.
pub(crate) fn least_password_rules(app: &App) -> PasswordRules {
    let all = app.outside.registration.exams.list();
    all.iter()
        .map(|exam| exam.rules.account.password)
        .min_by_key(|rule| (rule.chars_min, rule.kinds_min))
        .unwrap_or_default()
}

/// What everybody knows of the site, so that no password is made of it: what it is called and who runs it; its exams, who holds
/// them, and their schools.
pub(crate) fn site_names(app: &App) -> [KnownNames; 2] {
    let registration = &app.outside.registration;
    let names = registration.imprints.current().imprint.names();
    [KnownNames::new(names.iter().map(String::as_str)), registration.exams.known_names()]
}

/// What may be the new password of this account: what every exam takes that it has applied to; else every exam whose
/// accounts sign in as this one does; else every exam.
pub(crate) async fn password_rules_of(visit: &Visit, account: &Account) -> Result<PasswordRules, StoreError> {
    let registration = &visit.app.outside.registration;
    let of_exam = |order: &Order| order.exam.clone();
    let mut ids: Vec<ExamId> = match &visit.account {
        Some(own) if own.id == account.id => visit.orders().await?.iter().map(of_exam).collect(),
        _ => registration.orders.of(account.id).await?.iter().map(of_exam).collect(),
    };
    ids.extend(registration.applications.exams_of(account.id).await?);
    let mut exams: Vec<Arc<Exam>> = ids.iter().filter_map(|id| registration.exams.get(id)).collect();
    if exams.is_empty() {
        let login = match account {
            Account { username: Some(_), .. } => LoginKind::Username,
            Account { email: Some(_), .. } => LoginKind::Email,
            _ => LoginKind::Document,
        };
        exams = registration.exams.list();
        if exams.iter().any(|exam| exam.rules.account.login == login) {
            exams.retain(|exam| exam.rules.account.login == login);
        }
    }
    Ok(strictest(exams.iter().map(|exam| exam.rules.account.password)))
}

/// What all of these take; the usual rules when there is none of them.
fn strictest(rules: impl Iterator<Item = PasswordRules>) -> PasswordRules {
    let all = rules.reduce(|one, other| PasswordRules {
        chars_min: one.chars_min.max(other.chars_min),
        chars_max: one.chars_max.max(other.chars_max),
        kinds_min: one.kinds_min.max(other.kinds_min),
    });
    all.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_rule_is_what_all_take() {
        let rule = |chars_min, chars_max, kinds_min| PasswordRules { chars_min, chars_max, kinds_min };
        assert_eq!(strictest([rule(6, 20, 1), rule(8, 64, 2), rule(6, 18, 1)].into_iter()), rule(8, 64, 2));
        assert_eq!(strictest(std::iter::empty()), PasswordRules::default());
    }
}
