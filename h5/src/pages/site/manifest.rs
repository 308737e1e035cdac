//! What a phone needs to put the site on its first screen.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use pagekit::language::Language;

use crate::app::App;
use crate::catalogue::words;
use crate::view::layout::imprint::site_name;

pub(crate) async fn show(State(app): State<App>, headers: HeaderMap) -> Response {
    let w = words(Language::of(&headers));
    let name = site_name(w, &app.outside.registration.imprints.current().imprint);
    let manifest = serde_json::json!({
        "name": name,
        "short_name": name,
        "description": w.t("site-description"),
        "lang": w.language.tag(),
        "start_url": "/",
        "scope": "/",
        "display": "browser",
        "background_color": "#f5f5f3",
        "theme_color": "#2b3580",
        "icons": [{ "src": app.assets.href("mark.svg"), "sizes": "any", "type": "image/svg+xml" }],
    });
    let fixed = [
        (CONTENT_TYPE, "application/manifest+json"),
        (CACHE_CONTROL, "public, max-age=3600"),
        (VARY, "Accept-Language, Cookie"),
    ];
    (fixed, manifest.to_string()).into_response()
}
