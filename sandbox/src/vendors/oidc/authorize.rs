//! `/oidc/authorize`: the page that stands for a university's sign-in. It says that nothing here is real, asks who one wants to be,
//! and what is to be wrong with the token.

use std::sync::Arc;

use axum::extract::{Form, RawQuery, State};
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;

use super::provider::{SigningIn, TokenTwist};
use crate::desk::Desk;
use crate::pages::{layout, message};

/// Who the page says one is, unless one says otherwise.
const USUAL_SUBJECT: &str = "20240001";

#[derive(Deserialize)]
pub(crate) struct Decided {
    #[serde(default)]
    subject: String,
    /// `yes` when a second factor was shown.
    #[serde(default)]
    factor: String,
    #[serde(default)]
    twist: String,
    #[serde(default)]
    decision: String,
}

pub(crate) async fn show(State(desk): State<Arc<Desk>>, RawQuery(query): RawQuery) -> Response {
    match desk.provider.question(&query.unwrap_or_default()) {
        Ok(_) => Html(form(None).into_string()).into_response(),
        Err(why) => refused(why),
    }
}

pub(crate) async fn decide(
    State(desk): State<Arc<Desk>>,
    RawQuery(query): RawQuery,
    Form(decided): Form<Decided>,
) -> Response {
    let query = query.unwrap_or_default();
    let question = match desk.provider.question(&query) {
        Ok(question) => question,
        Err(why) => return refused(why),
    };
    if decided.decision == "cancel" {
        return gone_back(&question.denied(desk.provider.issuer()));
    }
    let twist =
        TokenTwist::ALL.iter().find(|(_, word, _)| *word == decided.twist).map_or(TokenTwist::Right, |all| all.0);
    let who = SigningIn { subject: decided.subject.trim(), has_second_factor: decided.factor == "yes", twist };
    match desk.provider.sign_in(&format!("?{query}"), who) {
        Ok(back) => gone_back(&back),
        Err(_) => (StatusCode::UNPROCESSABLE_ENTITY, Html(form(Some("请填写工号。Say who you are.")).into_string()))
            .into_response(),
    }
}

/// No redirect: a policy that forbids forms to go elsewhere would stop the browser here.
fn gone_back(back: &str) -> Response {
    let page = layout(
        "正在返回",
        Some(&format!("0;url={back}")),
        &html! { h1 { "正在返回 · Going back" } p { a class="button" href=(back) { "返回考务管理 · Go back" } } },
    );
    Html(page.into_string()).into_response()
}

fn refused(why: &'static str) -> Response {
    let words = format!("这次登录请求不对，沙盒没有接受。The request is refused: {why}.");
    (StatusCode::BAD_REQUEST, Html(message("请求不对", &words).into_string())).into_response()
}

fn form(error: Option<&str>) -> Markup {
    layout(
        "统一身份认证",
        None,
        &html! {
            p class="above" { "OpenID Connect" }
            h1 { "统一身份认证" }
            p class="hint" { "真正的页面属于学校，会要求输入密码。这里由您决定您是谁。"
                span lang="en" { " The real page is the university's and asks for a password. Here you say who you are." } }
            form method="post" {
                div class="field" data-error[error.is_some()] {
                    label for="subject" { "工号 · Subject" }
                    p class="error" role="alert" { @if let Some(error) = error { (error) } }
                    input id="subject" name="subject" value=(USUAL_SUBJECT) maxlength="100" autocomplete="off";
                }
                p { label { input type="checkbox" name="factor" value="yes" checked; " 已通过两步验证 · Second factor shown" } }
                div class="field" {
                    label for="twist" { "令牌 · The token is" }
                    select id="twist" name="twist" {
                        @for (_, word, words) in TokenTwist::ALL { option value=(word) { (words) } }
                    }
                }
                div class="choices" {
                    button class="button" name="decision" value="sign-in" { "登录 Sign in" }
                    button class="button second" name="decision" value="cancel" { "取消 Cancel" }
                }
            }
        },
    )
}
