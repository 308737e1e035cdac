//! What stands of an exam: its page as it is shown, with what only the engine knows.

use std::collections::HashMap;
use std::sync::Arc;

use reservation::ids::ExamId;
use reservation::sitting::Acknowledge;
use reservation::waiting_room::WaitingRoomSettings;

use crate::exams::Exams;
use crate::exams::definition::ExamDefinition;
use crate::model::exam::Exam;

/// An exam as a definition would say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) page: Arc<Exam>,
    /// Seats by sitting, in the order of the page's sittings.
    pub(crate) capacities: Vec<u32>,
    pub(super) acknowledge: Acknowledge,
    pub(super) waiting_room: WaitingRoomSettings,
}

impl Standing {
    /// What this process knows of an exam; `None`: there is none, or the engine has not heard of it yet.
    pub(crate) fn of(exams: &Exams, id: &ExamId) -> Option<Self> {
        let (page, entry) = (exams.get(id)?, exams.engine.exam(id)?);
        let of_engine: HashMap<_, _> = exams
            .engine
            .availability(id)
            .ok()?
            .into_iter()
            .map(|one| (one.sitting.id.clone(), one.sitting.spec.capacity))
            .collect();
        let capacities: Option<Vec<u32>> =
            page.sittings.iter().map(|sitting| of_engine.get(&sitting.id).copied()).collect();
        let (acknowledge, waiting_room) = (entry.acknowledge, entry.waiting_room);
        Some(Self { page, capacities: capacities?, acknowledge, waiting_room })
    }

    /// What a definition would make.
    pub(crate) fn made_by(definition: &ExamDefinition) -> Self {
        let ExamDefinition { page, capacities, acknowledge, waiting_room, .. } = definition;
        let page = Arc::new(page.clone());
        Self { page, capacities: capacities.clone(), acknowledge: *acknowledge, waiting_room: *waiting_room }
    }
}
