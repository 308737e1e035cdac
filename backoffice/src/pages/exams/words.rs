//! What exams, drafts, their fields and what becomes of them are called.

use jiff::Timestamp;
use pagekit::callout::Tone;
use pagekit::words::{Words, key};
use registration::desk::audit::AuditAction;
use registration::drafts::effect::{EffectRefusal, SittingFate};
use registration::model::exam::draft::{DraftOrigin, DraftState};
use registration::model::exam::{Exam, Window};

/// Fields by their names in the file, and what they are called. A field of a form and a column of the sittings share their words.
const FIELDS: [(&str, &str); 65] = [
    ("title", key("exam-field-title")),
    ("short_title", key("exam-field-short-title")),
    ("organiser", key("exam-field-organiser")),
    ("contact", key("exam-field-contact")),
    ("review_days", key("exam-field-review-days")),
    ("notice", key("exam-field-notice")),
    ("opens_at", key("exam-field-opens-at")),
    ("closes_at", key("exam-field-closes-at")),
    ("payment_deadline", key("exam-field-payment-deadline")),
    ("hold_seconds", key("exam-field-hold-seconds")),
    ("grace_seconds", key("exam-field-grace-seconds")),
    ("fee", key("exam-field-fee")),
    ("payment_url", key("exam-field-payment-url")),
    ("channels", key("exam-field-channels")),
    ("item", key("exam-field-item")),
    ("choice_hours", key("exam-field-choice-hours")),
    ("resubmit_hours", key("exam-field-resubmit-hours")),
    ("resubmit_times", key("exam-field-resubmit-times")),
    ("seats_per_network", key("exam-field-seats-per-network")),
    ("waiting_room", key("exam-field-waiting-room")),
    ("admit_per_second", key("exam-field-admit-per-second")),
    ("waiting_list", key("exam-field-waiting-list")),
    ("returns", key("exam-field-returns")),
    ("offer_minutes", key("exam-field-offer-minutes")),
    ("offers", key("exam-field-offers")),
    ("ways", key("exam-field-ways")),
    ("card", key("exam-field-card")),
    ("camera_only", key("exam-field-camera-only")),
    ("liveness", key("exam-field-liveness")),
    ("tasks", key("exam-field-tasks")),
    ("is_optional", key("exam-field-is-optional")),
    ("note", key("exam-field-note")),
    ("name", key("exam-field-name")),
    ("label", key("exam-field-label")),
    ("hint", key("exam-field-hint")),
    ("chars_max", key("exam-field-chars-max")),
    ("accepts", key("exam-field-accepts")),
    ("refusal", key("exam-field-refusal")),
    ("id", key("exam-field-id")),
    ("campus", key("exam-field-campus")),
    ("part", key("exam-field-part")),
    ("group", key("exam-field-group")),
    ("requires", key("exam-field-requires")),
    ("needs_eligibility", key("exam-field-needs-eligibility")),
    ("not_eligible", key("exam-field-not-eligible")),
    ("until", key("exam-field-until")),
    ("percent", key("exam-field-percent")),
    ("reason", key("exam-field-reason")),
    ("design", key("exam-field-design")),
    ("number", key("exam-field-number")),
    ("arrive_minutes", key("exam-field-arrive-minutes")),
    ("closes_minutes", key("exam-field-closes-minutes")),
    ("minutes", key("exam-field-minutes")),
    ("rules", key("exam-field-rules")),
    ("reminders_off", key("exam-field-reminders-off")),
    ("bring", key("exam-field-bring")),
    ("starts_at", key("exam-field-starts-at")),
    ("capacity", key("exam-field-capacity")),
    ("title_zh", key("exam-field-title-zh")),
    ("title_en", key("exam-field-title-en")),
    ("venue_zh", key("exam-field-venue-zh")),
    ("venue_en", key("exam-field-venue-en")),
    ("subject", key("exam-field-subject")),
    ("acknowledge", key("exam-field-acknowledge")),
    ("mode", key("exam-field-waiting-room")),
];

/// Words of the files that are chosen, and what they are called.
const CHOICES: [(&str, &str); 15] = [
    ("off", key("exam-word-off")),
    ("automatic", key("exam-word-automatic")),
    ("on", key("exam-word-on")),
    ("sitting", key("exam-word-sitting")),
    ("group", key("exam-word-group")),
    ("list_first", key("exam-word-list-first")),
    ("everybody", key("exam-word-everybody")),
    ("sheet", key("exam-word-sheet")),
    ("school", key("exam-word-school")),
    ("any", key("exam-word-any")),
    ("own", key("exam-word-own")),
    ("pick", key("exam-word-pick")),
    ("auto", key("exam-word-auto")),
    ("staff", key("exam-word-staff")),
    ("vendor", key("exam-word-vendor")),
];

/// Lists of the file, and what one thing of each is called.
const LISTS: [(&str, &str); 11] = [
    ("steps", key("exam-list-steps")),
    ("form.fields", key("exam-list-fields")),
    ("groups", key("exam-list-groups")),
    ("parts", key("exam-list-parts")),
    ("subjects", key("exam-list-subjects")),
    ("refund.rates", key("exam-list-rates")),
    ("reasons.payment", key("exam-list-reasons-payment")),
    ("reasons.face", key("exam-list-reasons-face")),
    ("reasons.form", key("exam-list-reasons-form")),
    ("reasons.score", key("exam-list-reasons-score")),
    ("reasons.accommodation", key("exam-list-reasons-accommodation")),
];

fn called(w: Words, all: &[(&str, &'static str)], word: &str) -> String {
    let known = all.iter().find(|(ours, _)| *ours == word).map(|(_, key)| *key);
    known.map_or_else(|| word.to_owned(), |key| w.t(key).into_owned())
}

/// A field, by its name; one that has no word as the file has it.
pub(crate) fn field(w: Words, name: &str, language: Option<&str>) -> String {
    let name = called(w, &FIELDS, name);
    match language {
        Some("zh") => w.with("exam-field-in-chinese", &[("field", name.into())]).into_owned(),
        Some(_) => w.with("exam-field-in-english", &[("field", name.into())]).into_owned(),
        None => name,
    }
}

/// A value by its place in the file, `steps.01.title.zh`: as far as its names have words.
pub(crate) fn place(w: Words, path: &str) -> String {
    let lists = LISTS.iter();
    let mut found = lists.filter_map(|(list, key)| {
        let rest = path.strip_prefix(list)?.strip_prefix('.')?;
        let (index, rest) = rest.split_once('.').unwrap_or((rest, ""));
        Some((w.t(key).into_owned(), index.parse::<i64>().ok()?, rest))
    });
    match found.next_back() {
        Some((list, index, rest)) if !rest.is_empty() => format!("{list} {} · {}", index + 1, of_names(w, rest)),
        Some((list, index, _)) => format!("{list} {}", index + 1),
        None => of_names(w, path),
    }
}

fn of_names(w: Words, path: &str) -> String {
    let (path, language) = match path.rsplit_once('.') {
        Some((path, language @ ("zh" | "en"))) => (path, Some(language)),
        _ => (path, None),
    };
    let last = path.rsplit('.').next().unwrap_or(path);
    let is_known = FIELDS.iter().any(|(name, _)| *name == last);
    if is_known { field(w, last, language) } else { field(w, path, language) }
}

/// A word that is chosen.
pub(crate) fn choice(w: Words, word: &str) -> String {
    called(w, &CHOICES, word)
}

/// One thing of a list, or the list.
pub(crate) fn list(w: Words, list: &str) -> String {
    called(w, &LISTS, list)
}

/// Where an exam is in its window.
pub(crate) fn state(w: Words, exam: &Exam, now: Timestamp) -> (Tone, String) {
    let (tone, word) = match exam.window(now) {
        Window::NotYet => (Tone::Plain, key("exam-state-not-yet")),
        Window::Open => (Tone::Good, key("exam-state-open")),
        Window::Closed => (Tone::Care, key("exam-state-closed")),
    };
    (tone, w.t(word).into_owned())
}

/// What happens next with an exam, and when; `None`: nothing more.
pub(crate) fn next(exam: &Exam, now: Timestamp) -> Option<(&'static str, Timestamp)> {
    let all = [
        (key("exam-next-opens"), exam.opens_at),
        (key("exam-next-closes"), exam.closes_at),
        (key("exam-next-payment"), exam.payment_deadline),
    ];
    let sittings = exam.sittings.iter().map(|sitting| (key("exam-next-sitting"), sitting.starts_at));
    all.into_iter().chain(sittings).filter(|(_, at)| now < *at).min_by_key(|(_, at)| *at)
}

/// What a draft was begun from.
pub(crate) fn origin(origin: DraftOrigin) -> &'static str {
    match origin {
        DraftOrigin::Exam => key("exam-origin-exam"),
        DraftOrigin::Clone => key("exam-origin-clone"),
        DraftOrigin::Shipped => key("exam-origin-shipped"),
        DraftOrigin::Files => key("exam-origin-files"),
    }
}

/// What has become of a draft.
pub(crate) fn draft_state(state: DraftState) -> (Tone, &'static str) {
    match state {
        DraftState::Open => (Tone::Plain, key("exam-draft-open")),
        DraftState::Applied => (Tone::Good, key("exam-draft-applied")),
        DraftState::Dropped => (Tone::Care, key("exam-draft-dropped")),
    }
}

/// What becomes of a sitting.
pub(crate) fn fate(fate: SittingFate) -> (Tone, &'static str) {
    match fate {
        SittingFate::Added => (Tone::Good, key("exam-fate-added")),
        SittingFate::Changed => (Tone::Plain, key("exam-fate-changed")),
        SittingFate::Stays => (Tone::Care, key("exam-fate-stays")),
    }
}

/// Why a draft is not applied as it is.
pub(crate) fn refused(w: Words, refusal: &EffectRefusal) -> String {
    match refusal {
        EffectRefusal::Stale => w.t("exam-refused-stale"),
        EffectRefusal::OtherId(id) => w.with("exam-refused-other-id", &[("id", id.to_string().into())]),
        EffectRefusal::IdTaken(id) => w.with("exam-refused-id-taken", &[("id", id.to_string().into())]),
        EffectRefusal::Capacity { sitting, wanted, sold } => w.with(
            "exam-refused-capacity",
            &[("sitting", sitting.to_string().into()), ("wanted", i64::from(*wanted).into()), ("sold", (*sold).into())],
        ),
        EffectRefusal::Fee { sitting, sold } => {
            w.with("exam-refused-fee", &[("sitting", sitting.to_string().into()), ("sold", (*sold).into())])
        }
        EffectRefusal::Group(sitting) => w.with("exam-refused-group", &[("sitting", sitting.to_string().into())]),
        EffectRefusal::Pool(sitting) => w.with("exam-refused-pool", &[("sitting", sitting.to_string().into())]),
        EffectRefusal::Organisations => w.t("exam-refused-organisations"),
        EffectRefusal::NeedsTwo => w.t("exam-effect-needs-two"),
    }
    .into_owned()
}

/// What was done with an exam or a draft, in words.
pub(crate) fn did(action: &AuditAction) -> Option<&'static str> {
    match action {
        AuditAction::BeganDraft => Some(key("exam-did-begin")),
        AuditAction::ChangedDraft => Some(key("exam-did-change")),
        AuditAction::DroppedDraft => Some(key("exam-did-drop")),
        AuditAction::AppliedDraft => Some(key("exam-did-apply")),
        AuditAction::OpenedExam => Some(key("exam-did-open")),
        AuditAction::ClosedExam => Some(key("exam-did-close")),
        AuditAction::ExportedExam => Some(key("exam-did-export")),
        _ => None,
    }
}
