//! An identity provider as a university has one: OpenID Connect's discovery, authorization page, token endpoint and keys. It checks
//! who asks, where the browser goes back to, the code, and PKCE, as strictly as real ones do; whoever sits before its page says who
//! they are, and what is to be wrong with the token.

pub(crate) mod authorize;
pub(crate) mod provider;
mod signing;
pub(crate) mod token;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::desk::Desk;

/// `GET /oidc/.well-known/openid-configuration`
pub(crate) async fn configuration(State(desk): State<Arc<Desk>>) -> Json<Value> {
    let issuer = desk.provider.issuer();
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

/// `GET /oidc/keys`
pub(crate) async fn keys() -> Json<Value> {
    Json(signing::public())
}
