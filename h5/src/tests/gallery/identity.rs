//! The pages of the real-name check, the code for the phone, and the face check, in every state.

use std::sync::Arc;

use jiff::SignedDuration;
use maud::Markup;
use pagekit::qr_code::code;
use pagekit::words::Words;
use registration::model::document::{Document, DocumentKind};
use registration::model::exam::Exam;
use registration::model::exam_rules::{CardCheck, IdentityWay, StepRule, TaskKind};
use registration::model::facts::{FaceState, Facts, FurtherProof, IdentityState, Proofs};
use registration::model::ids::AccountId;
use registration::model::text::Text;
use registration::people::accounts::{Account, Display, NewAccount};
use registration::people::identity::{DeclareRights, IdentityStatus, LivenessRefusal, LivenessStatus, Person};
use registration::rules::steps::steps;
use uuid::Uuid;

use super::{CONTACT, DOCUMENT, Studio, exam_page, minutes, now};
use crate::pages::account::face as withdraw;
use crate::pages::identity::handover::{self, CodeState, CodeView};
use crate::pages::identity::refusal::liveness_fault;
use crate::pages::identity::{self, From, card, face, liveness, manual, said};
use crate::view::contact::contact;
use crate::view::form::FieldError;
use crate::view::layout::{Frame, Visitor, page};

/// Where the sandbox of the gallery would be.
const SANDBOX: &str = "http://127.0.0.1:1/";

/// Somebody who signed up by document.
pub(crate) fn account(name: &str) -> Account {
    let new = NewAccount::parse(name, DOCUMENT, "13912345678", "secret-1").unwrap();
    let id = AccountId(Uuid::from_u128(0xF19F_BD2E_27FB_40F1_A523_94A9_2A48_FE22));
    Account {
        id,
        number: id.into(),
        name: new.name,
        document: new.document,
        username: None,
        email: "li.na.of.changsha@example.edu.cn".parse().ok(),
        email_verified_at: None,
        mobile: new.mobile,
        mobile_verified_at: Some(now()),
        session_epoch: 0,
        created_at: now(),
        display: None,
    }
}

const WAYS: [IdentityWay; 3] = [IdentityWay::Card, IdentityWay::Liveness, IdentityWay::Manual];

fn person(name: &str) -> Person {
    let document = Document::parse(DocumentKind::ResidentId, DOCUMENT).unwrap();
    Person { name: name.parse().unwrap(), document }
}

fn status(state: IdentityState, rights: DeclareRights, person: Option<Person>) -> IdentityStatus {
    let has_portrait = matches!(state, IdentityState::Verified { .. });
    let (way, proofs, liveness) = (None, Proofs::default(), LivenessStatus::None);
    IdentityStatus { state, person, rights, way, proofs, has_portrait, liveness }
}

fn reason() -> String {
    "看不清证件号码，请把证件举近一些，并避开反光".to_owned()
}

/// An exam that asks for identity and face.
fn exam_with_face() -> Exam {
    let mut exam = exam_page();
    let step = |zh: &str, en: &str, task| StepRule {
        title: Text { zh: zh.into(), en: en.into() },
        tasks: vec![task],
        is_optional: false,
        opens_at: None,
        closes_at: None,
        note: None,
    };
    exam.rules.steps.insert(0, step("人脸识别", "Face check", TaskKind::Face));
    exam.rules.steps.insert(0, step("实名认证", "Identity", TaskKind::Identity));
    exam
}

impl Studio {
    pub(super) fn identities(&mut self) {
        self.first_pages();
        self.ways();
        self.faces();
    }

    /// A page that may have a script of its own.
    fn add_with(&mut self, name: &str, script: Option<&'static str>, body: &Markup) {
        let frame = Frame {
            words: self.w,
            display: Display::Ordinary,
            assets: &self.assets,
            title: name.to_owned(),
            path: "/me/identity",
            visitor: Visitor::SignedIn,
            hold: None,
            imprint: Arc::default(),
            contact: Some(contact(self.w.pick(CONTACT.0, CONTACT.1))),
            asks: None,
            ended_after: None,
            session_ends: None,
            is_demo: false,
            refresh_seconds: None,
            reload_seconds: None,
            request: None,
            sandbox_url: None,
            script,
        };
        self.pages.push((format!("{}-{name}", self.w.language.name()), page(&frame, body)));
    }

    fn identity(&mut self, name: &str, status: &IdentityStatus, errors: &[FieldError], again: bool) {
        let from = From { again: if again { "on".into() } else { String::new() }, ..From::default() };
        let entered = identity::Entered::of(status.person.as_ref());
        let view = identity::View {
            from: &from,
            status,
            entered: &entered,
            errors,
            ways: &WAYS,
            card: CardCheck::Auto,
            documents: if name == "identity-not-here" { &DocumentKind::ALL[2..4] } else { &DocumentKind::ALL },
            asks_more: name.starts_with("identity-more"),
            is_guest_phone: name.ends_with("phone"),
            now: now(),
        };
        let body = identity::body(self.w, &view);
        self.add(name, "identity", None, Visitor::SignedIn, &body);
    }

    fn first_pages(&mut self) {
        let w = self.w;
        let (zhang, long) = (person("张伟"), person("阿卜杜热西提·买买提依明·艾合买提江"));
        let errors = [
            said("name", w.t("field-name-error").into()),
            said("number", w.t("document-error-check").into()),
            said("consent", w.t("identity-consent-error").into()),
        ];
        let new = status(IdentityState::None, DeclareRights::Both, None);
        self.identity("identity", &new, &[], false);
        self.identity("identity-error", &new, &errors, false);
        let fixed = status(IdentityState::None, DeclareRights::Name, Some(long.clone()));
        self.identity("identity-login", &fixed, &[], false);
        self.identity("identity-not-here", &fixed, &[], false);
        let since = now() - SignedDuration::from_hours(20);
        let waiting = status(IdentityState::Waiting { since }, DeclareRights::Name, Some(zhang.clone()));
        self.identity("identity-waiting", &waiting, &[], false);
        let refused = status(IdentityState::Refused { reason: reason() }, DeclareRights::Name, Some(zhang.clone()));
        self.identity("identity-refused", &refused, &[], false);
        let at = now() - minutes(2);
        let verified = status(IdentityState::Verified { at }, DeclareRights::Nothing, Some(long));
        self.identity("identity-verified", &verified, &[], false);
        self.identity("identity-verified-phone", &verified, &[], false);
        let mut more = verified;
        more.proofs.ways = vec![IdentityWay::Card];
        self.identity("identity-more", &more, &errors[2..], false);
        more.proofs.further = FurtherProof::Waiting { since };
        self.identity("identity-more-waiting", &more, &[], false);
        more.proofs.further = FurtherProof::Refused { reason: reason() };
        self.identity("identity-more-refused", &more, &[], false);
    }

    fn ways(&mut self) {
        let (w, from, zhang) = (self.w, From::default(), person("张伟"));
        let card = |here, errors: &[FieldError]| {
            card::body(
                w,
                &card::View {
                    from: &from,
                    person: Some(&zhang),
                    here,
                    errors,
                    sandbox_url: Some(SANDBOX),
                    is_guest_phone: false,
                    has_manual: true,
                    by_staff: here[0] && errors.is_empty(),
                },
            )
        };
        let wrong = [said("card_back", w.t("card-error-not-back").into())];
        let mismatch = [said("", w.t("card-error-name").into())];
        let bodies = [
            ("identity-card", card([false, false], &[])),
            ("identity-card-by-staff", card([true, true], &[])),
            ("identity-card-wrong-side", card([true, true], &wrong)),
            ("identity-card-mismatch", card([true, true], &mismatch)),
            ("identity-manual", manual::body(w, &from, false, &[])),
            ("identity-manual-here", manual::body(w, &from, true, &[])),
        ];
        for (name, body) in bodies {
            self.add_with(name, Some("upload.js"), &body);
        }
        let failed = liveness_errors(w);
        let url = "https://exam.example.edu/handover/AAAAAAAAAAAAAAAAAAAAAA";
        use base64::Engine as _;
        let png = base64::engine::general_purpose::STANDARD.encode(code(url).unwrap());
        let picture = format!("data:image/png;base64,{png}");
        let code_page = |code, looked| {
            let (picture, until) = if code == CodeState::Good { (picture.as_str(), "14:37") } else { ("", "") };
            let view = CodeView {
                from: &from,
                was: "none",
                looked,
                code,
                picture,
                digits: "4821",
                until,
                state_word: "none good",
            };
            handover::code_body(w, &view)
        };
        let checked = |is_phone: bool, is_running: bool, errors: &[FieldError]| {
            let (by_code, has_manual, consents) = (true, true, is_phone && !is_running);
            let view = liveness::View { from: &from, is_phone, is_running, by_code, has_manual, consents, errors };
            liveness::body(w, &view)
        };
        let bodies = [
            ("identity-liveness", checked(true, false, &[])),
            ("identity-liveness-computer", checked(false, false, &[])),
            ("identity-liveness-running", checked(true, true, &[])),
            ("identity-liveness-failed", checked(true, false, &failed)),
            ("identity-liveness-leave", liveness::leave(w, "https://vendor.example/check", Some(SANDBOX))),
            ("identity-elsewhere", liveness::used_elsewhere(w, "/me/identity?exam=degree-english")),
            ("identity-handover", code_page(CodeState::Good, false)),
            ("identity-handover-early", code_page(CodeState::Good, true)),
            ("identity-handover-scanned", code_page(CodeState::Scanned, false)),
            ("identity-handover-over", code_page(CodeState::Over, false)),
            ("handover-phone", handover::welcome(w, "AAAAAAAAAAAAAAAAAAAAAA", "王* 1101**********002X", "4821")),
            ("handover-used", handover::bad_link(w, "handover-used")),
        ];
        for (name, body) in bodies {
            self.add_with(name, None, &body);
        }
    }

    fn faces(&mut self) {
        let (w, exam) = (self.w, exam_with_face());
        let since = now() - minutes(40);
        let said = |field: &str, text: String| [FieldError { field: field.to_owned().into(), text }];
        let different = said("face", w.with("face-error-different", &[("count", 3.into())]).into());
        let unticked = said("face_consent", w.t("face-consent-error").into());
        let refused = FaceState::Refused { reason: reason() };
        for (name, state, errors) in [
            ("face", FaceState::None, &[][..]),
            ("face-consent", FaceState::None, &[][..]),
            ("face-consent-error", FaceState::None, &unticked[..]),
            ("face-vendor", FaceState::None, &[][..]),
            ("face-error", FaceState::None, &different[..]),
            ("face-waiting", FaceState::Waiting { since }, &[][..]),
            ("face-refused", refused, &[][..]),
            ("face-passed", FaceState::Passed { at: since, is_in_person: false }, &[][..]),
            ("face-in-person", FaceState::Passed { at: since, is_in_person: true }, &[][..]),
        ] {
            let identity = IdentityState::Verified { at: since };
            let facts = Facts { identity, face: state.clone(), ..Facts::default() };
            let steps = steps(&exam, &facts, now());
            let view = face::View {
                exam: &exam,
                steps: &steps,
                state: &state,
                errors,
                left: 3,
                is_automatic: name != "face-refused",
                has_consented: !name.starts_with("face-consent"),
                vendor: (name == "face-vendor").then_some(LivenessStatus::Running),
                sandbox_url: (name == "face").then_some(SANDBOX),
                now: now(),
            };
            let body = face::body(w, &view);
            self.add_with(name, view.has_camera().then_some("camera.js"), &body);
        }
        for (name, is_here) in [("face-other", false), ("face-other-here", true)] {
            self.add_with(name, Some("upload.js"), &face::other::body(w, &exam, is_here, &[]));
        }
        self.add_with("face-withdraw", None, &withdraw::confirm(w, None));
    }
}

fn liveness_errors(w: Words) -> Vec<FieldError> {
    let status = LivenessStatus::Failed(LivenessRefusal::NotSame);
    liveness_fault(w, status).map(|text| said("", text)).into_iter().collect()
}
