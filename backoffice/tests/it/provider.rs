//! Signing in by an identity provider, which the sandbox plays: who is let in and how far, whatever is wrong with what comes back, and
//! who is linked to whom.

use std::collections::BTreeMap;
use std::net::IpAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use backoffice::SecondFactor;
use gateways::oidc::{OidcConfig, REDIRECT_PATH};
use gateways::settings::Variables;
use gateways::{Gateways, IdentityProvider};
use http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use http::{Method, Request, StatusCode};
use httpkit::limits::ClientAddress;
use registration::desk::staff::{By, Role};
use sandbox::{Sandbox, SigningIn, TokenTwist};
use tower::ServiceExt;

use crate::house::{House, Reply};

const SITE: &str = "http://staff.example.edu";
const SUBJECT: &str = "20240001";

/// A client of the sandbox's provider, which sends browsers back to this site.
pub(crate) fn provider_of(sandbox: &Sandbox, site: &str) -> IdentityProvider {
    sandbox.provider().let_back_to(&format!("{site}{REDIRECT_PATH}"));
    let variables = Variables::default().with(sandbox.provider_variables()).with([("SEATHOLD_STAFF_URL", site)]);
    IdentityProvider::new(OidcConfig::of(&variables).unwrap())
}

/// A house with a provider beside it.
async fn opened(second_factor: SecondFactor) -> (House, Sandbox) {
    let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let gateways = Gateways { provider: Some(provider_of(&sandbox, SITE)), ..Gateways::default() };
    (House::open_guarded(gateways, second_factor).await, sandbox)
}

impl House {
    async fn link(&self, sandbox: &Sandbox, name: &str, subject: &str) {
        let at = (sandbox.provider().issuer(), subject);
        self.registration.staff.link_subject(By::Operator, name, at).await.unwrap();
    }

    /// What the audit says of ways to the provider, in the order in which it was written.
    async fn on_record(&self) -> Vec<String> {
        let client = self.stores.pool().get().await.unwrap();
        let rows = "SELECT concat_ws(' ', action, subject, detail) AS line FROM registration.audit
             WHERE action LIKE 'staff%provider%' ORDER BY at";
        client.query(rows, &[]).await.unwrap().iter().map(|row| row.get("line")).collect()
    }
}

/// A browser at a desk, with all its cookies.
struct Browser {
    pages: Router,
    cookies: BTreeMap<String, String>,
    address: IpAddr,
}

impl Browser {
    fn new(house: &House) -> Self {
        Self { pages: house.router(), cookies: BTreeMap::new(), address: IpAddr::from([203, 0, 113, 7]) }
    }

    async fn ask(&mut self, method: Method, path: &str) -> Reply {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(method).uri(path).header(HOST, "staff.example.edu");
        request = request.header(ACCEPT_LANGUAGE, "zh-CN").header(COOKIE, cookies.join("; "));
        request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(ClientAddress(self.address));
        let response = self.pages.clone().oneshot(request).await.unwrap();
        for set in response.headers().get_all(SET_COOKIE) {
            let set = set.to_str().unwrap();
            assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            if set.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = response.headers().get(LOCATION).map_or("", |value| value.to_str().unwrap()).to_owned();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 1024 * 1024).await.unwrap();
        (status, location, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn get(&mut self, path: &str) -> Reply {
        self.ask(Method::GET, path).await
    }

    async fn post(&mut self, path: &str) -> Reply {
        self.ask(Method::POST, path).await
    }

    /// Goes to the provider, signs in there, and says where it is sent back to: path and query.
    async fn away(&mut self, sandbox: &Sandbox, from: &str, who: SigningIn<'_>) -> String {
        let (status, there, page) = self.get(from).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        assert!(there.starts_with(sandbox.provider().issuer()), "{there}");
        let back = sandbox.provider().sign_in(&there, who).unwrap();
        back.strip_prefix(SITE).unwrap().to_owned()
    }

    /// Is somebody signed in here, all the way?
    async fn works(&mut self) -> bool {
        self.get("/my/sign-ins").await.0 == StatusCode::OK
    }
}

fn somebody(subject: &str) -> SigningIn<'_> {
    SigningIn { subject, has_second_factor: true, twist: TokenTwist::Right }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_come_in_by_the_provider_and_show_our_second_factor_where_its_own_was_not_shown() {
    let (mut house, sandbox) = opened(SecondFactor::Required).await;
    house.hire("li.min", Role::Administrator).await;
    house.enrol("li.min").await;
    house.link(&sandbox, "li.min", SUBJECT).await;
    let mut desk = Browser::new(&house);
    let page = desk.get("/sign-in?next=/staff").await.2;
    let way = format!("href=\"{SITE}/sign-in/provider?next=/staff\"");
    assert!(page.contains("用统一身份认证（沙盒）登录") && page.contains(&way), "{page}");

    let back = desk.away(&sandbox, "/sign-in/provider?next=/staff", somebody(SUBJECT)).await;
    assert!(!desk.works().await, "nobody is in before the browser is back");
    let (status, location, _) = desk.get(&back).await;
    assert_eq!((status, location.as_str()), (StatusCode::SEE_OTHER, "/staff"));
    let page = desk.get("/staff").await.2;
    assert!(page.contains("li.min"), "the provider's second factor counts: {page}");
    assert!(!desk.cookies.contains_key("seathold-desk-provider"), "what it kept is gone");
    // It was shown a moment ago, so it is fresh; five minutes later it is not.
    assert_eq!(desk.post("/my/provider/unlink").await.0, StatusCode::SEE_OTHER);
    house.link(&sandbox, "li.min", SUBJECT).await;
    house.sql("UPDATE registration.staff_sessions SET factor_at = factor_at - interval '6 minutes'").await;
    assert_eq!(desk.post("/my/provider/unlink").await.0, StatusCode::UNAUTHORIZED);
    // Half an hour without use ends it as any other.
    house.sql("UPDATE registration.staff_sessions SET seen_at = seen_at - interval '31 minutes'").await;
    assert_eq!(desk.get("/staff").await.1, "/sign-in?next=/staff");

    let mut other = Browser::new(&house);
    let who = SigningIn { has_second_factor: false, ..somebody(SUBJECT) };
    let back = other.away(&sandbox, "/sign-in/provider?next=/staff", who).await;
    assert_eq!(other.get(&back).await.1, "/factor?next=/staff");
    assert!(!other.works().await, "the password's place alone opens nothing");
    assert_eq!(other.get("/factor?next=/staff").await.0, StatusCode::OK, "ours is asked for");
    let record = house.on_record().await;
    let came = record.iter().filter(|line| line.starts_with("staff_signed_in_by_provider staff.li.min")).count();
    assert!(came == 2 && record.last().unwrap().ends_with("first factor"), "{record:?}");
    sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_works_by_the_provider_has_a_second_factor_of_ours_which_nobody_else_sets_up() {
    let (mut house, sandbox) = opened(SecondFactor::Required).await;
    house.hire("li.min", Role::Administrator).await;
    house.link(&sandbox, "li.min", SUBJECT).await;
    // The provider's word alone lets nobody in who has none of ours: it is set up first, once.
    let mut desk = Browser::new(&house);
    let back = desk.away(&sandbox, "/sign-in/provider?next=/staff", somebody(SUBJECT)).await;
    assert_eq!(desk.get(&back).await.1, "/factor?next=/staff");
    assert!(!desk.works().await);
    assert_eq!(desk.get("/factor?next=/staff").await.1, "/factor/enrol?next=/staff");
    assert!(house.on_record().await.pop().unwrap().ends_with("first factor"));
    house.enrol("li.min").await;
    let back = desk.away(&sandbox, "/sign-in/provider?next=/staff", somebody(SUBJECT)).await;
    assert_eq!(desk.get(&back).await.1, "/staff");
    assert!(desk.works().await);
    // So whoever has the password alone, or comes to a desk that is left open, gets none of their own.
    house.cookie = None;
    assert_eq!(house.sign_in("li.min").await.1, "/factor?next=/");
    assert_eq!(house.get("/factor?next=/").await.0, StatusCode::OK);
    house.sql("UPDATE registration.staff_sessions SET factor_at = factor_at - interval '6 minutes'").await;
    assert!(desk.works().await);
    for (whose, led) in [
        ("password", house.get("/factor/enrol").await),
        ("password", house.post("/factor/enrol", "sealed=x&code=123456").await),
        ("desk", desk.get("/factor/enrol").await),
        ("desk", desk.post("/factor/enrol").await),
    ] {
        assert!(led.0 == StatusCode::SEE_OTHER && led.1.starts_with("/factor?next="), "{whose}: {led:?}");
    }
    sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_with_what_comes_back_from_the_provider_lets_nobody_in() {
    let (mut house, sandbox) = opened(SecondFactor::Required).await;
    house.hire("li.min", Role::Administrator).await;
    house.enrol("li.min").await;
    house.link(&sandbox, "li.min", SUBJECT).await;
    for (twist, why) in [
        (TokenTwist::OtherNonce, "nonce"),
        (TokenTwist::OtherAudience, "another client"),
        (TokenTwist::Expired, "not good at this time"),
        (TokenTwist::Unsigned, "algorithm is not allowed"),
        (TokenTwist::OtherIssuer, "issuer is another one"),
        (TokenTwist::Spoiled, "signature is wrong"),
        // The last one: an unknown key is asked for once a minute only.
        (TokenTwist::OtherKey, "key is unknown"),
    ] {
        let mut desk = Browser::new(&house);
        let back = desk.away(&sandbox, "/sign-in/provider", SigningIn { twist, ..somebody(SUBJECT) }).await;
        let (status, _, page) = desk.get(&back).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{twist:?}");
        assert!(page.contains("无法核实") && !page.contains(why), "the page says what to do, not why: {page}");
        assert!(!desk.works().await && desk.cookies.is_empty(), "{twist:?}: {:?}", desk.cookies);
        let record = house.on_record().await.pop().unwrap();
        assert!(record.starts_with("staff_refused_by_provider staff ") && record.contains(why), "{twist:?}: {record}");
    }
    // A state that is not the one with which this browser went, or of no browser at all.
    let stale = async |desk: &mut Browser, back: &str, why: &str| {
        let (status, _, page) = desk.get(back).await;
        assert!(status == StatusCode::BAD_REQUEST && page.contains("中断或超时"), "{why}: {status} {page}");
        assert!(!desk.works().await, "{why}");
        let record = house.on_record().await.pop().unwrap();
        assert_eq!(record, format!("staff_refused_by_provider staff stale: {why}"));
    };
    let mut desk = Browser::new(&house);
    let back = desk.away(&sandbox, "/sign-in/provider", somebody(SUBJECT)).await;
    stale(&mut Browser::new(&house), &back, "cookie").await;
    let code = back.split("code=").nth(1).unwrap().to_owned();
    stale(&mut desk, &format!("{REDIRECT_PATH}?state=another&code={code}"), "state").await;
    assert_eq!(desk.get(&back).await.0, StatusCode::SEE_OTHER, "the question under way is answered all the same");
    assert!(desk.works().await);
    // The same answer twice, also with the cookie that the browser had before.
    let mut desk = Browser::new(&house);
    let back = desk.away(&sandbox, "/sign-in/provider", somebody(SUBJECT)).await;
    let mut again = Browser { cookies: desk.cookies.clone(), ..Browser::new(&house) };
    assert_eq!(desk.get(&back).await.0, StatusCode::SEE_OTHER);
    assert!(desk.works().await);
    stale(&mut again, &back, "used").await;
    // Whoever says no there is told so, and another issuer's answer is none.
    let mut desk = Browser::new(&house);
    let back = desk.away(&sandbox, "/sign-in/provider", somebody(SUBJECT)).await;
    let state = back.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let (status, _, page) = desk.get(&format!("{REDIRECT_PATH}?state={state}&error=access_denied")).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("没有在统一身份认证页面完成登录"), "{page}");
    let back = desk.away(&sandbox, "/sign-in/provider", somebody(SUBJECT)).await;
    let back = format!("{}&iss=https://idp.elsewhere.example", back.split("&iss=").next().unwrap());
    assert!(desk.get(&back).await.2.contains("无法核实"));
    sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_in_by_the_provider_who_is_not_linked_or_is_disabled() {
    let (house, sandbox) = opened(SecondFactor::Off).await;
    house.hire("li.min", Role::Administrator).await;
    house.hire("chief", Role::Administrator).await;
    let staff = &house.registration.staff;
    let mut desk = Browser::new(&house);
    // A name that is the same is no link.
    let refused = async |desk: &mut Browser, subject: &str| {
        let back = desk.away(&sandbox, "/sign-in/provider", somebody(subject)).await;
        let (status, _, page) = desk.get(&back).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
        assert!(page.contains("还不能登录考务管理") && page.contains(subject), "{page}");
        assert!(!desk.works().await && desk.cookies.is_empty());
    };
    refused(&mut desk, "li.min").await;
    house.link(&sandbox, "li.min", SUBJECT).await;
    assert!(staff.set_disabled("li.min", true).await.unwrap());
    refused(&mut desk, SUBJECT).await;
    let record = house.on_record().await.pop().unwrap();
    assert_eq!(record, "staff_refused_by_provider staff.li.min disabled");
    assert!(staff.set_disabled("li.min", false).await.unwrap());
    let back = desk.away(&sandbox, "/sign-in/provider?next=/staff", somebody(SUBJECT)).await;
    assert_eq!(desk.get(&back).await.1, "/staff");
    // Disabled while they are in, they are out at once.
    staff.set_disabled("li.min", true).await.unwrap();
    assert!(!desk.works().await);
    // A subject is one member's.
    let at = (sandbox.provider().issuer(), SUBJECT);
    assert!(staff.link_subject(By::Operator, "chief", at).await.is_err());
    for wrong in ["", " ", "工号", &"a".repeat(256)] {
        assert!(staff.link_subject(By::Operator, "chief", (at.0, wrong)).await.is_err(), "{wrong}");
    }
    assert!(staff.unlink_subject(By::Operator, "li.min").await.unwrap());
    assert!(!staff.unlink_subject(By::Operator, "li.min").await.unwrap());
    staff.link_subject(By::Operator, "chief", at).await.unwrap();
    let back = desk.away(&sandbox, "/sign-in/provider", somebody(SUBJECT)).await;
    assert_eq!(desk.get(&back).await.0, StatusCode::SEE_OTHER);
    assert!(desk.works().await);
    sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_from_the_provider_in_vain_keeps_neither_passwords_nor_other_networks_waiting() {
    let (house, sandbox) = opened(SecondFactor::Off).await;
    house.hire("chief", Role::Administrator).await;
    house.link(&sandbox, "chief", SUBJECT).await;
    let mut guess = Browser { address: IpAddr::from([198, 51, 100, 9]), ..Browser::new(&house) };
    let staff = &house.registration.staff;
    let is_kept_out = async |from: IpAddr| staff.sign_in("chief", "a long password", Some(from)).await.is_err();
    // Any page can have browsers ask for this address: it keeps nobody out, and fills the audit only so far.
    for number in 0..60 {
        let status = guess.get(&format!("{REDIRECT_PATH}?state={number}&code=x")).await.0;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{number}");
    }
    let record = house.on_record().await;
    let written = record.iter().filter(|line| line.ends_with("stale: cookie")).count();
    assert!((30..40).contains(&written), "{written}");
    assert!(!is_kept_out(guess.address).await);
    // What is out of order here is nobody's try.
    let back = guess.away(&sandbox, "/sign-in/provider", somebody(SUBJECT)).await;
    house.sql("ALTER TABLE registration.staff_provider_states RENAME TO away").await;
    for _ in 0..35 {
        assert!(guess.get(&back).await.0.is_server_error());
    }
    house.sql("ALTER TABLE registration.away RENAME TO staff_provider_states").await;
    assert_eq!(guess.get(&back).await.0, StatusCode::SEE_OTHER, "and it is answered once that is in order");
    // Answers to questions of ours that let nobody in count against their network.
    let back = guess.away(&sandbox, "/sign-in/provider", somebody("nobody")).await;
    let (kept, mut answers) = (guess.cookies.clone(), Vec::new());
    for _ in 0..40 {
        guess.cookies.clone_from(&kept);
        answers.push(guess.get(&back).await.0);
    }
    assert_eq!(answers[0], StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answers[1..30].iter().all(|status| *status == StatusCode::BAD_REQUEST), "{answers:?}");
    assert!(answers[30..].contains(&StatusCode::TOO_MANY_REQUESTS), "{answers:?}");
    assert!(!is_kept_out(guess.address).await);
    let mut desk = Browser::new(&house);
    let back = desk.away(&sandbox, "/sign-in/provider", somebody(SUBJECT)).await;
    assert_eq!(desk.get(&back).await.0, StatusCode::SEE_OTHER);
    assert!(desk.works().await);
    sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_links_and_unlinks_their_own_account_with_a_fresh_factor() {
    let (mut house, sandbox) = opened(SecondFactor::Required).await;
    house.hire("li.min", Role::Administrator).await;
    house.hire("wang.fang", Role::Reviewer).await;
    let browser = async |house: &mut House, name: &str| {
        house.enrol(name).await;
        let (cookie, value) = house.cookie.as_ref().unwrap().split_once('=').unwrap();
        Browser { cookies: BTreeMap::from([(cookie.to_owned(), value.to_owned())]), ..Browser::new(house) }
    };
    let mut li = browser(&mut house, "li.min").await;
    house.cookie = None;
    let mut wang = browser(&mut house, "wang.fang").await;
    assert!(li.get("/my/sign-ins").await.2.contains("/my/provider/begin"));
    let back = li.away(&sandbox, "/my/provider/begin", somebody(SUBJECT)).await;
    assert_eq!(li.get(&back).await.1, "/my/provider");
    let page = li.get("/my/provider").await.2;
    assert!(page.contains("li.min") && page.contains(SUBJECT) && page.contains("是我的账号"), "{page}");
    assert!(!house.on_record().await.iter().any(|line| line.starts_with("staff_provider_linked")), "not by looking");
    // What one has proved is nothing to another.
    wang.cookies.insert("seathold-desk-provider".into(), li.cookies["seathold-desk-provider"].clone());
    assert_eq!(wang.get("/my/provider").await.1, "/my/sign-ins");
    assert_eq!(wang.post("/my/provider/link").await.1, "/my/sign-ins?done=proof");
    assert_eq!(li.post("/my/provider/link").await.1, "/my/sign-ins?done=linked");
    assert!(li.get("/my/sign-ins?done=linked").await.2.contains("已关联"));
    assert_eq!(li.post("/my/provider/link").await.1, "/my/sign-ins?done=proof", "once");
    let back = wang.away(&sandbox, "/my/provider/begin", somebody(SUBJECT)).await;
    wang.get(&back).await;
    assert_eq!(wang.post("/my/provider/link").await.1, "/my/sign-ins?done=taken");

    let mut anywhere = Browser::new(&house);
    let back = anywhere.away(&sandbox, "/sign-in/provider?next=/staff", somebody(SUBJECT)).await;
    assert_eq!(anywhere.get(&back).await.1, "/staff");
    // Nothing of it where the factor is not fresh.
    house.sql("UPDATE registration.staff_sessions SET factor_at = factor_at - interval '6 minutes'").await;
    assert_eq!(li.get("/my/provider/begin").await.1, "/factor?next=/my/provider/begin");
    assert_eq!(li.post("/my/provider/unlink").await.0, StatusCode::UNAUTHORIZED);
    house.sql("UPDATE registration.staff_sessions SET factor_at = now()").await;
    // Administrators take the way from others, and see who has it.
    assert!(li.get("/staff/li.min").await.2.contains(SUBJECT));
    assert_eq!(li.post("/my/provider/unlink").await.1, "/my/sign-ins?done=unlinked");
    let back = anywhere.away(&sandbox, "/sign-in/provider", somebody(SUBJECT)).await;
    assert_eq!(anywhere.get(&back).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    house.link(&sandbox, "wang.fang", SUBJECT).await;
    assert_eq!(li.post("/staff/wang.fang/unlink").await.1, "/staff/wang.fang?done=unlink");
    let record = house.on_record().await;
    let of = |word: &str| record.iter().filter(|line| line.starts_with(word)).count();
    assert_eq!((of("staff_provider_linked"), of("staff_provider_unlinked")), (2, 2), "{record:?}");
    sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_answer_leaves_the_password() {
    let variables = Variables::default().with([
        ("SEATHOLD_OIDC_ISSUER", "http://127.0.0.1:1/idp"),
        ("SEATHOLD_OIDC_CLIENT_ID", "exam"),
        ("SEATHOLD_OIDC_CLIENT_SECRET", "s3cret-words"),
        ("SEATHOLD_STAFF_URL", SITE),
    ]);
    let provider = IdentityProvider::new(OidcConfig::of(&variables).unwrap());
    let mut house = House::open_with(Gateways { provider: Some(provider), ..Gateways::default() }).await;
    house.hire("li.min", Role::Administrator).await;
    let (status, _, page) = Browser::new(&house).get("/sign-in/provider?next=/staff").await;
    assert!(status == StatusCode::SERVICE_UNAVAILABLE && page.contains("暂时没有响应"), "{status} {page}");
    assert_eq!(house.sign_in("li.min").await.0, StatusCode::SEE_OTHER);
}
