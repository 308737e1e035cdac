//! No order of operations by two accounts and two people ever binds one to two.

use std::sync::Mutex;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use registration::eligibility::SeenPerson;
use registration::model::ids::AccountId;
use registration::model::order::Order;
use tokio::runtime::Runtime;

use crate::cet::{Cet, cet};
use crate::world::World;

/// What one of the two accounts does; people are 1 and 2.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// Looks a person up; the mark is kept.
    Look(usize, u32),
    /// Binds whom it has looked up last.
    Bind(usize),
    /// Both bind at once.
    BindBoth,
    /// Takes a seat.
    Order(usize),
    /// Takes a seat while its binding is deleted.
    OrderAndExpire(usize),
    /// Gives its seats back.
    Release(usize),
    /// Twelve hours pass, and the sweep comes.
    Expire,
    /// The roster is imported again.
    Import,
    /// Asks for a review of an earlier score.
    Review(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let (account, person) = (0..2_usize, 1..=2_u32);
    let act = prop_oneof![
        4 => (account.clone(), person).prop_map(|(account, person)| Act::Look(account, person)),
        4 => account.clone().prop_map(Act::Bind),
        2 => Just(Act::BindBoth),
        2 => account.clone().prop_map(Act::Order),
        1 => account.clone().prop_map(Act::OrderAndExpire),
        1 => account.clone().prop_map(Act::Release),
        2 => Just(Act::Expire),
        1 => Just(Act::Import),
        1 => account.prop_map(Act::Review),
    ];
    prop::collection::vec(act, 1..14)
}

struct Play<'a> {
    cet: Cet<'a>,
    accounts: [AccountId; 2],
    seen: [Option<SeenPerson>; 2],
}

impl Play<'_> {
    async fn act(&mut self, act: Act) {
        match act {
            Act::Look(account, person) => {
                if let Ok(seen) = self.cet.look_up(self.accounts[account], person).await {
                    self.seen[account] = Some(seen);
                }
            }
            Act::Bind(account) => drop(self.bind(account).await),
            Act::BindBoth => drop(tokio::join!(self.bind(0), self.bind(1))),
            Act::Order(account) => drop(self.cet.hold(self.accounts[account], "cet4-main").await),
            Act::OrderAndExpire(account) => {
                self.cet.let_pass(13).await;
                let hold = self.cet.hold(self.accounts[account], "cet4-main");
                drop(tokio::join!(hold, self.sweep()));
            }
            Act::Release(account) => self.release(account).await,
            Act::Expire => {
                self.cet.let_pass(13).await;
                self.sweep().await;
            }
            Act::Import => drop(self.cet.import_again().await.unwrap()),
            Act::Review(account) => {
                let (page, ticket) = (self.cet.page(), "110100001111111".parse().unwrap());
                let seen = self.seen[account].as_ref();
                let eligibility = &self.cet.world.registration.eligibility;
                drop(eligibility.request_score_review(self.accounts[account], &page, seen, &ticket).await);
            }
        }
    }

    async fn bind(&self, account: usize) -> bool {
        match &self.seen[account] {
            Some(seen) => self.cet.bind(self.accounts[account], seen).await.is_ok(),
            None => false,
        }
    }

    async fn release(&self, account: usize) {
        for order in self.cet.orders(self.accounts[account]).await {
            drop(self.cet.world.registration.orders.release(self.accounts[account], order.id).await);
        }
    }

    /// Another process opens, sweeps at once, and stops.
    async fn sweep(&self) {
        self.cet.world.another_process().await.stop().await;
    }

    /// What must always hold; why it does not.
    async fn check(&self) -> Result<(), String> {
        let mut people = Vec::new();
        for account in self.accounts {
            let person = self.cet.world.registration.eligibility.person(account, &cet(), None).await.unwrap();
            people.push(person.map(|person| person.record.document));
        }
        if people[0].is_some() && people[0] == people[1] {
            return Err("one person is bound to two accounts".to_owned());
        }
        let rows =
            "SELECT count(*), count(DISTINCT account), count(DISTINCT document_index) FROM registration.bindings";
        let row = self.cet.world.sql().await.query_one(rows, &[]).await.unwrap();
        let (all, accounts, persons): (i64, i64, i64) = (row.get(0), row.get(1), row.get(2));
        if all != accounts || all != persons {
            return Err(format!("{all} bindings of {accounts} accounts and {persons} people"));
        }
        for (account, person) in self.accounts.iter().zip(&people) {
            let orders = self.cet.orders(*account).await;
            if person.is_none() && orders.iter().any(|order: &Order| order.state.is_live()) {
                return Err("a live order without a binding".to_owned());
            }
        }
        Ok(())
    }

    async fn start_anew(&mut self) {
        for account in 0..2 {
            self.release(account).await;
        }
        self.seen = [None, None];
        let tables = ["bindings", "roster_looks", "score_reviews"];
        for table in tables {
            self.cet.world.execute(&format!("DELETE FROM registration.{table}")).await;
        }
    }
}

/// Plays so many games; the first that breaks what must hold, if one does.
fn play(runtime: &Runtime, world: &World, cases: u32) -> Result<(), String> {
    let play = runtime.block_on(async {
        let cet = Cet::import(world).await;
        let accounts = [cet.account(1).await.id, cet.account(2).await.id];
        Mutex::new(Play { cet, accounts, seen: [None, None] })
    });
    let config = Config { cases, max_shrink_iters: 40, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&acts(), |acts| {
        let mut play = play.lock().unwrap();
        runtime.block_on(async {
            play.start_anew().await;
            for act in acts {
                play.act(act).await;
                play.check().await.map_err(|why| TestCaseError::fail(format!("{act:?}: {why}")))?;
            }
            Ok(())
        })
    });
    runtime.block_on(play.lock().unwrap().start_anew());
    outcome.map_err(|error| error.to_string())
}

#[test]
fn b9_no_order_of_operations_binds_one_to_two() {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(World::usual());
    play(&runtime, &world, 32).unwrap();
    runtime.block_on(world.finish());
}

/// The games above would see it: without the constraints of the database they find two accounts with one person.
#[test]
fn b9_without_its_constraints_one_is_bound_to_two() {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(World::usual());
    for constraint in ["bindings_one_per_account", "bindings_one_per_person"] {
        runtime.block_on(world.execute(&format!("ALTER TABLE registration.bindings DROP CONSTRAINT {constraint}")));
    }
    let found = play(&runtime, &world, 200).unwrap_err();
    assert!(found.contains("one person is bound to two accounts") || found.contains("bindings of"), "{found}");
    runtime.block_on(world.finish());
}
