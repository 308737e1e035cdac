//! A line to Redis stalls and delivers late what was written on it: nothing comes of it any more, whoever wrote it.

use std::time::Duration;

use http::{Method, StatusCode};
use reservation::ids::{Generation, PoolId, SittingNumber};
use reservation::store::keys::PoolKeys;
use reservation::store::waiting_room::{JoinRequest, WaitingRoomRedisKeys};
use reservation::store::{CALL_LIFE, FreezeRequest, HoldRequest, Lasting, Moment, Place, Store, StoreError};
use serde_json::json;
use testkit::{FaultyLine, LineEnd, TestStores};

use crate::app::{App, Front, Reply, id, persist};
use crate::giving_back::deadline;

/// Time enough for what was delivered to arrive.
const ARRIVAL: Duration = Duration::from_millis(300);

pub(crate) fn socket_of(stores: &TestStores) -> LineEnd {
    LineEnd::Socket(stores.redis_url().strip_prefix("redis+unix://").unwrap().into())
}

/// An engine that finds Redis behind a line; the test looks at it directly.
async fn behind_a_line() -> (App, FaultyLine) {
    let stores = TestStores::start().await;
    let line = FaultyLine::to(socket_of(&stores)).await;
    let eyes = stores.redis_url().to_owned();
    (App::on(stores, &line.redis_url(), &eyes).await, line)
}

/// Sets the only sitting's capacity.
async fn put_capacity(front: &Front, capacity: u32) -> Reply {
    let body = json!({"title": "s", "capacity": capacity});
    persist(|| front.call(Method::PUT, "/api/v1/exams/e/sittings/s", body.clone())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_comes_late_takes_no_seat() {
    let (app, line) = behind_a_line().await;
    app.exam(900, &[("s", "-", 2)]).await;
    app.agree().await;
    line.stall_questions();
    let reply = persist(|| app.hold("anna", &["s"])).await;
    assert_eq!(reply.0, StatusCode::CREATED, "{reply:?}");
    assert_eq!(app.release(&id(&reply)).await, StatusCode::NO_CONTENT);
    line.deliver();
    tokio::time::sleep(ARRIVAL).await;
    assert!(app.in_redis().await.is_empty(), "what came late took the seat again");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raise_that_comes_late_does_not_undo_a_later_cut() {
    let (app, line) = behind_a_line().await;
    app.exam(900, &[("s", "-", 2)]).await;
    app.agree().await;
    line.stall_questions();
    assert_eq!(put_capacity(&app, 5).await.0, StatusCode::OK);
    assert_eq!(put_capacity(&app, 2).await.0, StatusCode::OK);
    line.deliver();
    tokio::time::sleep(ARRIVAL).await;
    assert_eq!(app.counts().await[&1], (2, 2));
    app.finish().await;
}

/// Holds the sitting while no answer comes over the line, so that the server has to ask again. `None` where it gave up first, as on
/// a machine that is full to the brim: whoever asks again then is told that they have a seat.
async fn hold_unheard(app: &App, line: &FaultyLine, candidate: &str) -> Option<Reply> {
    line.stall_answers();
    let reply = app.hold(candidate, &["s"]).await;
    line.deliver();
    let again = persist(|| app.hold(candidate, &["s"])).await;
    if reply.0 == StatusCode::SERVICE_UNAVAILABLE {
        return None;
    }
    assert_eq!((again.0, id(&again)), (StatusCode::OK, id(&reply)));
    Some(reply)
}

/// Asks for it with one candidate after the other until a server has not given up.
async fn one_of_a_few<T>(mut ask: impl AsyncFnMut(String) -> Option<T>) -> T {
    for n in 0..8 {
        if let Some(found) = ask(format!("anna{n}")).await {
            return found;
        }
    }
    panic!("a server always gives up before it has asked again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_whose_answer_was_lost_is_new_to_whoever_asked() {
    let (app, line) = behind_a_line().await;
    app.exam(900, &[("s", "-", 99)]).await;
    app.agree().await;
    let reply = one_of_a_few(async |candidate| hold_unheard(&app, &line, &candidate).await).await;
    assert_eq!(reply.0, StatusCode::CREATED, "the first call took the seat, and nobody heard of it: {reply:?}");
    // Who gave a seat back takes one again for the rest of its time: the deadline says nothing of when.
    let (reply, before) = one_of_a_few(async |candidate| {
        let candidate = format!("again-{candidate}");
        let before = persist(|| app.hold(&candidate, &["s"])).await;
        assert_eq!(app.release(&id(&before)).await, StatusCode::NO_CONTENT, "{candidate}");
        Some((hold_unheard(&app, &line, &candidate).await?, before))
    })
    .await;
    assert_eq!((reply.0, deadline(&reply)), (StatusCode::CREATED, deadline(&before)), "{reply:?}");
    // And who had taken one again before is told so.
    let (reply, again) = one_of_a_few(async |candidate| {
        let candidate = format!("kept-{candidate}");
        let kept = app.held(&candidate, "s").await;
        assert_eq!(app.release(&kept).await, StatusCode::NO_CONTENT, "{candidate}");
        let again = app.held(&candidate, "s").await;
        // Longer ago than a full machine's two clocks may be apart: what was made just before counts as made by the call.
        tokio::time::sleep(Duration::from_secs(2)).await;
        Some((hold_unheard(&app, &line, &candidate).await?, again))
    })
    .await;
    assert_eq!((reply.0, id(&reply)), (StatusCode::OK, again), "{reply:?}");
    app.finish().await;
}

/// All keys of the pool, as Redis keeps them.
async fn dump(app: &App) -> Vec<Option<Vec<u8>>> {
    let mut values = Vec::new();
    for key in keys().all() {
        values.push(redis::cmd("DUMP").arg(key).query_async(&mut app.look().await).await.unwrap());
    }
    values
}

fn keys() -> PoolKeys {
    PoolKeys::of(&"e".parse::<PoolId>().unwrap())
}

async fn is_ambiguous<T: std::fmt::Debug>(call: impl Future<Output = Result<T, StoreError>>) {
    let answer = call.await;
    assert!(matches!(answer, Err(StoreError::Ambiguous(_))), "{answer:?}");
}

/// A server wrote calls of every kind on its line and died: nobody is left who could have Redis drop the line. But
/// the calls carry their end.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_server_wrote_is_not_carried_out_after_its_end() {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 5), ("t", "-", 5)]).await;
    let [held, frozen] = [app.held("c1", "s").await, app.held("c2", "s").await];
    app.freeze(&frozen).await;
    app.agree().await;
    let generation = |hold: &str| Generation(i64::from_str_radix(hold.rsplit('.').next().unwrap(), 16).unwrap());
    let place = |candidate: &str, hold: &str| Place {
        candidate: candidate.parse().unwrap(),
        group: SittingNumber(1),
        sitting: SittingNumber(1),
        generation: generation(hold),
    };

    let line = FaultyLine::to(socket_of(&app.stores)).await;
    let store = Store::open(&line.redis_url()).await.unwrap();
    let (keys, link) = (keys(), store.link(&keys()).await.unwrap());
    store.trust(&keys, &link, 0, None);
    let moment = Moment::now(link.kept(&keys).await.unwrap().epoch.unwrap());
    let request =
        HoldRequest { candidate: "c3".parse().unwrap(), sittings: vec![(SittingNumber(2), SittingNumber(2))] };
    let (lasting, holds) = (Lasting::of(Duration::from_secs(900)), [request]);
    let taking = [FreezeRequest { place: place("c4", &held), take: true, reference: Some("r".parse().unwrap()) }];
    let (given_back, decided) = ([place("c1", &held)], [(place("c2", &frozen), false)]);
    let room = WaitingRoomRedisKeys::of(&"e".parse().unwrap());
    let candidate = "c5".parse().unwrap();
    let joining = JoinRequest {
        round: 1,
        candidate: &candidate,
        shuffled_score: 0.5,
        opens_ms: None,
        was_present: false,
        pass_life_ms: 1_000,
        join: true,
    };
    // So that Redis knows the script.
    store.waiting_room_join(&room, &JoinRequest { join: false, ..joining.clone() }).await.unwrap();
    line.stall_all();
    tokio::join!(
        is_ambiguous(store.hold(&keys, moment, lasting, &holds)),
        is_ambiguous(store.release(&keys, moment, &given_back)),
        is_ambiguous(store.freeze(&keys, moment, &taking)),
        is_ambiguous(store.settle(&keys, moment, &decided)),
        is_ambiguous(store.resize(&keys, moment, &[(SittingNumber(1), 50)])),
        is_ambiguous(async { store.waiting_room_join(&room, &joining).await }),
    );
    drop(store);
    tokio::time::sleep(CALL_LIFE / 10).await;
    let before = dump(&app).await;
    line.deliver();
    tokio::time::sleep(ARRIVAL).await;
    assert!(dump(&app).await == before, "a call was carried out after its end");
    let line_of_room: Option<Vec<u8>> =
        redis::cmd("DUMP").arg(&room.all()[0]).query_async(&mut app.look().await).await.unwrap();
    assert_eq!(line_of_room, None, "a position was taken after the call's end");
    app.finish().await;
}
