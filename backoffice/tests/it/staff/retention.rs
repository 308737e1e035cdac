//! How long data of candidates is kept, over HTTP: what another rule would do is seen first, another person agrees, and accounts in
//! a dispute are kept.

use http::StatusCode;
use registration::people::retention::{Gone, Years};
use uuid::Uuid;

use super::approvals::by_two;

#[tokio::test(flavor = "multi_thread")]
async fn another_rule_is_counted_first_and_is_two_people_s() {
    let mut house = by_two().await;
    let retention = house.registration.retention().clone();
    house
        .sql(
            "INSERT INTO registration.accounts (id, password_hash, created_at)
             SELECT gen_random_uuid(), '!', now() - interval '6 years' FROM generate_series(1, 3)",
        )
        .await;
    house.sign_in("wang.fang").await;
    assert_eq!(house.get("/retention").await.0, StatusCode::FORBIDDEN);
    assert_eq!(house.post("/retention", "version=0&years=5&sure=true").await.0, StatusCode::FORBIDDEN);
    let page = house.by("chief").get("/retention").await.2;
    assert!(page.contains("现在的期限：一直保留"), "{page}");

    for wrong in ["0", "31", "many"] {
        let refused = house.post("/retention", &format!("version=0&years={wrong}&sure=true")).await;
        assert!(
            refused.0 == StatusCode::UNPROCESSABLE_ENTITY && refused.2.contains("1 至 30"),
            "{wrong}: {}",
            refused.2
        );
    }
    let seen = house.post("/retention", "version=0&years=5").await;
    assert!(seen.0 == StatusCode::OK && seen.2.contains("今天到期 3 个账号，30 天内到期 3 个"), "{}", seen.2);
    assert!(seen.2.contains("请另一人同意") && seen.2.contains("name=\"sure\""), "{}", seen.2);
    let chief = house.member_called("chief").await;
    assert!(house.registration.approvals.asked(&chief).await.unwrap().is_empty(), "nothing was asked for yet");
    let id = house.asks("/retention", "version=0&years=5&sure=true").await;
    assert_eq!(retention.current().years, None);
    let waits = house.by("deputy").get("/approvals").await.2;
    assert!(waits.contains("由“一直保留”改为“5 年”"), "{waits}");
    assert_eq!(house.agrees("deputy", id).await.1, "/approvals?done=done");
    assert_eq!(retention.current().years, Years::new(5));
    let page = house.by("chief").get("/retention").await.2;
    assert!(page.contains("现在的期限：5 年") && page.contains("今天已到期 3 个账号"), "{page}");
    assert!(page.contains("之前不会删除任何信息"), "nothing goes within a day: {page}");
    let stale = house.post("/retention", "version=0&years=1&sure=true").await;
    assert_eq!(stale.0, StatusCode::CONFLICT, "{}", stale.2);

    let sql = house.stores.pool().get().await.unwrap();
    let one: Uuid =
        sql.query_one("SELECT id FROM registration.accounts ORDER BY id LIMIT 1", &[]).await.unwrap().get(0);
    let number = one.simple().to_string().to_uppercase();
    let unknown = house.post("/retention/holds", &format!("account={}&reason=申诉", Uuid::from_u128(7).simple())).await;
    assert!(unknown.0 == StatusCode::UNPROCESSABLE_ENTITY && unknown.2.contains("没有这个账号"), "{}", unknown.2);
    let held = house.post("/retention/holds", &format!("account={number}&reason=申诉处理中")).await;
    assert_eq!((held.0, &held.1[..]), (StatusCode::SEE_OTHER, "/retention?done=held"), "{}", held.2);
    let page = house.get("/retention").await.2;
    assert!(page.contains("申诉处理中") && page.contains(&number) && page.contains("今天已到期 2 个账号"), "{page}");

    assert_eq!(retention.forget_due().await.unwrap(), Gone::default(), "not before tomorrow");
    house.sql("UPDATE registration.retention SET changed_at = changed_at - interval '2 days'").await;
    assert_eq!(retention.forget_due().await.unwrap().accounts, 2);
    let let_go = house.post("/retention/holds", &format!("account={number}&let_go=true")).await;
    assert_eq!((let_go.0, &let_go.1[..]), (StatusCode::SEE_OTHER, "/retention?done=let-go"), "{}", let_go.2);
    let page = house.get("/retention").await.2;
    assert!(page.contains("今天已到期 1 个账号") && page.contains("已删除个人信息的账号共 2 个"), "{page}");
    house.registration.stop().await;
}
