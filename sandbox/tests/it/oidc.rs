//! The identity provider is as strict as real ones are: where a browser goes back to, who asks for a token, and with what.

use gateways::IdentityProvider;
use gateways::oidc::{Answered, OidcConfig, OidcError, REDIRECT_PATH};
use gateways::settings::Variables;
use sandbox::{Sandbox, SigningIn, TokenTwist};

const SITE: &str = "http://127.0.0.1:8081";

fn client(sandbox: &Sandbox, more: &[(&str, &str)]) -> IdentityProvider {
    let variables = Variables::default().with(sandbox.provider_variables()).with([("SEATHOLD_STAFF_URL", SITE)]);
    IdentityProvider::new(OidcConfig::of(&variables.with(more.iter().copied())).unwrap())
}

async fn status(url: &str) -> u16 {
    reqwest::get(url).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_code_is_good_once_for_whoever_asked_for_it() {
    let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let client_of_ours = client(&sandbox, &[]);
    let asked = client_of_ours.ask().await.unwrap();
    let who = SigningIn { subject: "20240001", has_second_factor: false, twist: TokenTwist::Right };
    assert!(sandbox.provider().sign_in(&asked.url, who).is_err(), "nobody has registered where it goes back to");
    assert_eq!(status(&asked.url).await, 400);
    sandbox.provider().let_back_to(&format!("{SITE}{REDIRECT_PATH}"));
    assert_eq!(status(&asked.url).await, 200);
    for (right, wrong) in [
        ("client_id=seathold-sandbox", "client_id=another"),
        ("code_challenge_method=S256", "code_challenge_method=plain"),
        ("response_type=code", "response_type=token"),
        ("scope=openid", "scope=o"),
        ("sign-in%2Fprovider%2Fback", "sign-in%2Fprovider%2Fback%2F"),
        ("nonce=", "n="),
        ("state=", "s="),
    ] {
        assert!(asked.url.contains(right), "{right}: {}", asked.url);
        assert_eq!(status(&asked.url.replace(right, wrong)).await, 400, "{wrong}");
    }

    let code = || {
        let back = sandbox.provider().sign_in(&asked.url, who).unwrap();
        back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned()
    };
    let (nonce, issuer) = (asked.nonce.as_str(), Some(sandbox.provider().issuer()));
    let first = code();
    let answered = Answered { code: &first, issuer, nonce, verifier: &asked.verifier };
    let somebody = client_of_ours.answer(answered).await.ok().unwrap();
    assert_eq!((somebody.subject.as_str(), somebody.has_second_factor), ("20240001", false));
    let refused = |told: &str| Some(OidcError::Refused(told.to_owned()));
    assert_eq!(client_of_ours.answer(answered).await.err(), refused("invalid_grant"), "once");
    let second = code();
    let guessed = Answered { code: &second, issuer, nonce, verifier: "another" };
    assert_eq!(client_of_ours.answer(guessed).await.err(), refused("invalid_grant"), "what was asked with is shown");
    let third = code();
    let other = client(&sandbox, &[("SEATHOLD_OIDC_CLIENT_SECRET", "guessed")]);
    let answered = Answered { code: &third, issuer, nonce, verifier: &asked.verifier };
    assert_eq!(other.answer(answered).await.err(), refused("invalid_client"));
    sandbox.stop().await;
}
