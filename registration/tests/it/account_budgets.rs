//! What messages to mobiles may cost on a day: for the site, a network, a prefix of numbers. A refusal counts as nothing,
//! and says the same whether there is an account or not.

use registration::model::exam_rules::{AccountRules, CaptchaRule, LoginKind, MobileRule};
use registration::people::accounts::{
    AccountSettings, Act, Caller, CodeError, ForgottenError, LinkError, NewAccount, SignUpError, SignUpForm, SignedUp,
    SpentBudget, Way,
};
use registration::secrets::captcha::Answer;

use crate::outbox::{MOBILE, prove, refuse, rows};
use crate::post::{Reached, form, stranger};
use crate::world::{PASSWORD, document, until};

fn from(address: &str) -> Caller<'static> {
    Caller { address: Some(address.parse().unwrap()), ..stranger() }
}

async fn ask(reached: &Reached, mobile: &str, caller: &Caller<'_>) -> Result<(), CodeError> {
    reached.accounts().send_sign_up_code(&mobile.parse().unwrap(), caller).await
}

fn is_spent(asked: &Result<(), CodeError>, budget: SpentBudget) -> bool {
    matches!(asked, Err(CodeError::Budget(spent)) if *spent == budget)
}

/// Asks for another password of several login names, of which the first has an account; all must hear the same.
async fn forgot(reached: &Reached, logins: &[&str], address: &str) -> Result<Way, ForgottenError> {
    let mut said = Vec::new();
    for login in logins {
        let (token, text) = reached.solved();
        let captcha = Answer { token: &token, text: &text, sums: "" };
        let caller = Caller { captcha, rule: CaptchaRule::Always, ..from(address) };
        said.push(reached.accounts().forgot_password(login, LoginKind::Document, &caller).await);
    }
    assert!(said.windows(2).all(|two| format!("{:?}", two[0]) == format!("{:?}", two[1])), "{said:?}");
    said.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_has_a_budget_of_codes_and_the_next_day_another() {
    let reached = Reached::with(AccountSettings { sms_per_network: Some(4), ..AccountSettings::default() }).await;
    let SignedUp::Account(_) = reached.signed_up(1, MOBILE).await else { panic!() };
    reached.forget_sendings().await;
    for (number, address) in ["192.0.2.1", "192.0.2.77", "::ffff:192.0.2.5"].iter().enumerate() {
        ask(&reached, &format!("1391000000{number}"), &from(address)).await.unwrap();
    }
    // A code for another password comes from the same budget, also where nobody has the name.
    assert!(matches!(forgot(&reached, &[&document(9)], "192.0.2.3").await, Ok(Way::Either)));
    let refused = ask(&reached, "13900000000", &from("192.0.2.200")).await;
    assert!(is_spent(&refused, SpentBudget::Network), "{refused:?}");
    let spent = forgot(&reached, &[&document(1), &document(2), MOBILE, "13911112222"], "192.0.2.9").await;
    assert!(matches!(spent, Err(ForgottenError::Budget(SpentBudget::Network))), "{spent:?}");
    // Whatever costs no message goes on, and so does everybody else.
    assert!(matches!(forgot(&reached, &["li.na@example.com"], "192.0.2.9").await, Ok(Way::Letter)));
    ask(&reached, "13900000000", &from("192.0.3.1")).await.unwrap();
    assert_eq!(reached.sent_to("13900000000").await.len(), 1);

    // Of IPv6 the first 48 bits are one network.
    for number in 0..4 {
        ask(&reached, &format!("1392000000{number}"), &from(&format!("2001:db8:1:{number}::1"))).await.unwrap();
    }
    let refused = ask(&reached, "13920000009", &from("2001:db8:1:ffff::9")).await;
    assert!(is_spent(&refused, SpentBudget::Network), "{refused:?}");
    ask(&reached, "13920000009", &from("2001:db8:2::9")).await.unwrap();

    reached.next_day().await;
    ask(&reached, "13930000000", &from("192.0.2.200")).await.unwrap();
    assert!(matches!(forgot(&reached, &[&document(1), &document(2)], "192.0.2.9").await, Ok(Way::Either)));
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mobiles_of_one_prefix_have_a_budget_of_messages() {
    let reached = Reached::with(AccountSettings { sms_per_prefix: Some(3), ..AccountSettings::default() }).await;
    let SignedUp::Account(account) = reached.signed_up(1, MOBILE).await else { panic!() };
    reached.forget_sendings().await;
    for number in 0..2 {
        ask(&reached, &format!("{}000{number}", &MOBILE[..7]), &from(&format!("198.51.{number}.1"))).await.unwrap();
    }
    let next = format!("{}9999", &MOBILE[..7]);
    let refused = ask(&reached, &next, &from("203.0.113.1")).await;
    assert!(is_spent(&refused, SpentBudget::Prefix), "{refused:?}");
    let changed = reached.accounts().send_mobile_code(account.id, &next.parse().unwrap(), &stranger()).await;
    assert!(is_spent(&changed, SpentBudget::Prefix), "{changed:?}");
    let spent = forgot(&reached, &[MOBILE, &next], "203.0.113.2").await;
    assert!(matches!(spent, Err(ForgottenError::Budget(SpentBudget::Prefix))), "{spent:?}");
    // Where no mobile was typed, a refusal would tell that there is one: the answer is that of always, and nothing is sent.
    assert!(matches!(forgot(&reached, &[&document(1), &document(2)], "203.0.113.3").await, Ok(Way::Either)));
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(reached.sent_to(MOBILE).await.len(), 1);
    ask(&reached, "13812350000", &from("203.0.113.1")).await.unwrap();

    reached.next_day().await;
    ask(&reached, &next, &from("203.0.113.1")).await.unwrap();
    reached.forget_sendings().await;
    assert!(matches!(forgot(&reached, &[&document(1), &document(2)], "203.0.113.3").await, Ok(Way::Either)));
    reached.code(MOBILE, 2).await;
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_counts_as_nothing() {
    let reached = Reached::with_budget(1).await;
    ask(&reached, "13810000000", &from("198.51.100.1")).await.unwrap();
    let (accounts, caller) = (reached.accounts(), from("192.0.2.1"));
    // Far more than arouse suspicion.
    for _ in 0..40 {
        let refused = ask(&reached, MOBILE, &caller).await;
        assert!(is_spent(&refused, SpentBudget::Site), "{refused:?}");
    }
    assert!(!accounts.wants_captcha(Act::Code, "", &caller), "no captcha is asked for");
    let (token, text) = reached.solved();
    let solved = Caller {
        captcha: Answer { token: &token, text: &text, sums: "" },
        rule: CaptchaRule::Always,
        ..from("192.0.2.1")
    };
    for login in [MOBILE, &document(1), MOBILE] {
        let refused = accounts.forgot_password(login, LoginKind::Document, &solved).await;
        assert!(matches!(refused, Err(ForgottenError::Budget(SpentBudget::Site))), "{refused:?}");
    }
    let counted = "SELECT count(*) FROM registration.account_sendings";
    let counted: i64 = reached.world.sql().await.query_one(counted, &[]).await.unwrap().get("count");
    assert_eq!(counted, 1, "only what was sent");

    // The next day goes on at once, with the captcha that was solved.
    reached.next_day().await;
    let asked = accounts.forgot_password(MOBILE, LoginKind::Document, &solved).await;
    assert!(asked.is_ok(), "{asked:?}");
    ask(&reached, MOBILE, &caller).await.unwrap();
    reached.code(MOBILE, 1).await;
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_all_who_ask_at_once_no_more_are_sent_a_code_than_the_budgets_have() {
    let settings =
        AccountSettings { sms_per_network: Some(5), sms_per_prefix: Some(3), sms_per_day: 7, ..Default::default() };
    let reached = Reached::with(settings).await;
    let asked = (0..40).map(|number| {
        let mobile = format!("138123{}00{number:02}", number % 4);
        let (reached, caller) = (&reached, from(&format!("192.0.{}.{number}", number % 2)));
        async move { ask(reached, &mobile, &caller).await.is_ok() }
    });
    let sent = futures_util::future::join_all(asked).await.into_iter().filter(|is_sent| *is_sent).count();
    assert_eq!(sent, 6, "a quarter is kept for those who have an account");
    let most = "SELECT max(count) FROM registration.account_tries";
    let most: i32 = reached.world.sql().await.query_one(most, &[]).await.unwrap().get("max");
    assert!(most <= 5, "{most}");
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn robots_cannot_spend_what_is_kept_for_those_who_have_an_account() {
    let reached = Reached::with_budget(8).await;
    let SignedUp::Account(account) = reached.signed_up(1, MOBILE).await else { panic!() };
    reached.forget_sendings().await;
    for number in 0..5 {
        ask(&reached, &format!("139{number}0000000"), &from(&format!("203.0.{number}.1"))).await.unwrap();
    }
    let refused = ask(&reached, "13990000000", &from("203.0.99.1")).await;
    assert!(is_spent(&refused, SpentBudget::Site), "{refused:?}");
    reached.accounts().send_mobile_code(account.id, &"13712345678".parse().unwrap(), &stranger()).await.unwrap();
    let forgotten = forgot(&reached, &[MOBILE], "203.0.98.1").await;
    assert!(matches!(forgotten, Ok(Way::Either)), "{forgotten:?}");
    reached.code(MOBILE, 2).await;
    let refused = reached.accounts().send_mobile_code(account.id, &"13787654321".parse().unwrap(), &stranger()).await;
    assert!(is_spent(&refused, SpentBudget::Site), "and then nobody's: {refused:?}");
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_makes_so_many_accounts_a_day() {
    let settings = AccountSettings { sign_ups_per_network: 2, ..AccountSettings::default() };
    let reached = Reached::with(settings).await;
    let sign_up = async |number: u32, address: &str| {
        let mobile = format!("1381234{number:04}");
        reached.accounts().send_sign_up_code(&mobile.parse().unwrap(), &from("203.0.113.1")).await.unwrap();
        let code = reached.code(&mobile, 1).await;
        reached.accounts().sign_up(form(number, &mobile, &code), &code, &from(address)).await
    };
    for (number, address) in [(1, "192.0.2.1"), (2, "192.0.2.200")] {
        assert!(matches!(sign_up(number, address).await, Ok(SignedUp::Account(_))));
    }
    let refused = sign_up(3, "192.0.2.77").await;
    assert!(matches!(refused, Err(SignUpError::Network)), "{refused:?}");
    assert!(matches!(sign_up(4, "192.0.3.1").await, Ok(SignedUp::Account(_))), "from another network it goes on");
    reached.next_day().await;
    // The code that was refused is not used up.
    let mobile = "13812340003";
    let code = reached.code(mobile, 1).await;
    let again = reached.accounts().sign_up(form(3, mobile, &code), &code, &from("192.0.2.77")).await;
    assert!(matches!(again, Ok(SignedUp::Account(_))), "{again:?}");
    reached.finish().await;
}

/// Letters that nobody follows make no accounts: what a network may make is there for who does.
#[tokio::test(flavor = "multi_thread")]
async fn a_letter_takes_an_account_of_its_network_once_it_is_followed() {
    let settings = AccountSettings { sign_ups_per_network: 1, ..AccountSettings::default() };
    let reached = Reached::with(settings).await;
    let rules = AccountRules { login: LoginKind::Email, mobile: MobileRule::No, ..AccountRules::default() };
    let sign_up = async |email: &str, address: &str| {
        let entered = SignUpForm { email, password: PASSWORD, ..Default::default() };
        let new = NewAccount::check(&entered, &rules, true).unwrap();
        reached.accounts().sign_up(new, "", &from(address)).await
    };
    for (email, address) in [("one@example.com", "192.0.2.1"), ("two@example.com", "192.0.2.200")] {
        let asked = sign_up(email, address).await;
        assert!(matches!(asked, Ok(SignedUp::Letter(_))), "{asked:?}");
    }
    let refused = sign_up("three@example.com", "192.0.2.77").await;
    assert!(matches!(refused, Err(SignUpError::Network)), "letters have a bound, too: {refused:?}");
    let accounts = reached.accounts();
    let (one, two) = (reached.token("one@example.com", 1).await, reached.token("two@example.com", 1).await);
    assert!(accounts.finish_sign_up(&one).await.is_ok());
    let refused = accounts.finish_sign_up(&two).await;
    assert!(matches!(refused, Err(LinkError::Network)), "{refused:?}");
    let elsewhere = sign_up("four@example.com", "192.0.3.1").await;
    assert!(matches!(elsewhere, Ok(SignedUp::Letter(_))), "{elsewhere:?}");
    reached.next_day().await;
    assert!(accounts.finish_sign_up(&two).await.is_ok(), "the link stays good");
    reached.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_for_which_there_is_no_budget_waits_for_the_next_day() {
    // Half of two is one: the other is kept for a code.
    let reached = Reached::with_budget(2).await;
    let world = &reached.world;
    let account = world.candidate(1).await.id;
    prove(world, account, "mobile_verified_at").await;
    world
        .execute(
            "INSERT INTO registration.account_sending_days (day, sent)
        VALUES ((now() AT TIME ZONE 'Asia/Shanghai')::date, 1)",
        )
        .await;
    refuse(world, account).await;
    until("it put off", async || {
        let put_off = "SELECT count(*) FROM registration.outbox WHERE next_try_at > now()
            AND next_try_at = ((now() AT TIME ZONE 'Asia/Shanghai')::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'";
        world.sql().await.query_one(put_off, &[]).await.unwrap().get::<_, i64>("count") == 1
    })
    .await;
    assert_eq!(rows(world).await, [("order_refused".to_owned(), 0, "waiting".to_owned())], "no try");
    assert!(reached.sent_to(MOBILE).await.is_empty());
    reached.next_day().await;
    world.execute("UPDATE registration.outbox SET next_try_at = now()").await;
    reached.message(MOBILE, 1).await;
    until("it sent", async || rows(world).await == [("order_refused".to_owned(), 1, "sent".to_owned())]).await;
    reached.finish().await;
}
