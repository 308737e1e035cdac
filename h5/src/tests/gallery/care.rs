//! Accommodations and reminders in every state.

use registration::model::exam_rules::AccommodationKind::{self, ExtraTime, LargePrint, Other, OwnRoom, Wheelchair};
use registration::model::facts::accommodation::{
    Accommodation, AccommodationRequest, AccommodationState, Verdict, Verdicts,
};
use registration::model::facts::{FaceState, Facts, IdentityState};
use registration::people::accounts::Hears;
use registration::pictures::kept::Slot;
use registration::rules::steps::steps;

use super::steps_of_exams::shipped;
use super::{Studio, minutes, now};
use crate::pages::account::reminders;
use crate::pages::exam::accommodations::{View, body};
use crate::pages::exam::opening;
use crate::view::form::{FieldError, of};
use crate::view::layout::Visitor;

const REASON: &str = "诊断证明看不清医院公章，请重新拍照上传；证明须为二级以上医院开具，并写明需要延长的时间";

fn request(kinds: &[AccommodationKind], details: &str) -> AccommodationRequest {
    AccommodationRequest { kinds: kinds.to_vec(), details: details.to_owned() }
}

impl Studio {
    pub(super) fn care(&mut self) {
        self.accommodations();
        let exam = shipped("degree-english");
        for (name, wishes, hears) in [
            ("opening", false, Hears::Letter),
            ("opening-on", true, Hears::Message),
            ("opening-nothing", false, Hears::Nothing),
        ] {
            let body = opening::body(self.w, &exam, wishes, hears);
            self.add(name, "opening", None, Visitor::SignedIn, &body);
        }
        let body = reminders::stop_body(self.w, "token");
        self.add("reminders-stop", "reminders", None, Visitor::Guest, &body);
    }

    fn accommodations(&mut self) {
        let exam = shipped("degree-english");
        let mut facts = Facts {
            identity: IdentityState::Verified { at: now() },
            notice_agreed_at: Some(now()),
            face: FaceState::Passed { at: now(), is_in_person: false },
            ..Facts::default()
        };
        let empty = AccommodationRequest::default();
        let all =
            request(&[ExtraTime, LargePrint, Wheelchair, OwnRoom, Other], "右手骨折，需要助写员和可以调节高度的桌子。");
        let since = now() - minutes(95);
        let before = Verdicts(vec![(ExtraTime, Verdict::Granted)]);
        let mixed = Verdicts(vec![
            (ExtraTime, Verdict::Granted),
            (LargePrint, Verdict::Granted),
            (Wheelchair, Verdict::Refused("证明不能说明需要这项便利".to_owned())),
            (OwnRoom, Verdict::More(REASON.to_owned())),
            (Other, Verdict::Granted),
        ]);
        let asked =
            |state, verdicts: &Verdicts| Accommodation { state, request: all.clone(), verdicts: verdicts.clone() };
        let waiting = asked(AccommodationState::Waiting { since }, &before);
        let more = asked(AccommodationState::More { reason: REASON.to_owned() }, &mixed);
        let refused = Verdicts(all.kinds.iter().map(|kind| (*kind, Verdict::Refused(REASON.to_owned()))).collect());
        let refused = asked(AccommodationState::Refused { reason: REASON.to_owned() }, &refused);
        let granted = Verdicts(all.kinds.iter().map(|kind| (*kind, Verdict::Granted)).collect());
        let granted = asked(AccommodationState::Granted { at: now() }, &granted);
        let wrong = [
            of("kinds", self.w.t("accommodation-error-kind")),
            of("details", self.w.t("accommodation-error-details")),
            of(Slot::Proof.as_str(), self.w.t("accommodation-error-proof")),
        ];
        let shots: [(&str, Option<&Accommodation>, bool, &[FieldError]); 8] = [
            ("accommodations", None, true, &[]),
            ("accommodations-error", None, true, &wrong),
            ("accommodations-over", None, false, &[]),
            ("accommodations-waiting", Some(&waiting), true, &[]),
            ("accommodations-more", Some(&more), true, &[]),
            ("accommodations-more-late", Some(&more), false, &[]),
            ("accommodations-refused", Some(&refused), true, &[]),
            ("accommodations-granted", Some(&granted), false, &[]),
        ];
        for (name, asked, may, errors) in shots {
            facts.accommodation = asked.map(|asked| asked.state.clone()).unwrap_or_default();
            let list = steps(&exam, &facts, now());
            let is_sent = asked.is_some();
            let view = View {
                exam: &exam,
                steps: &list,
                asked,
                may,
                shown: asked.map_or(&empty, |asked| &asked.request),
                proofs: [is_sent.then(|| "captcha-0.png".to_owned()), None],
                errors,
                now: now(),
            };
            let body = body(self.w, &view);
            self.add(name, "accommodations", None, Visitor::SignedIn, &body);
            if name == "accommodations-more" || name == "accommodations-granted" {
                self.overview(&format!("steps-{name}"), &exam, &facts, Visitor::SignedIn);
            }
        }
    }
}
