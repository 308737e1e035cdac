//! The site's static files.

use pagekit::assets::{Assets, Source};
use pagekit::{BASE_CSS, MARK_SVG, TOKENS_CSS};

/// One style sheet made of a file per part of the site, the scripts, one icon.
pub(crate) fn assets() -> Assets {
    let style = [
        TOKENS_CSS,
        BASE_CSS,
        include_str!("../assets/pages.css"),
        include_str!("../assets/account.css"),
        include_str!("../assets/identity.css"),
        include_str!("../assets/exam.css"),
        include_str!("../assets/standing.css"),
        include_str!("../assets/ticket.css"),
        include_str!("../assets/elder.css"),
        include_str!("../assets/old.css"),
    ]
    .concat();
    let page = concat!(
        include_str!("../assets/page.js"),
        include_str!("../assets/fresh.js"),
        include_str!("../assets/session.js")
    );
    let mark = MARK_SVG.to_owned();
    Assets::new(vec![
        Source { name: "pages.css", media_type: "text/css; charset=utf-8", content: style },
        script("page.js", page),
        script(
            "upload.js",
            concat!(
                include_str!("../assets/picture.js"),
                include_str!("../assets/sending.js"),
                include_str!("../assets/upload.js")
            ),
        ),
        script(
            "camera.js",
            concat!(
                include_str!("../assets/picture.js"),
                include_str!("../assets/sending.js"),
                include_str!("../assets/camera.js")
            ),
        ),
        script(
            "details.js",
            concat!(
                include_str!("../assets/picture.js"),
                include_str!("../assets/sending.js"),
                include_str!("../assets/crop.js"),
                include_str!("../assets/keep.js")
            ),
        ),
        script("account.js", include_str!("../assets/account.js")),
        script("number.js", include_str!("../assets/number.js")),
        script("wait.js", concat!(include_str!("../assets/go.js"), include_str!("../assets/wait.js"))),
        script("kept.js", include_str!("../assets/kept.js")),
        script("check.js", include_str!("../assets/check.js")),
        Source { name: "mark.svg", media_type: "image/svg+xml", content: mark },
    ])
}

fn script(name: &'static str, content: &str) -> Source {
    Source { name, media_type: "text/javascript; charset=utf-8", content: content.to_owned() }
}
