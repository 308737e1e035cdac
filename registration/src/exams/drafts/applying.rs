//! Applying a draft, and trying it: the same reading, the same rows, the same refusals. A trial is rolled back before the
//! engine hears of it.

use std::collections::HashMap;

use deadpool_postgres::Transaction;
use reservation::engine::figures::SittingFigures;
use reservation::ids::{ExamId, SittingId};

use super::checking::apart;
use super::effect::{Effect, EffectRefusal, Seats, effect};
use super::standing::Standing;
use super::turn::{try_turn, wait_turn};
use super::{DraftError, ExamDrafts, begin, scope, subject_of_exam};
use crate::desk::audit::{AuditAction, Entry};
use crate::desk::permits::{Right, demand};
use crate::desk::staff::StaffMember;
use crate::exams::definition::{Changes, Coming};
use crate::exams::store::exam_applications::{self, Application};
use crate::exams::store::{exam_drafts, exams};
use crate::model::clock;
use crate::model::exam::draft::{Draft, DraftId, DraftState};

/// Who may take seats away once registration has opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakesSeats {
    /// Whoever applies a draft that does.
    Allowed,
    /// Two people together, sitting by sitting: a draft that does is refused.
    ByTwo,
}

/// A draft without faults, made ready before anybody's turn begins.
struct Ready {
    /// What would stand.
    after: Standing,
    coming: Coming,
    /// By what its texts are known.
    digest: String,
}

/// A definition as it was written within a transaction.
struct Written {
    coming: Coming,
    changes: Changes,
    effect: Effect,
    /// Which version of the exam pages showed before.
    stood: Option<i64>,
    /// Has registration opened once, as pages show it?
    has_opened: bool,
}

impl ExamDrafts {
    /// What applying the draft would do, and what keeps it from being applied. Changes nothing.
    ///
    /// # Errors
    /// [`DraftError::Faults`] where the draft has any, [`DraftError::Busy`] while another import is under way,
    /// [`DraftError::Forbidden`], [`DraftError::Unknown`], [`DraftError::Engine`] and [`DraftError::Store`].
    pub async fn effect(&self, member: &StaffMember, id: DraftId) -> Result<Effect, DraftError> {
        let (draft, ready) = self.ready(member, id).await?;
        let exam = ready.coming.page.id.clone();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        try_turn(&transaction).await?;
        let tried = self.write(&transaction, &draft, ready).await;
        transaction.rollback().await?;
        match tried {
            Ok(written) => Ok(written.effect),
            Err(DraftError::Refused(refusals)) => Ok(Effect::refused(exam, refusals)),
            Err(error) => Err(error),
        }
    }

    /// Brings the exam to what the draft says. What breaks off within the engine's part is gone on with by asking again.
    ///
    /// # Errors
    /// [`DraftError::Changed`] where the draft is another one by now, [`DraftError::Refused`] where something keeps it from
    /// being applied, and as [`Self::effect`].
    pub async fn apply(
        &self,
        member: &StaffMember,
        (id, version): (DraftId, i64),
        takes_seats: TakesSeats,
    ) -> Result<Effect, DraftError> {
        let is_meant = |draft: &Draft| draft.version == version && draft.state == DraftState::Open;
        let (draft, ready) = self.ready(member, id).await?;
        if !is_meant(&draft) {
            return Err(DraftError::Changed);
        }
        let digest = ready.digest.clone();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        wait_turn(&transaction).await?;
        // Of one version there is one text, so that what was checked is what is there.
        let (draft, _) = exam_drafts::get(&transaction, id, true).await?.ok_or(DraftError::Unknown)?;
        demand(member, Right::EditExams, scope(&draft))?;
        if !is_meant(&draft) {
            return Err(DraftError::Changed);
        }
        let Written { coming, changes, mut effect, stood, has_opened } =
            self.write(&transaction, &draft, ready).await?;
        if takes_seats == TakesSeats::ByTwo && has_opened && effect.takes_seats() {
            effect.refusals.push(EffectRefusal::NeedsTwo);
        }
        if !effect.refusals.is_empty() {
            return Err(DraftError::Refused(effect.refusals));
        }
        self.exams.engine.check_sittings(&coming.page.id, &coming.sittings)?;
        if !exam_drafts::end(&transaction, (id, version), DraftState::Applied, (member.id, clock::now())).await? {
            return Err(DraftError::Changed);
        }
        let (subject, detail) = (subject_of_exam(&coming.page.id), format!("{} · sha256 {digest}", id.0));
        let entry = Entry::by_staff(member.id, AuditAction::AppliedDraft, &subject);
        entry.detail(detail.as_str()).write(&transaction).await?;
        // Committed by itself, before the engine hears anything: whatever ends us now leaves it behind.
        let begun = Application { version, exam_version: stood, sittings: changes.sittings().cloned().collect() };
        exam_applications::put(&self.database.client().await?, id, &begun).await?;
        coming.changes_to_engine(&self.exams.engine, &transaction, &changes).await?;
        exam_applications::remove(&transaction, id).await?;
        transaction.commit().await?;
        drop(client);
        self.exams.refresh().await?;
        Ok(effect)
    }

    /// A draft that has no faults, with what it says.
    async fn ready(&self, member: &StaffMember, id: DraftId) -> Result<(Draft, Ready), DraftError> {
        let (draft, texts) = self.of(member, id).await?;
        let ready = apart(move || {
            let definition = texts.check().map_err(DraftError::Faults)?;
            let (after, digest) = (Standing::made_by(&definition), begin::digest(&texts));
            Ok::<_, DraftError>(Ready { after, coming: Coming::new(definition, Some(texts)), digest })
        });
        Ok((draft, ready.await??))
    }

    /// Writes the definition within the transaction, and says what that changes.
    async fn write(
        &self,
        transaction: &Transaction<'_>,
        draft: &Draft,
        Ready { after, coming, .. }: Ready,
    ) -> Result<Written, DraftError> {
        // Nobody imports meanwhile, so that what is read now stands until the transaction ends.
        self.exams.refresh().await?;
        let id = &coming.page.id;
        // Nothing is read of an exam that the draft is not of: whoever may change one need not know another.
        if let Some(refusal) = self.of_another(draft, id) {
            return Err(DraftError::Refused(vec![refusal]));
        }
        let before = Standing::of(&self.exams, id);
        let has_opened = before.as_ref().is_some_and(|before| before.page.opens_at <= clock::now());
        let seats = self.seats(id).await?;
        let changes = coming.changes(&self.exams.engine);
        let stood = exams::version_of(transaction, id).await?;
        let begun = exam_applications::get(transaction, draft.id).await?;
        let imported = coming.to_pages(transaction).await?;
        let held = apart(move || {
            let effect = effect(before.as_ref(), &after, &seats, imported);
            (effect, before.as_ref().map(Standing::digest))
        });
        let (mut effect, base) = held.await?;
        let begun = begun.filter(|begun| begun.version == draft.version && begun.exam_version == stood);
        effect.goes_on = begun.is_some_and(|begun| effect.is_within(&begun.sittings));
        if !effect.goes_on && draft.base != base {
            effect.refusals.insert(0, EffectRefusal::Stale);
        }
        Ok(Written { coming, changes, effect, stood, has_opened })
    }

    /// Is the definition of another exam than the draft?
    fn of_another(&self, draft: &Draft, id: &ExamId) -> Option<EffectRefusal> {
        match &draft.exam {
            Some(exam) if exam != id => Some(EffectRefusal::OtherId(id.clone())),
            None if self.exams.get(id).is_some() => Some(EffectRefusal::IdTaken(id.clone())),
            Some(_) | None => None,
        }
    }

    /// Who has seats of an exam, by sitting.
    pub(crate) async fn seats(&self, exam: &ExamId) -> Result<HashMap<SittingId, Seats>, DraftError> {
        if self.exams.engine.exam(exam).is_none() {
            return Ok(HashMap::new());
        }
        let figures = self.exams.engine.figures(std::slice::from_ref(exam)).await?;
        let of_engine = self.exams.engine.availability(exam)?;
        let names: HashMap<_, _> =
            of_engine.into_iter().map(|one| (one.sitting.number, one.sitting.id.clone())).collect();
        let all = figures.into_iter().flat_map(|(_, figures)| figures.sittings);
        let of = |one: SittingFigures| {
            let seats = Seats { held: one.held, sold: one.frozen + one.confirmed };
            Some((names.get(&one.sitting)?.clone(), seats))
        };
        Ok(all.filter_map(of).collect())
    }
}
