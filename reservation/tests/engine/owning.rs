//! Keys and whose holds they reach: each its own, the administrator's all, a revoked one none.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use reservation::api::auth::FRESH;
use reservation::api::auth::secret::{digest_of, new_key};
use reservation::api::router::ROUTES;
use reservation::api::{Api, ApiConfig};
use reservation::engine::refused_keys::Refusal;
use reservation::engine::waiting_room::Admission;
use reservation::ledger::api_keys::{self, KeyId, Named, NewKey, Scope, Scopes};
use serde_json::{Value, json};

use crate::app::{App, Reply, WAIT, code, id, raw};

const HOLDS: &str = "/api/v1/exams/e/holds";

/// Calls with this key.
async fn call(api: &Api, key: &str, method: Method, path: &str, body: Value) -> Reply {
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    let (status, text) = raw(api, method, path, Some(key), body).await;
    (status, serde_json::from_slice(&text).unwrap_or_default())
}

async fn hold(api: &Api, key: &str, candidate: &str) -> Reply {
    call(api, key, Method::POST, HOLDS, json!({"candidate": candidate, "sittings": ["s"]})).await
}

/// An exam with these keys besides the administrator's, and an API that has not looked for keys yet.
async fn app_with_keys(keys: &[(&str, Scope, &str)]) -> (App, Api) {
    let app = App::start().await;
    app.exam(900, &[("s", "-", 9)]).await;
    for (name, scope, key) in keys {
        // Whoever holds in these tests confirms, too.
        let scopes = if *scope == Scope::Hold { [Scope::Hold, Scope::Confirm].into() } else { Scopes::from(*scope) };
        app.engine.add_api_key(name, scopes, key).await.unwrap();
    }
    let api = Api::new(app.engine.clone(), ApiConfig::default());
    (app, api)
}

/// Whatever is done with this hold under this key, it does not exist, and is called as it was asked for.
async fn knows_nothing_of(api: &Api, key: &str, hold: &str) {
    let path = format!("{HOLDS}/{hold}");
    let all = ROUTES.iter().filter(|route| route.path.contains("{hold}") && route.method != Method::DELETE);
    for route in all {
        let (method, path) = (&route.method, route.path.replace("{exam}", "e").replace("{hold}", hold));
        let body = if path.ends_with("/confirm") { json!({"reference": "stolen"}) } else { Value::Null };
        let reply = call(api, key, method.clone(), &path, body).await;
        assert_eq!((reply.0, code(&reply)), (StatusCode::NOT_FOUND, "unknown_hold"), "{method} {path}");
        assert_eq!(reply.1["detail"], format!("Hold {hold} does not exist."));
    }
    // Giving back what is not there is done already, as it is with every hold that is gone.
    assert_eq!(call(api, key, Method::DELETE, &path, Value::Null).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_does_nothing_to_holds_of_others() {
    let keys = [("one", Scope::Hold, "one"), ("two", Scope::Hold, "two"), ("one", Scope::Hold, "one again")];
    let (app, api) = app_with_keys(&keys).await;
    let site = "AZrPfXzqdVqk3mHnTqz0Aw".parse().unwrap();
    let of_site = app.engine.hold(&"e".parse().unwrap(), &site, &["s".parse().unwrap()], Admission::Exempt).await;
    let of_site = of_site.unwrap().holds[0].id.to_string();

    let (one, two) = (hold(&api, "one", "li").await, hold(&api, "two", "li").await);
    assert_eq!((one.0, two.0), (StatusCode::CREATED, StatusCode::CREATED), "two candidates of one name");
    let (one, two) = (id(&one), id(&two));
    assert!(one.starts_with("li.") && two.starts_with("li."), "{one} {two}");
    assert_eq!(app.free("s").await, 6);
    for others in [&two, &of_site, &format!("k2-{one}")] {
        knows_nothing_of(&api, "one", others).await;
    }
    for hold in [format!("k2-{one}"), format!("k3-{two}"), of_site.clone()] {
        assert_eq!(app.state(&hold).await, "held", "{hold} is as it was");
    }
    // Under the name of the site's candidate it gets a seat of its own, and is told nothing of the other.
    let own = hold(&api, "one", "AZrPfXzqdVqk3mHnTqz0Aw").await;
    assert_eq!(own.0, StatusCode::CREATED);
    assert_ne!(id(&own), of_site);

    // Its own it does everything with, under the id that it was told; and so does the key that follows it.
    let path = format!("{HOLDS}/{one}");
    let frozen = call(&api, "one", Method::POST, &format!("{path}/freeze"), Value::Null).await;
    assert_eq!((frozen.0, frozen.1["id"].as_str()), (StatusCode::OK, Some(one.as_str())));
    let paid = call(&api, "one again", Method::POST, &format!("{path}/confirm"), json!({"reference": "r"})).await;
    assert_eq!((paid.0, paid.1["id"].as_str()), (StatusCode::OK, Some(one.as_str())));
    assert_eq!(call(&api, "one", Method::GET, &path, Value::Null).await.1["state"], "confirmed");
    assert_eq!(hold(&api, "one again", "li").await.0, StatusCode::OK, "held already");

    // The administrator reaches all, by the names that the engine knows.
    let all: Vec<String> = app.in_redis().await.into_keys().collect();
    assert!(all.iter().any(|field| field.starts_with("k2-li:")), "{all:?}");
    assert_eq!(app.state(&format!("k2-{one}")).await, "confirmed");
    assert_eq!(app.state(&of_site).await, "held");
    assert_eq!(call(&api, "one", Method::DELETE, &path, Value::Null).await.0, StatusCode::NO_CONTENT);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_too_long_for_its_key_is_refused_in_words() {
    let (app, api) = app_with_keys(&[("one", Scope::Hold, "one")]).await;
    let long = "x".repeat(62);
    for (path, body) in [
        (HOLDS, json!({"candidate": long, "sittings": ["s"]})),
        ("/api/v1/exams/e/waiting-room/positions", json!({"candidate": long})),
    ] {
        let reply = call(&api, "one", Method::POST, path, body).await;
        assert_eq!((reply.0, reply.1["field"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("candidate")));
        assert!(reply.1["detail"].as_str().unwrap().contains("at most 61 characters"), "{}", reply.1);
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_and_a_position_are_a_keys_own_and_the_shuffle_can_be_checked() {
    let (app, api) = app_with_keys(&[("one", Scope::Hold, "one"), ("two", Scope::Hold, "two")]).await;
    let opens = async |within: SignedDuration| {
        let opens_at = Timestamp::now() + within;
        let body = json!({"title": "E", "hold_seconds": 900, "opens_at": opens_at, "waiting_room": {"mode": "on"}});
        assert!(app.put("/api/v1/exams/e", body).await.0.is_success());
    };
    opens(SignedDuration::from_mins(10)).await;
    let position = async |key: &str| {
        call(&api, key, Method::POST, "/api/v1/exams/e/waiting-room/positions", json!({"candidate": "li"})).await.1
    };
    assert_eq!(position("one").await["shuffled_as"], "k2-li");
    assert_eq!(position("two").await["shuffled_as"], "k3-li");
    assert_eq!(position("test-admin-key").await["shuffled_as"], "li");
    // It opens when all are there, however long that took.
    opens(SignedDuration::from_millis(300)).await;
    let since = Instant::now();
    let pass = loop {
        let position = position("one").await;
        if position["state"] == "admitted" {
            break position["pass"].clone();
        }
        assert!(since.elapsed() < WAIT, "{position}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let with_pass = json!({"candidate": "li", "sittings": ["s"], "pass": pass});
    let refused = call(&api, "two", Method::POST, HOLDS, with_pass.clone()).await;
    assert_eq!((refused.0, code(&refused)), (StatusCode::CONFLICT, "not_admitted"));
    assert_eq!(call(&api, "one", Method::POST, HOLDS, with_pass).await.0, StatusCode::CREATED);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_works_no_longer_than_documented_in_any_process() {
    let keys = [("one", Scope::Hold, "one"), ("two", Scope::Hold, "two"), ("two", Scope::Hold, "two again")];
    let (app, api) = app_with_keys(&keys).await;
    let (engine, other) = app.another().await;
    for api in [&api, &other] {
        for key in ["one", "two", "two again"] {
            assert!(hold(api, key, "li").await.0.is_success());
        }
    }
    assert_eq!(
        app.engine.revoke_api_keys(Named::Name("two")).await.unwrap(),
        [(KeyId(3), "two".to_owned()), (KeyId(4), "two".to_owned())]
    );
    assert_eq!(app.engine.revoke_api_keys(Named::Id(KeyId(4))).await.unwrap(), [], "revoked already");
    assert_eq!(app.engine.revoke_api_keys(Named::Name("none")).await.unwrap(), []);
    let listed = app.engine.api_keys().await.unwrap();
    let states: Vec<_> = listed.iter().map(|key| (key.name.as_str(), key.revoked_at.is_some())).collect();
    assert_eq!(states, [("test", false), ("one", false), ("two", true), ("two", true)]);
    tokio::time::sleep(FRESH).await;
    for api in [&api, &other] {
        assert_eq!(hold(api, "two", "li").await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(hold(api, "two again", "li").await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(hold(api, "one", "li").await.0, StatusCode::OK);
    }
    // A key that comes after them has their candidates.
    app.engine.add_api_key("two", Scope::Hold, "two at last").await.unwrap();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(hold(&api, "two at last", "li").await.0, StatusCode::OK, "the hold of the first");
    engine.stop().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_are_for_who_may_read_them() {
    let (app, api) = app_with_keys(&[("one", Scope::Hold, "one"), ("watch", Scope::Metrics, "watch")]).await;
    let by_nobody = HeaderMap::new();
    let guess = [(AUTHORIZATION, HeaderValue::from_static("Bearer guess"))].into_iter().collect();
    assert_eq!((api.knows(&by_nobody), api.knows(&guess)), (false, true), "the first call has the keys read");
    let read = async |key| raw(&api, Method::GET, "/metrics", key, Bytes::new()).await.0;
    assert_eq!(read(None).await, StatusCode::UNAUTHORIZED);
    assert_eq!(read(Some("one")).await, StatusCode::FORBIDDEN);
    // This API has no counters to show.
    assert_eq!(read(Some("watch")).await, StatusCode::NOT_FOUND);
    // A place among those that are kept is for keys that may hold; which those are is known by now.
    let knows =
        |key: &str| api.knows(&[(AUTHORIZATION, format!("Bearer {key}").parse().unwrap())].into_iter().collect());
    assert_eq!(["one", "test-admin-key", "watch", "guess"].map(knows), [true, true, false, false]);
    assert_eq!(read(Some("test-admin-key")).await, StatusCode::NOT_FOUND);
    assert_eq!(hold(&api, "watch", "li").await.0, StatusCode::FORBIDDEN);
    app.finish().await;
}

/// A shop takes seats; that they are paid for is said by another key of the same name, or by nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_may_only_hold_confirms_nothing() {
    let (app, api) = app_with_keys(&[("shop", Scope::Confirm, "till")]).await;
    app.engine.add_api_key("shop", Scope::Hold, "shop").await.unwrap();
    let taken = hold(&api, "shop", "li").await;
    assert_eq!(taken.0, StatusCode::CREATED, "{taken:?}");
    let path = format!("{HOLDS}/{}", id(&taken));
    for (what, body) in [("confirm", json!({"reference": "r"})), ("freeze", Value::Null)] {
        let refused = call(&api, "shop", Method::POST, &format!("{path}/{what}"), body).await;
        assert_eq!((refused.0, code(&refused)), (StatusCode::FORBIDDEN, "forbidden"), "{what}: {refused:?}");
    }
    assert_eq!(call(&api, "shop", Method::GET, &path, Value::Null).await.1["state"], "held");
    let paid = call(&api, "till", Method::POST, &format!("{path}/confirm"), json!({"reference": "r"})).await;
    assert_eq!(paid.1["state"], "confirmed", "{paid:?}");
    app.finish().await;
}

/// What a key without one scope, for one exam, or past its time, is answered; and what is left of that for the audit.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_refused_what_it_may_not_and_that_is_counted_without_the_key() {
    let keys = [("look", Scope::Read, "look"), ("pay", Scope::Confirm, "pay"), ("pay", Scope::Hold, "shop")];
    let (app, api) = app_with_keys(&keys).await;
    let other = json!({"title": "Other", "hold_seconds": 900});
    assert!(app.call(Method::PUT, "/api/v1/exams/other", other.clone()).await.0.is_success());
    let add = async |name, scopes, exams: Option<&[_]>, expires_at| {
        let key = new_key();
        let digest = digest_of(&key);
        let new = NewKey { name, scopes, exams, expires_at, made_by: None, digest: digest.as_ref(), ending: None };
        api_keys::add(&**app.stores.pool().get().await.unwrap(), &new).await.unwrap().unwrap();
        key
    };
    let only = ["e".parse().unwrap()];
    let limited = add("limited", Scope::Admin.into(), Some(&only), None).await;
    let ended = add("over", Scope::Hold.into(), None, Some(Timestamp::now() - SignedDuration::from_secs(9))).await;

    let taken = hold(&api, "shop", "li").await;
    let path = format!("{HOLDS}/{}", id(&taken));
    let frozen = format!("{path}/freeze");
    assert_eq!(
        hold(&api, "pay", "li").await.0,
        StatusCode::FORBIDDEN,
        "it confirms what its name holds, and takes nothing"
    );
    assert_eq!(call(&api, "pay", Method::DELETE, &path, Value::Null).await.0, StatusCode::FORBIDDEN);
    assert_eq!(call(&api, "pay", Method::POST, &frozen, Value::Null).await.0, StatusCode::OK);
    assert_eq!(call(&api, "look", Method::GET, &path, Value::Null).await.0, StatusCode::NOT_FOUND, "of another name");
    assert_eq!(call(&api, "look", Method::POST, &frozen, Value::Null).await.0, StatusCode::FORBIDDEN);
    assert_eq!(hold(&api, &limited, "wang").await.0, StatusCode::CREATED);
    let elsewhere = call(&api, &limited, Method::PUT, "/api/v1/exams/other", other).await;
    assert_eq!((elsewhere.0, code(&elsewhere)), (StatusCode::FORBIDDEN, "forbidden"));
    assert!(elsewhere.1["detail"].as_str().unwrap().contains("other exams"), "{}", elsewhere.1);
    assert_eq!(call(&api, &limited, Method::GET, "/metrics", Value::Null).await.0, StatusCode::FORBIDDEN);
    let over = hold(&api, &ended, "li").await;
    assert_eq!(over.0, StatusCode::UNAUTHORIZED);
    assert!(over.1["detail"].as_str().unwrap().contains("time is over"), "{}", over.1);
    let mistyped = format!("{}A", &limited[..limited.len() - 1]);
    let mistyped = if mistyped == limited { format!("{}B", &limited[..limited.len() - 1]) } else { mistyped };
    for key in [mistyped.as_str(), "never seen"] {
        assert_eq!(hold(&api, key, "li").await.0, StatusCode::UNAUTHORIZED);
    }
    let counted: Vec<_> = app.engine.take_refused_keys().into_iter().map(|one| (one.why, one.times)).collect();
    let (look, pay, limited_id, over) = (KeyId(2), KeyId(3), KeyId(5), KeyId(6));
    let expected = [
        (Refusal::Mistyped, 1),
        (Refusal::Unknown, 1),
        (Refusal::Ended(over), 1),
        (Refusal::Scope(look, Scope::Confirm), 1),
        (Refusal::Scope(pay, Scope::Hold), 2),
        (Refusal::Exam(limited_id), 2),
    ];
    assert_eq!(counted, expected);
    assert!(app.engine.take_refused_keys().is_empty());
    // The first use of a key is in the ledger soon, the others within a minute, or when the server stops.
    let since = Instant::now();
    loop {
        let listed = app.engine.api_keys().await.unwrap();
        let is_used: Vec<_> = listed.iter().map(|key| key.last_used_at.is_some()).collect();
        if is_used == [true, true, true, true, true, false] {
            break;
        }
        assert!(since.elapsed() < WAIT, "{is_used:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    app.finish().await;
}
