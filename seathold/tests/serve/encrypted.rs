//! Over stores that speak TLS seats are held and paid for as ever; a server that is not who it should be gets no word.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use testkit::{AppOptions, EncryptedStores, FaultyLine, LineEnd, ServedApp};

use super::{EXAM, hold, request, sentence};

/// What a command over these stores says at last, unless it is carried out.
async fn said(data: &Path, redis: &str, postgres: &str) -> Result<(), String> {
    let mut command = Command::new(ServedApp::binary());
    command.args(["staff", "list", "--data"]).arg(data).env("REDIS_URL", redis).env("DATABASE_URL", postgres);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    if output.status.success() { Ok(()) } else { Err(sentence(&output)) }
}

/// Refused with this sentence, at once, and without a password in it.
async fn is_refused(data: &Path, redis: &str, postgres: &str, wanted: &str) {
    let since = Instant::now();
    let said = said(data, redis, postgres).await.expect_err(wanted);
    assert!(said.contains(wanted), "{said}\nis not: {wanted}");
    assert!(!said.contains("only%20over") && !said.contains("only over"), "{said}");
    assert!(since.elapsed() < Duration::from_secs(30), "nothing gets better by waiting: {:?}", since.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn over_stores_that_speak_tls_a_seat_is_paid_for_and_impostors_are_refused() {
    let stores = EncryptedStores::start().await;
    let (redis, postgres) = (stores.redis_url(), stores.postgres_url());
    let environment = vec![("REDIS_URL".to_owned(), redis.clone()), ("DATABASE_URL".to_owned(), postgres.clone())];
    let app = ServedApp::start_with(AppOptions { environment, ..AppOptions::default() }).await;
    let held = hold(&app, "wang").await;
    assert_eq!(held.status, 201, "{}", held.body);
    let id = held.json()["holds"][0]["id"].as_str().unwrap().to_owned();
    let reference = serde_json::json!({"reference": "r"});
    let confirmed = request(&app, "POST", &format!("{EXAM}/holds/{id}/confirm"), Some(reference)).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);

    let data = app.data();
    let file = |name: &str| stores.file(name).display().to_string();
    let (ca, other) = (file("ca.pem"), file("other-ca.pem"));
    let full = |ca: &str| format!("sslmode=verify-full&sslrootcert={ca}");
    // What the modes ask, and no more.
    let by_another_name = stores.postgres_at("127.0.0.1", &format!("sslmode=verify-ca&sslrootcert={ca}"));
    assert_eq!(said(data, &redis, &by_another_name).await, Ok(()));
    assert_eq!(said(data, &redis, &stores.postgres_at("127.0.0.1", "sslmode=require")).await, Ok(()));

    let unsigned = format!("Postgres at localhost shows a certificate that no CA in {other} has signed");
    is_refused(data, &redis, &stores.postgres_at("localhost", &full(&other)), &unsigned).await;
    let asked = format!("sslmode=require&sslrootcert={other}");
    is_refused(data, &redis, &stores.postgres_at("localhost", &asked), &unsigned).await;
    let misnamed = "at 127.0.0.1 shows a certificate that is not for this name but for localhost";
    is_refused(data, &redis, &stores.postgres_at("127.0.0.1", &full(&ca)), misnamed).await;
    let stranger = format!("{}&sslcert={}&sslkey={}", full(&ca), file("stranger.pem"), file("stranger.key"));
    let refused = "Postgres at localhost does not accept our certificate";
    is_refused(data, &redis, &stores.postgres_at("localhost", &stranger), refused).await;
    let known = format!("{}&sslcert={}&sslkey={}", full(&ca), file("client.pem"), file("client.key"));
    assert_eq!(said(data, &redis, &stores.postgres_at("localhost", &known)).await, Ok(()));
    let plain = FaultyLine::to(LineEnd::Socket(stores.postgres_socket())).await;
    let in_clear = format!("postgres://seathold@127.0.0.1:{}/seathold?sslmode=require", plain.port());
    is_refused(data, &redis, &in_clear, "Postgres at 127.0.0.1 does not speak TLS: turn it on there").await;

    let safe = "say --plaintext-stores where nobody else is on the line between";
    is_refused(data, "redis://203.0.113.7:6379/", &postgres, safe).await;
    is_refused(data, &redis, "postgres://seathold:only%20over@203.0.113.7/seathold", safe).await;

    let own = format!("cert={}&key={}", file("client.pem"), file("client.key"));
    let unsigned = format!("Redis at localhost shows a certificate that no CA in {other} has signed");
    is_refused(data, &stores.redis_at("localhost", &format!("cacert={other}&{own}")), &postgres, &unsigned).await;
    is_refused(data, &stores.redis_at("127.0.0.1", &format!("cacert={ca}&{own}")), &postgres, misnamed).await;
    let unknown = stores.redis_at("localhost", &format!("cacert={ca}"));
    is_refused(data, &unknown, &postgres, "Redis at localhost wants a certificate of ours").await;
}
