//! What waits at a desk: the first cases of its queue as lines, and how many wait at each.

use maud::{Markup, html};
use pagekit::words::Words;
use registration::desk::case::{CaseKind, Subject};
use registration::desk::cases::{Asked, Counts};
use registration::desk::permits::{Right, permits_somewhere};
use registration::desk::queue::{Line, Note};
use registration::model::ids::{AccountId, StaffId};
use registration::people::accounts::AccountNumber;
use reservation::ids::ExamId;

use crate::accounts::candidates::address::link;
use crate::desk::queue::{Waiting, queue};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Most cases on the left; the rest follow as these are decided.
const LINES_MAX: usize = 50;

/// The queue of one desk, and how many wait at all desks.
pub(crate) struct Queue {
    /// What waits here.
    pub(crate) kinds: &'static [CaseKind],
    pub(crate) lines: Vec<Line>,
    pub(crate) counts: Counts,
    /// Who looks at it.
    pub(crate) staff: StaffId,
    /// May they see candidates' pages?
    pub(crate) sees_candidates: bool,
}

impl Queue {
    /// Reads what waits of these kinds.
    pub(crate) async fn of(visit: &Visit, kinds: &'static [CaseKind]) -> Result<Self, Failure> {
        let cases = &visit.app.outside.registration.cases;
        let lines = cases.queue(&visit.staff, &Asked::first(kinds, LINES_MAX)).await?;
        let sees_candidates = permits_somewhere(&visit.staff, Right::SeeCandidates);
        Ok(Self { kinds, lines, counts: cases.counts(&visit.staff).await?, staff: visit.staff.id, sees_candidates })
    }

    /// How many wait here.
    pub(crate) fn count(&self) -> u64 {
        self.counts.of(self.kinds)
    }

    /// The way from a case to its candidate's page, for whoever may see that.
    pub(crate) fn candidate(&self, w: Words, account: AccountId) -> Markup {
        if self.sees_candidates {
            link(w, account)
        } else {
            html! {}
        }
    }

    /// As markup, with the case on the right marked.
    pub(crate) fn draw(
        &self,
        w: Words,
        title: &str,
        here: &Subject,
        titles: &Titles<'_>,
        now: jiff::Timestamp,
    ) -> Markup {
        let lines = self.lines.iter().map(|line| Waiting {
            is_here: line.case.subject == *here,
            is_overdue: line.case.due <= now,
            by: line.case.claim.as_ref().filter(|claim| claim.by != self.staff).map(|claim| claim.name.clone()),
            ..waiting(w, line, titles)
        });
        queue(w, title, self.kinds, &lines.collect::<Vec<_>>(), self.count(), now)
    }
}

/// What exams are called.
pub(crate) type Titles<'a> = dyn Fn(&ExamId) -> String + 'a;

/// Where a case is decided.
pub(crate) fn address(subject: &Subject) -> String {
    match subject {
        Subject::Payment(order) => format!("/orders/{order}"),
        Subject::Identity(_) | Subject::Face(..) => format!("/people/{subject}"),
        Subject::Form(exam, account) => format!("/forms/{exam}/{}", AccountNumber::from(*account)),
        Subject::Score(exam, account) => format!("/score-reviews/{exam}/{}", AccountNumber::from(*account)),
        Subject::Accommodation(exam, account) => format!("/accommodations/{exam}/{}", AccountNumber::from(*account)),
    }
}

/// What a kind of question is called where a desk has several.
pub(crate) fn kind_word(w: Words, kind: CaseKind) -> String {
    match kind {
        CaseKind::Identity => w.t("people-identity").into_owned(),
        CaseKind::Face => w.t("people-face").into_owned(),
        CaseKind::Payment | CaseKind::Form | CaseKind::Score | CaseKind::Accommodation => String::new(),
    }
}

fn waiting(w: Words, line: &Line, titles: &Titles<'_>) -> Waiting {
    let subject = &line.case.subject;
    let name = line.name.as_ref().map(|name| name.expose().to_owned());
    let note = match line.note {
        Some(Note::Amount(amount)) => amount.to_string(),
        Some(Note::Differences(count)) => w.with("form-differences", &[("count", count.into())]).into_owned(),
        None => kind_word(w, subject.kind()),
    };
    let about = match subject {
        Subject::Payment(order) => order.to_string(),
        Subject::Identity(_) | Subject::Face(..) => line.document_masked.clone().unwrap_or_default(),
        Subject::Form(exam, _) | Subject::Score(exam, _) | Subject::Accommodation(exam, _) => titles(exam),
    };
    Waiting {
        href: address(subject),
        name: name.unwrap_or_else(|| w.t("form-nameless").into_owned()),
        note,
        about,
        since: line.case.waiting_since,
        case: line.case.id,
        is_overdue: false,
        by: None,
        is_here: false,
    }
}
