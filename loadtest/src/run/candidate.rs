//! `loadtest candidate` from first to last.

use std::sync::Arc;

use super::RunError;
use super::check::{fate_fits, without_holds};
use super::run;
use super::setup::Setup;
use crate::cli::{Arrive, CandidateArgs, ExamChoice};
use crate::generator::generate::Scene;
use crate::measured::results::{Results, Scenario};
use crate::scenario::candidate::{CandidatePlan, Cards, Pictures, has_steps, person};
use crate::server::accounts::{Accounts, AccountsError, Signed};
use crate::shown::progress::Preparing;

/// Runs `loadtest candidate`.
pub async fn run_candidate(arguments: &CandidateArgs) -> Result<Results, RunError> {
    fate_fits(arguments.fate)?;
    let accounts = match &arguments.accounts {
        Some(file) if arguments.arrive != Arrive::SignUp => Accounts::read(file)?.people,
        _ => Vec::new(),
    };
    let (candidates, known) = (arguments.load.profile()?.candidates, accounts.len() as u64);
    if arguments.arrive != Arrive::SignUp && known < candidates {
        return Err(AccountsError::TooFew { candidates, accounts: known }.into());
    }
    let setup = Setup::new(&arguments.target, ExamChoice::Existing(&arguments.exam), &arguments.load).await?;
    let cards = cards(&setup, arguments, &accounts, candidates).await?;
    let plan = Arc::new(CandidatePlan {
        exam: setup.exam.clone(),
        sittings: setup.sitting_ids(),
        arrive: arguments.arrive,
        accounts,
        pictures: Pictures::draw(),
        cards,
        think: arguments.think,
        give_up: arguments.give_up.clone(),
        choose_again: arguments.choose_again,
        assets: !arguments.no_assets,
        confirm: arguments.fate.confirm.0,
        release: arguments.fate.release.0,
    });
    let (ran, harvest) = run(&setup, Scene::Candidate(plan), arguments.output.quiet).await?;
    let ledger = arguments.ledger.address(arguments.target.data.as_deref());
    let (sittings, checks) = without_holds(&setup, ledger, &harvest.seats).await?;
    let mut results = setup.results(&arguments.load, Scenario::Candidate, ran, harvest.measured);
    results.parameters.fate(arguments.fate);
    (results.sittings, results.checks) = (sittings, checks);
    results.conclude(&arguments.output.expect);
    Ok(results)
}

/// The cards of those whom this process sends, when the exam has steps of which one may ask for them.
async fn cards(
    setup: &Setup,
    arguments: &CandidateArgs,
    accounts: &[Signed],
    candidates: u64,
) -> Result<Cards, RunError> {
    let page = setup.office.page(&setup.requests, &format!("/exams/{}", setup.exam)).await?;
    if !has_steps(&page) {
        return Ok(Cards::default());
    }
    let (first, every) = arguments.load.shard.map_or((0, 1), |shard| (u64::from(shard.index - 1), shard.of));
    let ours = (first..candidates).step_by(usize::try_from(every).unwrap_or(1));
    let person = |index| Some((index, person(arguments.arrive, accounts, setup.seed, index)?));
    let people: Vec<_> = ours.filter_map(person).collect();
    let progress = Preparing::new(arguments.output.quiet, "identity cards drawn", people.len() as u64);
    let cards = Cards::draw(&people, || progress.step())?;
    progress.finish();
    Ok(cards)
}
