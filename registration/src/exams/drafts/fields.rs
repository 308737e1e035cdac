//! What forms show of `exam.toml`, part by part: which values, of what kind, where they stand. What a form does not reach is
//! changed in the file's text.

use toml::{Table, Value};

/// A part of a definition that has a form of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::AsRefStr, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum DraftPart {
    /// Titles, who holds it, whom to ask, the notice.
    Texts,
    /// From when until when, how long a seat is held, what it costs and how it is paid.
    Windows,
    /// The way through the exam, and how people prove who they are.
    Steps,
    /// The registration form.
    Form,
    /// Groups, parts and subjects.
    Subjects,
    /// What comes back of the fee, and why things are sent back.
    Refund,
    /// Admission tickets and reminders.
    Ticket,
}

/// What a value is, and so how it is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of text.
    Line,
    /// Several paragraphs, one a line.
    Paragraphs,
    /// A moment, on China's clock.
    Moment,
    /// A whole number.
    Whole,
    /// Yes or no.
    Tick,
    /// Words with blanks between them.
    Words,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// One value that a form shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Where it stands: `steps.0.title.zh`.
    pub path: String,
    /// What it is called in the file: `title`.
    pub name: &'static str,
    /// In which language it is, of a text.
    pub language: Option<&'static str>,
    /// What it is.
    pub kind: FieldKind,
    /// What it is now, as it is entered; empty where it is not there.
    pub value: String,
}

/// Things of one list, or the values of no list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldGroup {
    /// The list's place in the file, `steps`, and which thing of it, from 0; `None`: values of no list.
    pub of: Option<(&'static str, usize)>,
    /// The values that the form shows.
    pub fields: Vec<Field>,
}

/// A value of the file, by its name below a place: texts stand in two languages.
struct Spec {
    path: &'static str,
    name: &'static str,
    kind: FieldKind,
    is_text: bool,
}

const fn text(path: &'static str, name: &'static str) -> Spec {
    Spec { path, name, kind: FieldKind::Line, is_text: true }
}

const fn paragraphs(path: &'static str, name: &'static str) -> Spec {
    Spec { path, name, kind: FieldKind::Paragraphs, is_text: true }
}

const fn one(path: &'static str, name: &'static str, kind: FieldKind) -> Spec {
    Spec { path, name, kind, is_text: false }
}

const ROOM_MODES: FieldKind = FieldKind::OneOf(&["off", "automatic", "on"]);
const LIST_PER: FieldKind = FieldKind::OneOf(&["sitting", "group"]);
const LIST_RETURNS: FieldKind = FieldKind::OneOf(&["list_first", "everybody"]);
const DESIGNS: FieldKind = FieldKind::OneOf(&["sheet", "school"]);
const CARD_CHECKS: FieldKind = FieldKind::OneOf(&["auto", "staff", "vendor"]);
const CAMPUSES: FieldKind = FieldKind::OneOf(&["any", "own", "pick"]);

const TEXTS: &[Spec] = &[
    text("title", "title"),
    text("short_title", "short_title"),
    text("organiser", "organiser"),
    text("contact", "contact"),
    one("review_days", "review_days", FieldKind::Whole),
    paragraphs("notice", "notice"),
];
const WINDOWS: &[Spec] = &[
    one("opens_at", "opens_at", FieldKind::Moment),
    one("closes_at", "closes_at", FieldKind::Moment),
    one("payment_deadline", "payment_deadline", FieldKind::Moment),
    one("hold_seconds", "hold_seconds", FieldKind::Whole),
    one("grace_seconds", "grace_seconds", FieldKind::Whole),
    one("fee", "fee", FieldKind::Line),
    one("payment_url", "payment_url", FieldKind::Line),
    one("payment.channels", "channels", FieldKind::Words),
    text("payment.item", "item"),
    one("payment.choice_hours", "choice_hours", FieldKind::Whole),
    one("resubmit_hours", "resubmit_hours", FieldKind::Whole),
    one("resubmit_times", "resubmit_times", FieldKind::Whole),
    one("seats_per_network", "seats_per_network", FieldKind::Whole),
    one("waiting_room.mode", "waiting_room", ROOM_MODES),
    one("waiting_room.admit_per_second", "admit_per_second", FieldKind::Whole),
    one("waiting_list.per", "waiting_list", LIST_PER),
    one("waiting_list.returns", "returns", LIST_RETURNS),
    one("waiting_list.offer_minutes", "offer_minutes", FieldKind::Whole),
    one("waiting_list.offers", "offers", FieldKind::Whole),
];
const STEPS: &[Spec] = &[
    one("identity.ways", "ways", FieldKind::Words),
    one("identity.card", "card", CARD_CHECKS),
    one("face.camera_only", "camera_only", FieldKind::Tick),
    one("face.liveness", "liveness", FieldKind::Tick),
];
const STEP: &[Spec] = &[
    text("title", "title"),
    one("tasks", "tasks", FieldKind::Words),
    one("is_optional", "is_optional", FieldKind::Tick),
    one("opens_at", "opens_at", FieldKind::Moment),
    one("closes_at", "closes_at", FieldKind::Moment),
    text("note", "note"),
];
const FORM_FIELD: &[Spec] = &[
    one("name", "name", FieldKind::Line),
    text("label", "label"),
    text("hint", "hint"),
    one("is_optional", "is_optional", FieldKind::Tick),
    one("chars_max", "chars_max", FieldKind::Whole),
    one("accepts", "accepts", FieldKind::Words),
    text("refusal", "refusal"),
];
const GROUP: &[Spec] =
    &[one("id", "id", FieldKind::Line), text("title", "title"), text("refusal", "refusal"), text("hint", "hint")];
const PART: &[Spec] = &[
    one("id", "id", FieldKind::Line),
    text("title", "title"),
    one("campus", "campus", CAMPUSES),
    paragraphs("notice", "notice"),
];
const SUBJECT: &[Spec] = &[
    one("id", "id", FieldKind::Line),
    text("title", "title"),
    one("part", "part", FieldKind::Line),
    one("group", "group", FieldKind::Line),
    one("requires", "requires", FieldKind::Words),
    one("needs_eligibility", "needs_eligibility", FieldKind::Tick),
    text("not_eligible", "not_eligible"),
];
const REFUND: &[Spec] = &[text("refund.note", "note")];
const RATE: &[Spec] = &[one("until", "until", FieldKind::Moment), one("percent", "percent", FieldKind::Whole)];
const REASON: &[Spec] = &[text("", "reason")];
const TICKET: &[Spec] = &[
    one("ticket.design", "design", DESIGNS),
    one("ticket.number", "number", FieldKind::Line),
    one("ticket.arrive_minutes", "arrive_minutes", FieldKind::Whole),
    one("ticket.closes_minutes", "closes_minutes", FieldKind::Whole),
    one("ticket.minutes", "minutes", FieldKind::Whole),
    paragraphs("ticket.rules", "rules"),
    one("reminders.off", "reminders_off", FieldKind::Words),
    text("reminders.bring", "bring"),
];

impl DraftPart {
    /// Its lists: where each stands, and what a thing of it has.
    fn lists(self) -> &'static [(&'static str, &'static [Spec])] {
        match self {
            Self::Texts | Self::Windows | Self::Ticket => &[],
            Self::Steps => &[("steps", STEP)],
            Self::Form => &[("form.fields", FORM_FIELD)],
            Self::Subjects => &[("groups", GROUP), ("parts", PART), ("subjects", SUBJECT)],
            Self::Refund => &[
                ("refund.rates", RATE),
                ("reasons.payment", REASON),
                ("reasons.face", REASON),
                ("reasons.form", REASON),
                ("reasons.score", REASON),
                ("reasons.accommodation", REASON),
            ],
        }
    }

    /// Where its lists stand.
    pub fn list_names(self) -> impl Iterator<Item = &'static str> {
        self.lists().iter().map(|(name, _)| *name)
    }

    fn values(self) -> &'static [Spec] {
        match self {
            Self::Texts => TEXTS,
            Self::Windows => WINDOWS,
            Self::Refund => REFUND,
            Self::Ticket => TICKET,
            Self::Steps => STEPS,
            Self::Form | Self::Subjects => &[],
        }
    }

    /// Its values as the file has them; `None`: the file cannot be read at all, and is changed as a text.
    pub fn read(self, text: &str) -> Option<Vec<FieldGroup>> {
        let table: Table = text.parse().ok()?;
        let mut groups = vec![FieldGroup { of: None, fields: fields(&table, "", self.values()) }];
        for (list, specs) in self.lists() {
            let count = find(&table, list).and_then(Value::as_array).map_or(0, Vec::len);
            groups.extend((0..count).map(|index| FieldGroup {
                of: Some((list, index)),
                fields: fields(&table, &format!("{list}.{index}"), specs),
            }));
        }
        groups.retain(|group| !group.fields.is_empty());
        Some(groups)
    }

    /// The values of a new thing of one of its lists, with nothing in them.
    pub(super) fn blank(self, list: &str) -> Option<Vec<Field>> {
        let (name, specs) = self.lists().iter().find(|(name, _)| *name == list)?;
        Some(fields(&Table::new(), name, specs))
    }
}

fn fields(table: &Table, below: &str, specs: &[Spec]) -> Vec<Field> {
    let mut found = Vec::new();
    for Spec { path, name, kind, is_text } in specs {
        let path = [below, path].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
        let languages: &[Option<&'static str>] = if *is_text { &[Some("zh"), Some("en")] } else { &[None] };
        for language in languages {
            let path = language.map_or_else(|| path.clone(), |language| format!("{path}.{language}"));
            let value = find(table, &path).map(shown).unwrap_or_default();
            found.push(Field { path, name, language: *language, kind: *kind, value });
        }
    }
    found
}

/// The value at a place like `steps.0.title.zh`.
fn find<'t>(table: &'t Table, path: &str) -> Option<&'t Value> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let mut value = table.get(first)?;
    for name in rest.into_iter().flat_map(|rest| rest.split('.')) {
        value = match value {
            Value::Table(table) => table.get(name)?,
            Value::Array(values) => values.get(name.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(value)
}

/// A value as it is entered.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let parts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            // Paragraphs have blanks within, words have none.
            let between = if parts.iter().any(|part| part.contains(char::is_whitespace)) { "\n" } else { " " };
            parts.join(between)
        }
        Value::Datetime(at) => at.to_string().parse().map_or_else(|_| at.to_string(), super::moments::shown),
        other => other.to_string(),
    }
}
