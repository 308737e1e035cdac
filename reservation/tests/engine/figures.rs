//! What the wall is drawn from: the figures are those of Redis and of the ledger, and what is told ahead comes to pass in the
//! very second.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reservation::engine::Engine;
use reservation::engine::figures::Figures;
use reservation::engine::tally::Outcome;

use crate::app::{App, WAIT};

async fn figures(engine: &Engine) -> Figures {
    engine.figures(&["e".parse().unwrap()]).await.unwrap().remove(0).1
}

/// Held, frozen and confirmed seats by sitting, as Redis has them.
async fn in_redis(app: &App) -> BTreeMap<i32, [i64; 3]> {
    let mut counts: BTreeMap<i32, [i64; 3]> = app.counts().await.into_keys().map(|number| (number, [0; 3])).collect();
    for (state, sitting, _) in app.in_redis().await.into_values() {
        counts.get_mut(&sitting).unwrap()["hfc".find(state).unwrap()] += 1;
    }
    counts
}

fn by_state(figures: &Figures) -> BTreeMap<i32, [i64; 3]> {
    let one = |sitting: &reservation::engine::figures::SittingFigures| {
        assert_eq!(sitting.left + sitting.held + sitting.frozen + sitting.confirmed, sitting.capacity);
        (sitting.sitting.0, [sitting.held, sitting.frozen, sitting.confirmed])
    };
    figures.sittings.iter().map(one).collect()
}

/// The holds that lapsed, as the ledger has them: how many by the end of which second, and whether none did before its deadline.
async fn lapsed(app: &App) -> (BTreeMap<i64, i64>, bool) {
    let client = app.stores.pool().get().await.unwrap();
    let rows = client
        .query(
            "SELECT ceil(extract(epoch FROM lapses_at))::bigint, count(*),
                 bool_and(changed_at >= lapses_at)
             FROM reservation.holds WHERE exam = 'e' AND state = 'expired' GROUP BY 1",
            &[],
        )
        .await
        .unwrap();
    let never_early = rows.iter().all(|row| row.get(2));
    (rows.iter().map(|row| (row.get(0), row.get(1))).collect(), never_early)
}

/// What becomes of twelve holds: some are paid, one is given back, some lapse.
#[tokio::test(flavor = "multi_thread")]
async fn figures_are_those_of_redis_and_what_is_told_ahead_comes_to_pass_in_its_second() {
    let app = App::start().await;
    app.exam(8, &[("a", "-", 10), ("b", "-", 4)]).await;
    let mut holds = Vec::new();
    for n in 0..12 {
        holds.push(app.held(&format!("c{n}"), if n % 3 == 0 { "b" } else { "a" }).await);
        tokio::time::sleep(Duration::from_millis(90)).await;
    }
    assert_eq!(app.hold("late", &["b"]).await.0.as_u16(), 409);
    for (n, hold) in holds.iter().enumerate().take(5) {
        match n {
            0 | 1 => assert!(app.confirm(hold, &format!("order-{n}")).await.0.is_success()),
            2 | 3 => assert!(app.freeze(hold).await.0.is_success()),
            _ => assert!(app.release(hold).await.is_success()),
        }
    }
    // A seat is taken anew with its clock stopped: it never had one that lapses.
    app.at_rest().await;
    let (told, redis) = (figures(&app.engine).await, in_redis(&app).await);
    assert_eq!(told.lapses.values().sum::<i64>(), told.sittings.iter().map(|sitting| sitting.held).sum::<i64>());
    assert_eq!(by_state(&told), redis);
    // Another process, which begins now, is told the same.
    let (late, _) = app.another().await;
    let since = Instant::now();
    while figures(&late).await.sittings != figures(&app.engine).await.sittings {
        assert!(since.elapsed() < WAIT, "{:?}", figures(&late).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    late.stop().await;

    let since = Instant::now();
    while figures(&app.engine).await.sittings.iter().any(|sitting| sitting.held > 0) {
        assert!(since.elapsed() < WAIT, "held for ever");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    app.at_rest().await;
    let (lapsed, never_early) = lapsed(&app).await;
    // What had lapsed when it was told is not ahead any more.
    let ahead: BTreeMap<i64, i64> = lapsed.into_iter().filter(|(second, _)| told.lapses.contains_key(second)).collect();
    assert_eq!(ahead, told.lapses, "each in the second that was told");
    // How soon after it they are free is a matter of `holding`.
    assert!(never_early, "nobody loses a seat before its deadline");
    assert_eq!(by_state(&figures(&app.engine).await), in_redis(&app).await);

    let exams = app.engine.tallies();
    let counts: BTreeMap<&str, u64> = exams[0].1.counts().map(|(outcome, count)| (outcome.as_str(), count)).into();
    assert_eq!((counts[Outcome::Given.as_str()], counts[Outcome::Full.as_str()]), (12, 1), "{counts:?}");
    assert_eq!(counts.values().sum::<u64>(), 13);
    app.finish().await;
}
