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
        include_str!("../assets/old.css"),
    ]
    .concat();
    let script = concat!(
        include_str!("../assets/page.js"),
        include_str!("../assets/fresh.js"),
        include_str!("../assets/session.js")
    )
    .to_owned();
    let mark = MARK_SVG.to_owned();
    Assets::new(vec![
        Source { name: "pages.css", media_type: "text/css; charset=utf-8", content: style },
        Source { name: "page.js", media_type: "text/javascript; charset=utf-8", content: script },
        Source {
            name: "upload.js",
            media_type: "text/javascript; charset=utf-8",
            content: concat!(
                include_str!("../assets/picture.js"),
                include_str!("../assets/sending.js"),
                include_str!("../assets/upload.js")
            )
            .to_owned(),
        },
        Source {
            name: "camera.js",
            media_type: "text/javascript; charset=utf-8",
            content: concat!(
                include_str!("../assets/picture.js"),
                include_str!("../assets/sending.js"),
                include_str!("../assets/camera.js")
            )
            .to_owned(),
        },
        Source {
            name: "details.js",
            media_type: "text/javascript; charset=utf-8",
            content: concat!(
                include_str!("../assets/picture.js"),
                include_str!("../assets/sending.js"),
                include_str!("../assets/crop.js"),
                include_str!("../assets/keep.js")
            )
            .to_owned(),
        },
        Source {
            name: "account.js",
            media_type: "text/javascript; charset=utf-8",
            content: include_str!("../assets/account.js").to_owned(),
        },
        Source {
            name: "number.js",
            media_type: "text/javascript; charset=utf-8",
            content: include_str!("../assets/number.js").to_owned(),
        },
        Source {
            name: "wait.js",
            media_type: "text/javascript; charset=utf-8",
            content: concat!(include_str!("../assets/go.js"), include_str!("../assets/wait.js")).to_owned(),
        },
        Source {
            name: "kept.js",
            media_type: "text/javascript; charset=utf-8",
            content: include_str!("../assets/kept.js").to_owned(),
        },
        Source { name: "mark.svg", media_type: "image/svg+xml", content: mark },
    ])
}
