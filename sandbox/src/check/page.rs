//! The page that stands for a vendor's liveness page: a picture of a face, and 通过, 不通过 or 取消.

use std::sync::Arc;

use axum::extract::{Multipart, Path, State};
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use maud::{Markup, html};
use serde_json::json;

use super::{Check, Decision, Kind};
use crate::desk::Desk;
use crate::digests::percent_encoded;
use crate::faces::{Face, Unfit};
use crate::pages;
use crate::pages::layout;
use crate::vendors::kyc;

pub(crate) async fn show(State(desk): State<Arc<Desk>>, Path(token): Path<String>) -> Response {
    match desk.checks.any(&token) {
        Some(check) if check.decision.is_none() && !check.is_over() => {
            Html(form(&check, None).into_string()).into_response()
        }
        _ => gone(),
    }
}

pub(crate) async fn decide(
    State(desk): State<Arc<Desk>>,
    Path(token): Path<String>,
    mut fields: Multipart,
) -> Response {
    let (mut photo, mut decision) = (None, None);
    // A form of ours has two fields; whatever else comes is not read.
    for _ in 0..4 {
        let Ok(Some(field)) = fields.next_field().await else { break };
        match field.name() {
            Some("photo") => photo = field.bytes().await.ok().filter(|photo| !photo.is_empty()),
            Some("decision") => decision = field.text().await.ok(),
            _ => {}
        }
    }
    let Some(check) = desk.checks.any(&token) else { return gone() };
    let decision = match decision.as_deref() {
        Some("pass") => Decision::Passed,
        Some("fail") => Decision::Failed,
        Some("cancel") => Decision::Cancelled,
        _ => return page(&check, "请选择一个结果。Choose one of the three."),
    };
    if decision == Decision::Passed
        && let Err(why) = has_face(photo.as_ref())
    {
        return page(&check, why);
    }
    if !desk.checks.decide(&token, decision, photo) {
        return gone();
    }
    match desk.checks.any(&token) {
        Some(check) => Html(done(&check).into_string()).into_response(),
        None => gone(),
    }
}

fn has_face(photo: Option<&Bytes>) -> Result<(), &'static str> {
    let photo = photo.ok_or("请先选择一张人脸照片。Choose a picture of a face first.")?;
    Face::of(photo).map(drop).map_err(|unfit| match unfit {
        Unfit::NoFace => "照片中没有人脸。The picture shows no face.",
        Unfit::Poor => "照片太小或无法读取，请使用 JPEG 或 PNG。The picture is too small or no JPEG or PNG.",
    })
}

fn page(check: &Check, error: &str) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Html(form(check, Some(error)).into_string())).into_response()
}

fn form(check: &Check, error: Option<&str>) -> Markup {
    layout(
        "人脸核身",
        None,
        &html! {
            p class="above" { (check.kind.product()) }
            h1 { "人脸核身" }
            p class="hint" { "真正的页面会打开摄像头，判断屏幕前是否是本人。这里由您决定结果。"
                span lang="en" { " The real page opens the camera and sees who is there. Here you decide." } }
            form method="post" enctype="multipart/form-data" {
                div class="field" data-error[error.is_some()] {
                    label for="photo" { "人脸照片 · Picture of a face" }
                    p class="error" role="alert" { @if let Some(error) = error { (error) } }
                    input id="photo" name="photo" type="file" accept="image/*";
                    p class="hint" { a href="/specimens" target="_blank" { "领取画出来的人脸 Get a drawn face" } }
                }
                div class="choices" {
                    button class="button" name="decision" value="pass" { "通过 Pass" }
                    button class="button second" name="decision" value="fail" { "不通过 Fail" }
                    button class="button second" name="decision" value="cancel" { "取消 Cancel" }
                }
            }
        },
    )
}

/// Goes back by itself: a redirect after a form to another site is what a content security policy forbids.
fn done(check: &Check) -> Markup {
    let back = return_url(check);
    layout(
        "人脸核身已结束",
        Some(&format!("1;url={back}")),
        &html! {
            h1 { "人脸核身已结束 · Finished" }
            p { a class="button" href=(back) { "返回考试网站 · Go back" } }
        },
    )
}

fn gone() -> Response {
    let words = "链接已使用或已过期，请返回重新发起。The link was used or is too old: go back and begin again.";
    (StatusCode::GONE, Html(pages::message("链接已失效", words).into_string())).into_response()
}

/// The merchant's address with what each vendor adds.
fn return_url(check: &Check) -> String {
    let is_passed = check.decision == Some(Decision::Passed);
    let added = match check.kind {
        Kind::TencentFaceId => format!("BizToken={}&Extra={}", check.token, percent_encoded(&check.order)),
        Kind::TencentKyc => {
            let code = kyc::code_of(check.decision);
            let (order, token) = (percent_encoded(&check.order), &check.token);
            format!("code={code}&orderNo={order}&faceId={token}&h5faceId={token}")
        }
        Kind::Aliyun => {
            let (code, sub_code) = if is_passed { (1000, "Z5120") } else { (1001, "Z5128") };
            let response = json!({ "code": code, "subCode": sub_code, "extInfo": { "certifyId": check.token } });
            format!("response={}", percent_encoded(&response.to_string()))
        }
    };
    let joint = if check.return_url.contains('?') { '&' } else { '?' };
    format!("{}{joint}{added}", check.return_url)
}
