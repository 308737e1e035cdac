//! Every page of the desk in a real browser, light and dark: axe-core looks at it.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode};
use pagekit::language::Language;
use testkit::{Browser, Device, accessibility_faults};

use super::gallery;

/// Serves the gallery's pages under their names, with the desk's own files.
async fn serve(language: Language) -> (String, Vec<String>) {
    let pages: Vec<(String, String)> =
        gallery(language).into_iter().map(|(name, markup)| (name, markup.into_string())).collect();
    let names = pages.iter().map(|(name, _)| name.clone()).collect();
    let page = move |Path(name): Path<String>| async move {
        let found = pages.into_iter().find(|(known, _)| *known == name);
        found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |(_, page)| Html(page).into_response())
    };
    let assets = Arc::new(crate::app::assets());
    let file = move |Path((hash, name)): Path<(String, String)>, headers: HeaderMap| async move {
        let response: Response = assets.serve(&hash, &name, &headers);
        response
    };
    let router: Router = Router::new().route("/static/{hash}/{file}", get(file)).route("/page/{name}", get(page));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, names)
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_finds_no_page_of_the_desk_that_keeps_anybody_out() {
    let browser = Browser::start(Device::Desk).await;
    let mut faults = Vec::new();
    for language in [Language::Zh, Language::En] {
        let (url, names) = serve(language).await;
        for (index, name) in names.into_iter().enumerate() {
            // Each page once, every second one in the other language, and of each language every second one in the dark: contrast
            // and words differ, and the parts are the same.
            if index % 2 != usize::from(language == Language::En) {
                continue;
            }
            browser.set_dark(index / 2 % 2 == 1).await;
            browser.goto(&format!("{url}/page/{name}")).await.unwrap();
            // An empty queue loads itself anew: nobody reads or types anything there.
            let is_known = |fault: &String| name.ends_with("-empty") && fault.starts_with("meta-refresh");
            let found = accessibility_faults(&browser).await.into_iter().filter(|fault| !is_known(fault));
            faults.extend(found.map(|fault| format!("{name}: {fault}")));
        }
    }
    browser.close().await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
