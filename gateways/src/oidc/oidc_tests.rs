//! A provider that is played by one closure: what is believed of it, how often it is asked, and how the client shows who it is.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::*;
use crate::pay::samples::{Seen, Server};
use crate::settings::Variables;

const CLIENT: &str = "exam site";
const SECRET: &str = "a:secret/with signs";

/// What the played provider says now.
struct Says {
    issuer: String,
    methods: Value,
    token: String,
    keys: Vec<Value>,
}

/// A provider, what it says, and a client of it.
struct Played {
    server: Server,
    says: Arc<Mutex<Says>>,
    client: IdentityProvider,
    key: EncodingKey,
}

/// A new key and its public half.
fn new_key(kid: &str) -> (EncodingKey, Value) {
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).unwrap();
    let point = pair.public_key().as_ref();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
    let public = json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": x, "y": y});
    (EncodingKey::from_ec_der(document.as_ref()), public)
}

fn is_of(request: &Seen, path: &str) -> bool {
    request.target.split('?').next() == Some(path)
}

impl Played {
    async fn start() -> Self {
        let (key, public) = new_key("one");
        let says = Says { issuer: String::new(), methods: Value::Null, token: String::new(), keys: vec![public] };
        let says = Arc::new(Mutex::new(says));
        let told = Arc::clone(&says);
        let server = Server::of(move |_, request| {
            let says = told.lock().unwrap();
            let at = |path: &str| format!("http://{}{path}", request.headers["host"]);
            let body = if is_of(request, "/realm/.well-known/openid-configuration") {
                json!({
                    "issuer": says.issuer, "authorization_endpoint": at("/authorize?x=1"), "token_endpoint": at("/token"),
                    "jwks_uri": at("/keys"), "token_endpoint_auth_methods_supported": says.methods,
                })
            } else if is_of(request, "/keys") {
                json!({"keys": says.keys})
            } else if says.token.is_empty() {
                return (400, Vec::new(), json!({"error": "invalid_grant"}).to_string().into_bytes());
            } else {
                json!({"id_token": says.token, "token_type": "Bearer"})
            };
            (200, vec![("content-type".into(), "application/json".into())], body.to_string().into_bytes())
        })
        .await;
        let issuer = format!("{}/realm", server.url);
        says.lock().unwrap().issuer.clone_from(&issuer);
        let variables = [
            ("SEATHOLD_OIDC_ISSUER", issuer.as_str()),
            ("SEATHOLD_OIDC_CLIENT_ID", CLIENT),
            ("SEATHOLD_OIDC_CLIENT_SECRET", SECRET),
            ("SEATHOLD_OIDC_SECOND_FACTOR", "amr=mfa"),
            ("SEATHOLD_STAFF_URL", "https://staff.example.edu"),
        ];
        let client = IdentityProvider::new(OidcConfig::of(&Variables::default().with(variables)).unwrap());
        Self { server, says, client, key }
    }

    /// Claims that are right for this nonce.
    fn claims(&self, nonce: &str) -> Value {
        let now = Timestamp::now().as_second();
        json!({
            "iss": self.client.issuer(), "aud": CLIENT, "sub": "20240001", "nonce": nonce, "iat": now, "exp": now + 300,
            "auth_time": now - 7, "amr": ["pwd", "mfa"], "preferred_username": "li.min\u{7}",
        })
    }

    /// The provider gives this token from now on, signed with its key, which it calls by this name.
    fn gives(&self, claims: &Value, kid: &str) {
        self.gives_signed(claims, Some(kid), &self.key);
    }

    /// The same with another key, which it may call by no name.
    fn gives_signed(&self, claims: &Value, kid: Option<&str>, key: &EncodingKey) {
        let header = Header { kid: kid.map(str::to_owned), ..Header::new(jsonwebtoken::Algorithm::ES256) };
        self.says.lock().unwrap().token = encode(&header, claims, key).unwrap();
    }

    async fn answer(&self, asked: &Asked) -> Result<ProvidedSubject, OidcError> {
        let answered = Answered { code: "c&d", issuer: None, nonce: &asked.nonce, verifier: &asked.verifier };
        self.client.answer(answered).await
    }

    fn times_asked(&self, path: &str) -> usize {
        self.server.seen().iter().filter(|request| is_of(request, path)).count()
    }
}

#[tokio::test]
async fn somebody_is_known_by_what_their_issuer_signed_for_this_question() {
    let played = Played::start().await;
    let asked = played.client.ask().await.unwrap();
    let url = Url::parse(&asked.url).unwrap();
    let query = |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    assert_eq!(query("x").as_deref(), Some("1"), "what stands in the address stays");
    assert_eq!(query("redirect_uri").as_deref(), Some("https://staff.example.edu/sign-in/provider/back"));
    assert_eq!((query("state"), query("nonce")), (Some(asked.state.clone()), Some(asked.nonce.clone())));
    let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, asked.verifier.as_bytes()));
    assert_eq!((query("code_challenge"), query("code_challenge_method")), (Some(challenge), Some("S256".into())));
    assert!(!asked.url.contains(&asked.verifier) && !asked.url.contains("secret"));

    played.gives(&played.claims(&asked.nonce), "one");
    let somebody = played.answer(&asked).await.ok().unwrap();
    assert_eq!((somebody.subject.as_str(), somebody.shown.as_str()), ("20240001", "li.min"));
    assert_eq!(somebody.issuer, played.client.issuer());
    assert!(somebody.has_second_factor && somebody.authenticated_at.is_some());
    let sent = played.server.seen().into_iter().find(|request| is_of(request, "/token")).unwrap();
    let pair = STANDARD.encode("exam+site:a%3Asecret%2Fwith+signs");
    assert_eq!(sent.headers["authorization"], format!("Basic {pair}"));
    assert!(sent.body.contains("code=c%26d") && !sent.body.contains("client_secret"), "{}", sent.body);

    // What the provider says of itself is asked once.
    let again = played.client.ask().await.unwrap();
    assert!(again.state != asked.state && again.nonce != asked.nonce && again.verifier != asked.verifier);
    played.gives(&played.claims(&again.nonce), "one");
    assert!(played.answer(&again).await.is_ok());
    assert_eq!((played.times_asked("/realm/.well-known/openid-configuration"), played.times_asked("/keys")), (1, 1));
}

#[tokio::test]
async fn whatever_is_wrong_with_a_token_lets_nobody_in() {
    let played = Played::start().await;
    let asked = played.client.ask().await.unwrap();
    let now = Timestamp::now().as_second();
    let changed = |name: &str, value: Value| {
        let mut claims = played.claims(&asked.nonce);
        claims[name] = value;
        claims
    };
    for (claims, fault) in [
        (changed("nonce", json!("another")), TokenFault::Nonce),
        (changed("nonce", Value::Null), TokenFault::Nonce),
        (changed("aud", json!("another")), TokenFault::Audience),
        (changed("aud", json!([CLIENT, "another"])), TokenFault::Audience),
        (changed("azp", json!("another")), TokenFault::Audience),
        (changed("iss", json!("https://another.example")), TokenFault::Issuer),
        (changed("iss", json!([played.client.issuer()])), TokenFault::Issuer),
        (changed("exp", json!(now - 120)), TokenFault::Time),
        (changed("nbf", json!(now + 600)), TokenFault::Time),
        (changed("exp", Value::Null), TokenFault::Claim),
        (changed("sub", json!("")), TokenFault::Claim),
        (changed("sub", json!("工号")), TokenFault::Claim),
        (changed("sub", json!(7)), TokenFault::Claim),
    ] {
        played.gives(&claims, "one");
        assert_eq!(played.answer(&asked).await.err(), Some(OidcError::Token(fault)), "{claims}");
    }
    // Several audiences are fine where the token says for which of them it was made.
    let mut several = changed("aud", json!([CLIENT, "another"]));
    several["azp"] = json!(CLIENT);
    played.gives(&several, "one");
    assert!(played.answer(&asked).await.is_ok());

    let right = played.claims(&asked.nonce);
    let unsigned = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(json!({"alg": "none", "kid": "one"}).to_string()),
        URL_SAFE_NO_PAD.encode(right.to_string())
    );
    // With the client's secret, which signs nothing here.
    let by_secret = encode(&Header::default(), &right, &EncodingKey::from_secret(SECRET.as_bytes()).unwrap()).unwrap();
    let header = Header { kid: Some("one".into()), ..Header::new(jsonwebtoken::Algorithm::ES256) };
    let by_another = encode(&header, &right, &new_key("one").0).unwrap();
    for (token, fault) in [
        (unsigned, TokenFault::Algorithm),
        (by_secret, TokenFault::Algorithm),
        (by_another, TokenFault::Signature),
        ("a.b".to_owned(), TokenFault::Garbled),
        ("x".repeat(40 * 1024), TokenFault::Garbled),
    ] {
        played.says.lock().unwrap().token = token;
        assert_eq!(played.answer(&asked).await.err(), Some(OidcError::Token(fault)));
    }
    played.says.lock().unwrap().token = String::new();
    assert_eq!(played.answer(&asked).await.err(), Some(OidcError::Refused("invalid_grant".into())));
    // An answer that names another issuer is not taken to the provider at all.
    let before = played.times_asked("/token");
    let mixed = Answered { code: "c", issuer: Some("https://another.example"), nonce: "n", verifier: "v" };
    assert_eq!(played.client.answer(mixed).await.err(), Some(OidcError::Token(TokenFault::Issuer)));
    assert_eq!(played.times_asked("/token"), before);
}

#[tokio::test]
async fn a_new_key_is_asked_for_and_not_for_every_name_that_somebody_invents() {
    let played = Played::start().await;
    let asked = played.client.ask().await.unwrap();
    let (_, strange) = new_key("other");
    let first = std::mem::take(&mut played.says.lock().unwrap().keys);
    // A key for encryption, one of a kind that nobody knows, one that is no key.
    played.says.lock().unwrap().keys = vec![
        json!({"kty": "EC", "crv": "P-256", "use": "enc", "kid": "one", "x": strange["x"], "y": strange["y"]}),
        json!({"kty": "future", "kid": "one"}),
        json!(7),
    ];
    played.gives(&played.claims(&asked.nonce), "one");
    for _ in 0..3 {
        assert_eq!(played.answer(&asked).await.err(), Some(OidcError::Token(TokenFault::Key)));
    }
    assert_eq!(played.times_asked("/keys"), 1, "no more than once a minute");
    played.says.lock().unwrap().keys = first;
    let later = Instant::now().checked_sub(known::KEYS_PAUSE).unwrap();
    played.client.inner.known.kept_since(later).await;
    assert!(played.answer(&asked).await.is_ok());
    assert_eq!(played.times_asked("/keys"), 2);
}

#[tokio::test]
async fn a_new_key_that_is_called_as_the_old_one_is_asked_for_and_not_for_every_signature() {
    let played = Played::start().await;
    let asked = played.client.ask().await.unwrap();
    let claims = played.claims(&asked.nonce);
    let a_minute_later = async || {
        let since = Instant::now().checked_sub(known::KEYS_PAUSE).unwrap();
        played.client.inner.known.kept_since(since).await;
    };
    played.gives(&claims, "one");
    assert!(played.answer(&asked).await.is_ok());
    for (times, kid) in [(1, Some("one")), (2, None)] {
        let (key, public) = new_key("one");
        played.says.lock().unwrap().keys = vec![public];
        played.gives_signed(&claims, kid, &key);
        for _ in 0..3 {
            assert_eq!(played.answer(&asked).await.err(), Some(OidcError::Token(TokenFault::Signature)));
        }
        assert_eq!(played.times_asked("/keys"), times, "no more than once a minute");
        a_minute_later().await;
        assert!(played.answer(&asked).await.is_ok(), "{kid:?}");
        assert_eq!(played.times_asked("/keys"), times + 1);
    }
    // Nobody has signed with the first key since.
    a_minute_later().await;
    played.gives(&claims, "one");
    for _ in 0..3 {
        assert_eq!(played.answer(&asked).await.err(), Some(OidcError::Token(TokenFault::Signature)));
    }
    assert_eq!(played.times_asked("/keys"), 4);
}

#[tokio::test]
async fn a_provider_says_who_it_is_and_one_that_is_silent_is_left_alone() {
    let played = Played::start().await;
    played.says.lock().unwrap().issuer = "https://another.example".into();
    for _ in 0..3 {
        let told = played.client.ask().await.err();
        assert_eq!(told, Some(OidcError::NoAnswer("its configuration has no usable issuer".into())));
    }
    assert_eq!(played.times_asked("/realm/.well-known/openid-configuration"), 1);
    assert_eq!(endpoint("http://127.0.0.1/x", false), None, "what a provider elsewhere names is elsewhere");
    assert!(endpoint("http://127.0.0.1/x", true).is_some() && endpoint("http://idp.example", true).is_none());
    // One that takes the secret in the form only gets it there.
    let other = Played::start().await;
    other.says.lock().unwrap().methods = json!(["client_secret_post", "private_key_jwt"]);
    let asked = other.client.ask().await.unwrap();
    other.gives(&other.claims(&asked.nonce), "one");
    assert!(other.answer(&asked).await.is_ok());
    let sent = other.server.seen().into_iter().find(|request| is_of(request, "/token")).unwrap();
    assert!(sent.body.contains("client_secret=a%3Asecret%2Fwith+signs") && !sent.headers.contains_key("authorization"));
}
