//! What other systems are let in with, from the staff's pages.

use http::StatusCode;
use jiff::SignedDuration;
use registration::desk::staff::{By, Role};
use registration::secrets::api_keys::{ApiKeyError, WantedKey};
use reservation::api::auth::secret::is_mistyped;
use reservation::ledger::api_keys::{Scope, revoke_ended};

use crate::house::{EXAM, House};

fn within<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let from = text.find(before).unwrap_or_else(|| panic!("{before} in {text}")) + before.len();
    let rest = &text[from..];
    &rest[..rest.find(after).unwrap()]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_made_replaced_and_ended_and_all_of_it_is_on_record() {
    let mut house = House::open(Vec::new()).await;
    house.import("degree-english", EXAM, &[]).await;
    for (name, role) in [("li.min", Role::Reviewer), ("chief", Role::Administrator)] {
        house.hire(name, role).await;
        house.sign_in(name).await;
    }
    assert_eq!(house.by("li.min").get("/api-keys").await.0, StatusCode::FORBIDDEN);
    assert_eq!(house.post("/api-keys", "name=x&scope=hold&of=all&days=30").await.0, StatusCode::FORBIDDEN);
    assert_eq!(house.post("/api-keys/1/revoke", "").await.0, StatusCode::FORBIDDEN);
    house.by("chief");
    let wrong = house.post("/api-keys", "name=17&scope=hold&of=all&days=30").await;
    assert!(wrong.0 == StatusCode::UNPROCESSABLE_ENTITY && wrong.2.contains("名称不能只是数字"), "{}", wrong.2);
    assert_eq!(house.post("/api-keys", "name=a&scope=hold&of=some&days=30").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let unknown = house.post("/api-keys", "name=a&scope=hold&of=some&exam=none&days=30").await;
    assert_eq!(unknown.0, StatusCode::UNPROCESSABLE_ENTITY);

    let form = "name=%E7%A5%A8%E5%8A%A1&scope=hold&scope=confirm&of=some&exam=degree-english&days=30";
    let made = house.post("/api-keys", form).await;
    assert_eq!(made.0, StatusCode::OK);
    let secret = within(&made.2, "id=\"secret\">", "<").to_owned();
    assert!(secret.starts_with("seathold_") && !is_mistyped(&secret), "{secret}");
    let number = within(&made.2, "/api-keys/", "\"").to_owned();
    let page = house.get(&format!("/api-keys/{number}")).await.2;
    assert!(page.contains("票务") && !page.contains(&secret), "it is shown once");

    let replaced = house.post(&format!("/api-keys/{number}/rotate"), "hours=1").await;
    let second = within(&replaced.2, "id=\"secret\">", "<").to_owned();
    assert!(replaced.0 == StatusCode::OK && second != secret);
    let keys = house.registration.outward.api_keys.list(By::Operator).await.unwrap();
    let (old, new) = (&keys[keys.len() - 2], &keys[keys.len() - 1]);
    assert_eq!((old.id.0.to_string(), &new.name, new.scopes, &new.exams), (number, &old.name, old.scopes, &old.exams));
    let lives = |key: &reservation::ledger::api_keys::ListedKey| key.expires_at.unwrap().duration_since(key.created_at);
    assert!(lives(old).as_hours() <= 1 && (lives(new).as_hours() - 30 * 24).abs() <= 1, "{old:?} {new:?}");
    assert_eq!((old.replaced_by, new.replaced_by, old.revoked_at), (Some(new.id), None, None));
    let twice = house.post(&format!("/api-keys/{}/rotate", old.id.0), "hours=0").await;
    assert!(twice.0 == StatusCode::CONFLICT && twice.2.contains("来接替它"), "{}", twice.2);
    let at_once = house.post(&format!("/api-keys/{}/rotate", new.id.0), "hours=0").await;
    assert_eq!(at_once.0, StatusCode::OK);
    let keys = house.registration.outward.api_keys.list(By::Operator).await.unwrap();
    let (cut, new) = (&keys[keys.len() - 2], &keys[keys.len() - 1]);
    assert!(cut.revoked_at.is_some() && cut.revoked_at == cut.expires_at, "also for the version before: {cut:?}");
    let ended = house.post(&format!("/api-keys/{}/revoke", new.id.0), "").await;
    assert_eq!(ended.1, format!("/api-keys/{}?done=revoked", new.id.0));
    let again = house.post(&format!("/api-keys/{}/rotate", new.id.0), "hours=1").await;
    assert_eq!(again.0, StatusCode::CONFLICT, "what has ended is not replaced");
    assert_eq!(house.get("/api-keys/99").await.0, StatusCode::NOT_FOUND);

    let client = house.stores.pool().get().await.unwrap();
    let asked = "SELECT action || ' ' || subject || ': ' || detail FROM registration.audit WHERE action LIKE 'key.%' ORDER BY id";
    let lines: Vec<String> = client.query(asked, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines[0].contains("票务 (hold,confirm) of degree-english until 2"), "{lines:?}");
    assert!(lines[1].contains(&format!("key {} until 2", cut.id.0)), "{lines:?}");
    assert!(!lines.concat().contains(&secret) && !lines.concat().contains(&second));
}

/// The version before reads neither ends nor what a key was replaced by: for it a key is good until it is revoked.
#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_key_whose_time_is_over_is_revoked_for_the_version_before_too() {
    let house = House::open(Vec::new()).await;
    let keys = &house.registration.outward.api_keys;
    // One that the version before knows.
    let wanted = WantedKey { name: "票务".to_owned(), scopes: Scope::Metrics.into(), ..WantedKey::default() };
    let made = keys.make(By::Operator, &wanted).await.unwrap();
    let next = keys.rotate(By::Operator, made.id, SignedDuration::from_hours(1)).await.unwrap();
    let twice = keys.rotate(By::Operator, made.id, SignedDuration::ZERO).await;
    assert!(matches!(twice, Err(ApiKeyError::Replaced(id)) if id == next.id), "{twice:?}");
    let client = house.stores.pool().get().await.unwrap();
    let ended =
        "UPDATE reservation.api_keys SET expires_at = now() - interval '1 second' WHERE replaced_by IS NOT NULL";
    for (sql, is_revoked) in [("SELECT", false), (ended, true)] {
        client.execute(sql, &[]).await.unwrap();
        revoke_ended(&**client).await.unwrap();
        let all = keys.list(By::Operator).await.unwrap();
        let [old, new] = [made.id, next.id].map(|id| all.iter().find(|key| key.id == id).unwrap());
        assert_eq!((old.revoked_at.is_some(), new.revoked_at), (is_revoked, None));
        assert!(!old.was_revoked(), "nobody did: {old:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_may_everything_is_the_operator_s_where_two_people_are_asked_for() {
    let mut house = House::open_by_two().await;
    house.import("degree-english", EXAM, &[]).await;
    house.hire("chief", Role::Administrator).await;
    house.sign_in("chief").await;
    let refused = house.post("/api-keys", "name=a&scope=hold&scope=admin&of=all&days=30").await;
    assert!(refused.0 == StatusCode::CONFLICT && refused.2.contains("seathold key add --scope admin"), "{}", refused.2);
    assert!(house.registration.outward.api_keys.list(By::Operator).await.unwrap().is_empty());
    let wanted = WantedKey { name: "admin-1".to_owned(), scopes: Scope::Admin.into(), ..WantedKey::default() };
    let made = house.registration.outward.api_keys.make(By::Operator, &wanted).await.unwrap();
    let refused = house.post(&format!("/api-keys/{}/rotate", made.id.0), "hours=1").await;
    assert!(refused.0 == StatusCode::CONFLICT && !refused.2.contains("id=\"secret\""), "{}", refused.2);
    assert_eq!(house.registration.outward.api_keys.list(By::Operator).await.unwrap().len(), 1);
    let other = house.post("/api-keys", "name=b&scope=hold&of=all&days=30").await;
    assert_eq!(other.0, StatusCode::OK);
}
