//! The account's pages in every state.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use maud::Markup;
use pagekit::words::{Words, key};
use registration::model::document::DocumentKind;
use registration::model::exam::Exam;
use registration::model::exam_rules::{AccountRules, CaptchaRule, LoginKind, MobileRule, PasswordRules};
use registration::model::facts::IdentityState;
use registration::model::order::Order;
use registration::people::accounts::{
    Account, Display, FoundAccount, Hears, LinkError, Machine, OpenSession, SessionId, SessionLimits, SharedMobile,
};
use registration::people::consents::FaceConsent;

use super::steps_of_exams::begun;
use super::{Studio, account, now, with_orders};
use crate::pages::account as me;
use crate::pages::account::{devices, email, link, mobile, name, password};
use crate::pages::forgotten::{self, code as forgotten_code, find, reset};
use crate::pages::sign::sign_up::{self, exam as sign_up_exam, letter as sign_up_letter};
use crate::pages::sign::{agreement, by_phone, resume, sign_in, sign_out, which};
use crate::request::next::Next;
use crate::request::sent::carried::Carried;
use crate::view::account::mobile_shared;
use crate::view::callout::Tone;
use crate::view::form::password::password_error;
use crate::view::form::{FieldError, of, whole};
use crate::view::layout::Visitor;
use crate::view::outcome::{self, dead_link};

/// A token has this length; its picture is a file beside the gallery.
const TOKEN: &str = "captcha-0.png";
/// Tokens that weigh more: two lines to read, and sums alone.
const HEAVY_TOKEN: &str = "AAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const SUMS_TOKEN: &str = "AAAAAAAAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const EMAIL: &str = "li***@example.edu.cn";

/// 个人中心 with these orders.
pub(super) fn me_page(w: Words, exam: &Exam, orders: &[Order], account: &Account) -> Markup {
    let said = if orders.is_empty() { "password" } else { "" };
    let facts = with_orders(orders);
    let mine: Vec<me::Mine> =
        (!orders.is_empty()).then(|| me::of_exam(orders, begun(w, exam, &facts))).into_iter().collect();
    me::body(
        w,
        &me::View {
            mine: &mine,
            account,
            sends_letters: true,
            reminders: (false, Hears::Letter),
            display: Display::Ordinary,
            inquiries: &[],
            said,
            identity: &IdentityState::Verified { at: now() },
            face: if orders.is_empty() { FaceConsent::None } else { FaceConsent::Given { at: now() } },
            now: now(),
        },
    )
}

fn rules(login: LoginKind) -> AccountRules {
    match login {
        LoginKind::Document => AccountRules::default(),
        LoginKind::Username => AccountRules {
            login,
            password: PasswordRules { chars_min: 8, chars_max: 18, kinds_min: 2 },
            mobile: MobileRule::No,
            captcha: CaptchaRule::Suspicion,
            agreement: true,
        },
        LoginKind::Email => AccountRules {
            login,
            password: PasswordRules { chars_min: 6, chars_max: 18, kinds_min: 1 },
            mobile: MobileRule::Optional,
            captcha: CaptchaRule::Always,
            agreement: false,
        },
    }
}

impl Studio {
    pub(super) fn accounts(&mut self) {
        self.signing_in();
        self.signing_up();
        self.what_was_forgotten();
        self.changes();
    }

    fn guest(&mut self, name: &str, body: &Markup) {
        self.add(name, name, None, Visitor::Guest, body);
    }

    fn signed_in(&mut self, name: &str, body: &Markup) {
        self.add(name, name, None, Visitor::SignedIn, body);
    }

    fn devices(&mut self) {
        let ago = |hours| now() - SignedDuration::from_hours(hours);
        let on = |number, agent, began_at, seen_at| OpenSession {
            id: SessionId(uuid::Uuid::from_u128(number)),
            machine: Machine::of_agent(agent),
            began_at,
            seen_at,
        };
        let open = [
            on(1, "iPhone MicroMessenger", ago(2), now()),
            on(2, "Windows Edg/", ago(5), ago(1)),
            on(3, "Android HuaweiBrowser", ago(30), ago(29)),
        ];
        let limits = SessionLimits::default();
        for (name, open) in
            [("me-devices", &open[..]), ("me-devices-alone", &open[..1]), ("me-devices-ending", &open[..2])]
        {
            let said = if name == "me-devices-ending" { "device" } else { "" };
            let view = devices::View { open, own: Some(open[0].id), limits, said, now: now() };
            self.signed_in(name, &devices::body(self.w, &view));
        }
    }

    fn signing_in(&mut self) {
        let (w, next) = (self.w, Next::default());
        let wrong = [whole(w.t("sign-in-wrong"))];
        let captcha = [of("captcha", w.t("captcha-wrong"))];
        let shots: [(&str, LoginKind, Option<&str>, &[FieldError]); 6] = [
            ("sign-in", LoginKind::Document, None, &[]),
            ("sign-in-error", LoginKind::Username, None, &wrong),
            ("sign-in-captcha", LoginKind::Email, Some(TOKEN), &[]),
            ("sign-in-captcha-error", LoginKind::Document, Some(TOKEN), &captcha),
            ("sign-in-captcha-heavy", LoginKind::Document, Some(HEAVY_TOKEN), &captcha),
            ("sign-in-captcha-sums", LoginKind::Document, Some(SUMS_TOKEN), &[]),
        ];
        for (name, login, captcha, errors) in shots {
            let kind = (name != "sign-in").then_some(login);
            let view = sign_in::View { next: &next, kind, login: "", captcha, carried: "", errors };
            self.guest(name, &sign_in::body(w, &view));
        }
        let ended = Next::after_end("/exams/degree-english/details");
        let view = sign_in::View { next: &ended, kind: None, login: "", captcha: None, carried: "sealed", errors: &[] };
        self.guest("sign-in-ended", &sign_in::body(w, &view));
        let blocked = Next::without_cookies();
        let view = sign_in::View { next: &blocked, carried: "", ..view };
        self.guest("sign-in-cookies", &sign_in::body(w, &view));
        let both = [account("王芳"), account("古丽米热·艾比布力")];
        let code = format!(
            "data:image/png;base64,{}",
            STANDARD.encode(pagekit::qr_code::code("https://exam.example.edu/scan/BwcHBwcHBwcHBwcHBwcHBw").unwrap())
        );
        self.guest("qr", &by_phone::code_body(w, "next=/me", &code, 47, "14:34"));
        self.guest("qr-over", &by_phone::over_body(w, "next=/me"));
        let name = crate::view::facts::person_name("王芳");
        self.signed_in("qr-ask", &by_phone::ask_body(w, "token", [17, 47, 77], Some(&name)));
        let end = by_phone::end_body(w, Tone::Care, key("qr-refused"), key("qr-refused-text"));
        self.signed_in("qr-refused", &end);
        self.guest("sign-out-here", &sign_out::body(w));
        self.guest("sign-in-which", &which::body(w, "next=/", &both, ("offer", "")));
        let pairs = vec![("f-address".to_owned(), "一号".to_owned())];
        let path = "/exams/degree-english/details".to_owned();
        let carried = Carried { sender: None, path, is_multipart: true, had_file: true, pairs };
        self.guest("sign-in-resume", &resume::body(w, &carried));
    }

    fn signing_up(&mut self) {
        let (w, next, empty) = (self.w, Next::default(), sign_up::Entered::default());
        let length = registration::secrets::passwords::PasswordError::Length { min: 6, max: 64 };
        let errors = [
            of("name", w.t("field-name-error")),
            of("document", w.t("field-document-check")),
            of("code", w.t("field-code-now-kept")),
            password_error(w, length),
        ];
        let agree = [of("username", w.t("sign-up-taken-username")), of("agree", w.t("agreement-error"))];
        let typed = sign_up::Entered { mobile: "13912345678".into(), password: "no-echo".into(), ..Default::default() };
        let shots: [(&str, LoginKind, &sign_up::Entered, &[FieldError]); 5] = [
            ("sign-up", LoginKind::Document, &empty, &[]),
            ("sign-up-error", LoginKind::Document, &typed, &errors),
            ("sign-up-username", LoginKind::Username, &empty, &[]),
            ("sign-up-username-error", LoginKind::Username, &empty, &agree),
            ("sign-up-email", LoginKind::Email, &empty, &[]),
        ];
        for (name, login, entered, errors) in shots {
            let rules = rules(login);
            let captcha = (login == LoginKind::Email).then_some(TOKEN);
            let code_wait = (!errors.is_empty()).then(|| SignedDuration::from_secs(52));
            let kinds = &DocumentKind::ALL[..];
            let view = sign_up::View {
                next: &next,
                rules: &rules,
                entered,
                captcha,
                kept: (!entered.password.is_empty()).then_some("sealed"),
                proves_mobile: true,
                by_letter: login == LoginKind::Email,
                kinds,
                code_wait,
                errors,
            };
            self.guest(name, &sign_up::body(w, &view));
        }
        let exams = [Arc::new(super::exam_page()), Arc::new(super::steps_of_exams::shipped("cet"))];
        self.guest("sign-up-exam", &sign_up_exam::body(w, &next, &exams));
        let shared = SharedMobile::Others(vec![account("王芳")]);
        let errors = [mobile_shared::error(w, &shared)];
        let rules = rules(LoginKind::Document);
        let view = sign_up::View {
            next: &next,
            rules: &rules,
            entered: &typed,
            captcha: None,
            kept: Some("sealed"),
            proves_mobile: true,
            by_letter: false,
            kinds: &DocumentKind::ALL[..],
            code_wait: None,
            errors: &errors,
        };
        self.guest("sign-up-shared", &sign_up::body(w, &view));
        self.guest("sign-up-letter", &sign_up_letter::body(w, "next=/", "li.na@example.edu.cn", Some("sealed")));
        self.guest("link-sign-up", &link::body(w, link::Purpose::SignUp, ("token", "cet"), EMAIL));
        self.guest("link-email", &link::body(w, link::Purpose::Email, ("token", ""), EMAIL));
        self.guest("agreement", &agreement::body(w));
    }

    fn what_was_forgotten(&mut self) {
        use forgotten_code::From;
        let (w, next) = (self.w, Next::default());
        let none = [of("login", w.t("field-login-none")), of("captcha", w.t("captcha-wrong"))];
        let shots: [(&str, &[FieldError]); 2] = [("forgotten", &[]), ("forgotten-error", &none)];
        for (name, errors) in shots {
            let view = forgotten::View { next: &next, login: "", captcha: Some(TOKEN), errors };
            self.guest(name, &forgotten::body(w, &view));
        }
        let code = [of("code", w.t("field-code-wrong")), of("again", w.t("field-again-error"))];
        let told = [of("code", w.t("field-code-told-wrong"))];
        let rules = PasswordRules::default();
        for (name, from, errors) in [
            ("forgotten-code", From::Message, &[][..]),
            ("forgotten-code-error", From::Message, &code[..]),
            ("forgotten-staff", From::Staff, &[]),
            ("forgotten-staff-error", From::Staff, &told[..]),
        ] {
            let view = forgotten_code::View { login: "13812345670", errors, ..Default::default() };
            self.guest(name, &forgotten_code::body(w, &next, rules, from, &view));
        }
        let both = [account("王芳"), account("张伟")];
        let ask = [of("account-0", w.t("which-error"))];
        let view = forgotten_code::View {
            login: "13812345670",
            code: "123456",
            kept: Some("sealed"),
            found: &both,
            errors: &ask,
            ..Default::default()
        };
        self.guest("forgotten-code-which", &forgotten_code::body(w, &next, rules, From::Message, &view));
        self.guest("reset", &reset::body(w, rules, "token", EMAIL, &[]));
        self.guest("reset-error", &reset::body(w, rules, "token", EMAIL, &code[1..]));
        for (name, error) in [("link-used", LinkError::Used), ("link-expired", LinkError::Expired)] {
            let said = dead_link(w, error, "/forgotten").unwrap();
            self.guest(name, &outcome::body(&said));
        }
        let nothing = [whole(w.t("find-nothing"))];
        let typed = find::Entered { name: "张三·李四".into(), ..Default::default() };
        self.guest("find", &find::body(w, &next, &find::Entered::default(), Some(TOKEN), &[]));
        self.guest("find-error", &find::body(w, &next, &typed, Some(TOKEN), &nothing));
        let found = FoundAccount {
            email: Some(EMAIL.into()),
            username: None,
            mobile: Some("138****5678".into()),
            by_document: true,
        };
        self.guest("find-found", &find::found_body(w, &next, &[found]));
    }

    fn changes(&mut self) {
        let (w, next) = (self.w, Next::default());
        let wrong = [of("old", w.t("field-password-wrong")), of("again", w.t("field-again-error"))];
        self.devices();
        self.signed_in("me-password", &password::body(w, PasswordRules::default(), &[]));
        self.signed_in("me-password-error", &password::body(w, PasswordRules::default(), &wrong));
        let wrong = [of("email", w.t("field-email-error")), of("own", w.t("field-password-wrong"))];
        self.signed_in("me-email", &email::body(w, "", Some(TOKEN), &[]));
        self.signed_in("me-email-error", &email::body(w, "li@example", Some(TOKEN), &wrong));
        let wrong = [of("code", w.t("field-code-wrong"))];
        let view = mobile::View {
            next: &Next::default(),
            mobile: "",
            code: "",
            shares: false,
            proves: true,
            code_wait: None,
            captcha: None,
            errors: &[],
        };
        self.signed_in("me-mobile", &mobile::body(w, &view));
        let view =
            mobile::View { code: "123456", code_wait: Some(SignedDuration::from_secs(52)), errors: &wrong, ..view };
        self.signed_in("me-mobile-error", &mobile::body(w, &view));
        let long = account("阿卜杜热西提·买买提依明·艾合买提江");
        let entered = name::Entered { name: "阿卜杜热西提·买买提依明".into(), ..Default::default() };
        for (shot, is_document_fixed, errors) in [
            ("me-name", true, &[][..]),
            ("me-name-open", false, &[][..]),
            ("me-name-error", true, &[whole(w.t("declared-verified"))][..]),
        ] {
            let view = name::View { next: &next, account: &long, is_document_fixed, entered: &entered, errors };
            self.signed_in(shot, &name::body(w, &view));
        }
    }
}
