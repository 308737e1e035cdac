//! `loadtest merge`: adds shards up and, if there is a server to ask, compares the whole with it.

use super::setup::RunError;
use crate::cli::MergeArgs;
use crate::numbers::grouped;
use crate::office::Office;
use crate::oversell::ledger::ledger;
use crate::results::{Check, CheckKind, CheckState, Results, merge};
use crate::target::Target;
use crate::wire::{Requests, SittingReply};

/// Runs `loadtest merge`.
pub async fn run_merge(arguments: &MergeArgs) -> Result<Results, RunError> {
    let shards = arguments.files.iter().map(|file| Results::read(file)).collect::<Result<Vec<_>, _>>()?;
    let mut whole = merge(shards)?;
    if let Some(url) = &arguments.url {
        let target = Target::resolve(url, arguments.allow_remote).await?;
        let exam = whole.parameters.exam.clone();
        let requests = Requests::new(&target, &exam, None).map_err(|_| RunError::NoSittings(exam.clone()))?;
        let seen = Office::open(&target).await?.sittings(&requests).await?;
        compare(&mut whole, &seen);
        if let Some(database) = &arguments.database_url {
            whole.checks.push(ledger(database, &exam, &seen).await);
        }
    }
    whole.conclude(&arguments.output.expect);
    Ok(whole)
}

/// Seats that stay taken and free seats are no more than there are, in every sitting.
fn compare(whole: &mut Results, seen: &[SittingReply]) {
    let mut wrong = Vec::new();
    let (mut kept, mut free) = (0, 0);
    for ours in &mut whole.sittings {
        let Some(theirs) = seen.iter().find(|sitting| sitting.id.as_str() == ours.id) else {
            wrong.push(format!("{} is gone", ours.id));
            continue;
        };
        ours.free = Some(theirs.free);
        kept += ours.for_good;
        free += theirs.free;
        if ours.for_good + theirs.free > theirs.capacity {
            wrong.push(format!(
                "{}: {} free and {} kept out of {}",
                ours.id, theirs.free, ours.for_good, theirs.capacity
            ));
        }
    }
    let (state, detail) = if wrong.is_empty() {
        let detail =
            format!("{} lasting holds and {} free seats are no more than there are", grouped(kept), grouped(free));
        (CheckState::Passed, detail)
    } else {
        (CheckState::Failed, wrong.join(", "))
    };
    whole.checks.push(Check { kind: CheckKind::Census, state, detail });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::SittingReport;
    use crate::results::testing::results;

    fn compared(free: u64, for_good: u64) -> CheckState {
        let mut whole = results();
        let report = SittingReport {
            id: "s1".into(),
            capacity: 10,
            given: 9,
            confirmed: 9,
            released: 0,
            peak: 9,
            for_good,
            free: None,
        };
        whole.sittings.push(report);
        compare(&mut whole, &[SittingReply { id: "s1".parse().unwrap(), capacity: 10, free }]);
        whole.checks[0].state
    }

    #[test]
    fn lasting_holds_and_free_seats_are_no_more_than_seats() {
        assert_eq!(compared(1, 9), CheckState::Passed);
        assert_eq!(compared(0, 9), CheckState::Passed);
        assert_eq!(compared(2, 9), CheckState::Failed);
    }
}
