//! Liveness checks, with a browser's part played over HTTP.

use gateways::{FaceError, Liveness, LivenessFailure, LivenessOutcome, LivenessRequest};
use reqwest::multipart::{Form, Part};
use specimen::portrait;

use crate::world::World;

fn request(order: u32) -> LivenessRequest {
    LivenessRequest {
        order: format!("order{order:027}"),
        name: "李样例".into(),
        number: "11010519491231002X".into(),
        return_url: "http://127.0.0.1:1/exams/a/face?state=x".into(),
        meta_info: None,
    }
}

/// Opens the vendor's page and presses a button; the address that it goes back to.
async fn decide(url: &str, decision: &str) -> String {
    let browser = reqwest::Client::new();
    let page = browser.get(url).send().await.unwrap();
    assert_eq!(page.status(), 200, "the page opens");
    let address = page.url().clone();
    assert!(page.text().await.unwrap().contains("沙盒"));
    let photo = Part::bytes(portrait(4)).file_name("face.jpg");
    let form = Form::new().text("decision", decision.to_owned()).part("photo", photo);
    let done = browser.post(address).multipart(form).send().await.unwrap();
    assert_eq!(done.status(), 200);
    let page = done.text().await.unwrap();
    page.split("1;url=").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&")
}

async fn outcome(liveness: &Liveness, token: &str) -> LivenessOutcome {
    liveness.outcome(token).await.unwrap()
}

#[tokio::test]
async fn a_check_passes_with_its_photo() {
    let world = World::start().await;
    for (order, (vendor, liveness)) in (0..).zip(world.liveness()) {
        let start = liveness.begin(request(order)).await.unwrap_or_else(|error| panic!("{vendor}: {error}"));
        assert_eq!(outcome(&liveness, &start.token).await, LivenessOutcome::Pending, "{vendor}");
        let back = decide(&start.url, "pass").await;
        assert!(back.starts_with("http://127.0.0.1:1/exams/a/face?state=x&"), "{vendor}: {back}");
        let LivenessOutcome::Passed { similarity, photo } = outcome(&liveness, &start.token).await else {
            panic!("{vendor}: not passed")
        };
        assert!(similarity.unwrap() >= 90.0, "{vendor}");
        assert_eq!(photo.unwrap(), portrait(4), "{vendor}");
        // The address is good once.
        let again = reqwest::get(&start.url).await.unwrap();
        assert!(again.status().is_client_error(), "{vendor}: {}", again.status());
    }
}

#[tokio::test]
async fn every_way_to_fail_is_told_apart() {
    let world = World::start().await;
    for (order, (service, liveness)) in (1..).zip(world.liveness()) {
        let begun = async |number: u32| liveness.begin(request(100 * order + number)).await.unwrap();
        let start = begun(1).await;
        decide(&start.url, "fail").await;
        let failed = LivenessOutcome::Failed(LivenessFailure::NotSame);
        assert_eq!(outcome(&liveness, &start.token).await, failed, "{service}");
        let start = begun(2).await;
        decide(&start.url, "cancel").await;
        let cancelled = outcome(&liveness, &start.token).await;
        assert!(matches!(cancelled, LivenessOutcome::Failed(_)), "{service}: {cancelled:?}");
        world.fail(service, "mismatch").await;
        let start = begun(3).await;
        decide(&start.url, "pass").await;
        let failed = LivenessOutcome::Failed(LivenessFailure::Mismatch);
        assert_eq!(outcome(&liveness, &start.token).await, failed, "{service}");
        for fail in ["signature", "balance", "unavailable"] {
            world.fail(service, fail).await;
            let refused = liveness.begin(request(100 * order + 4)).await.unwrap_err();
            assert!(matches!(refused, FaceError::Unavailable(_)), "{service}: {fail}");
        }
        assert!(liveness.begin(request(100 * order + 5)).await.is_ok(), "{service} works again");
    }
}

/// Only the vendor knows the ticket: somebody who makes the address up opens nothing.
#[tokio::test]
async fn a_changed_address_opens_nothing() {
    let world = World::start().await;
    let [(_, liveness), ..] = world.liveness();
    let start = liveness.begin(request(900)).await.unwrap();
    let elsewhere = start.url.replace("order0", "order1");
    assert_eq!(reqwest::get(&elsewhere).await.unwrap().status(), 403);
    let no_face = reqwest::Client::new();
    let page = no_face.get(&start.url).send().await.unwrap();
    let form = Form::new().text("decision", "pass");
    let refused = no_face.post(page.url().clone()).multipart(form).send().await.unwrap();
    assert_eq!(refused.status(), 422, "passing needs a picture of a face");
    assert_eq!(outcome(&liveness, &start.token).await, LivenessOutcome::Pending);
}
