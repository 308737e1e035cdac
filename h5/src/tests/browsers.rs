//! Every page of the gallery in real browsers: axe-core looks at it in Chromium at phone size, light and dark; WebKit
//! shows it whole on a phone and on a desk. With `SEATHOLD_GALLERY=DIR` WebKit's pictures are kept, for people to look
//! at, under `target/screenshots`.

use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Router, http};
use pagekit::language::Language;
use testkit::{Browser, Device, WebKit, accessibility_faults};

use crate::tests::gallery::gallery;

/// By how many pixels a page is wider than the screen.
const TOO_WIDE: &str = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";

/// The same with letters of twice the size.
const TOO_WIDE_ENLARGED: &str = "document.documentElement.style.fontSize = '212.5%';
    return document.documentElement.scrollWidth - document.documentElement.clientWidth";

/// What is wrong with large letters: the bar of the hold takes more than a third of the window, or a title lies over
/// other text.
const CROWDED: &str = r#"
    const faults = [], bar = document.querySelector(".hold");
    const { position, height } = bar ? getComputedStyle(bar) : {};
    if (bar && position !== "static" && parseFloat(height) > innerHeight / 3 + 1) faults.push(`the bar is ${height} high`);
    const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT), texts = [];
    while (walker.nextNode()) {
      const node = walker.currentNode, range = document.createRange();
      // What is folded in is laid out and not shown; what sticks to the bottom covers what it stands on.
      const fold = node.parentElement.closest("details:not([open])");
      if (fold && !node.parentElement.closest("summary")) continue;
      if (!node.data.trim() || node.parentElement.closest(".unseen, svg, .bar")) continue;
      range.selectNodeContents(node);
      const isTitle = !!node.parentElement.closest("h1, h2, h3, .line-title, summary");
      for (const box of range.getClientRects()) if (box.width > 1) texts.push({ node, box, isTitle });
    }
    for (const title of texts.filter((text) => text.isTitle)) {
      const over = texts.find(({ node, box }) => node !== title.node
        && Math.min(box.right, title.box.right) - Math.max(box.left, title.box.left) > 4
        && Math.min(box.bottom, title.box.bottom) - Math.max(box.top, title.box.top) > title.box.height / 2);
      if (over) faults.push(`"${title.node.data.trim()}" lies over "${over.node.data.trim()}"`);
    }
    return faults.join(", ");"#;

/// 长辈版 of the page as it stands, and what is wrong with it: text is from 18 to 30 px, and what is pressed 60 px high, but for
/// links within a sentence. A box to tick is as large as the words beside it.
const ELDER: &str = r#"
    document.documentElement.dataset.display = "elder";
    const faults = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode, at = node.parentElement;
      if (!node.data.trim() || !at.getClientRects().length || at.closest(".unseen, .skip, svg, select")) continue;
      const size = parseFloat(getComputedStyle(at).fontSize);
      if (size < 18 || size > 30.1) faults.push(`"${node.data.trim().slice(0, 12)}" has ${size} px`);
    }
    for (const target of document.querySelectorAll("a, button, summary, select, textarea, input:not([type=hidden])")) {
      if (!target.getClientRects().length || target.closest(".skip") || getComputedStyle(target).display === "inline") continue;
      const parts = [target, target.parentElement.closest(".input, .way, label, .tick"), ...(target.labels || [])].filter((part) => part);
      const height = Math.max(...parts.map((part) => part.getBoundingClientRect().height));
      if (height < 59) faults.push(`${target.outerHTML.slice(0, 60)} is ${height} px high`);
    }
    return faults.slice(0, 5).join(", ");"#;

/// Serves the gallery's pages of one language under their names, with the site's own files.
async fn serve(language: Language) -> (String, Vec<String>) {
    let pages: Vec<(String, String)> =
        gallery(language).into_iter().map(|(name, markup)| (name, markup.into_string())).collect();
    let names = pages.iter().map(|(name, _)| name.clone()).collect();
    let page = move |Path(name): Path<String>| async move {
        let found = pages.into_iter().find(|(known, _)| *known == name);
        found.map_or_else(|| http::StatusCode::NOT_FOUND.into_response(), |(_, page)| Html(page).into_response())
    };
    let file = |Path((hash, name)): Path<(String, String)>, headers: http::HeaderMap| async move {
        let response: Response = crate::assets::assets().serve(&hash, &name, &headers);
        response
    };
    let router: Router = Router::new().route("/static/{hash}/{file}", get(file)).route("/page/{name}", get(page));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, names)
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_finds_no_chinese_page_that_keeps_anybody_out() {
    look(Language::Zh).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_finds_no_english_page_that_keeps_anybody_out() {
    look(Language::En).await;
}

/// Sets how large the reader's letters are, as their browser's settings do.
async fn set_letters(browser: &Browser, pixels: u32) {
    browser.devtools("Page.setFontSizes", serde_json::json!({"fontSizes": {"standard": pixels}})).await;
}

/// What is wrong with a page as it is shown now.
async fn crowded(browser: &Browser, name: &str, too_wide: &str, how: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let wide = browser.execute(too_wide, Vec::new()).await.unwrap();
    if wide.as_f64().unwrap_or(1.0) > 0.0 {
        faults.push(format!("{name}: is {wide} pixels wider than a narrow phone {how}"));
    }
    let crowd = browser.execute(CROWDED, Vec::new()).await.unwrap();
    if crowd != "" {
        faults.push(format!("{name}: {how} {crowd}"));
    }
    faults
}

/// What is wrong with 长辈版 of a page, with ordinary letters and with those of twice the size.
async fn larger(browser: &Browser, name: &str, is_seen_by_axe: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let elder = browser.execute(ELDER, Vec::new()).await.unwrap();
    if elder != "" {
        faults.push(format!("{name}: in 长辈版 {elder}"));
    }
    if is_seen_by_axe {
        faults.extend(accessibility_faults(browser).await.into_iter().map(|fault| format!("{name}, 长辈版: {fault}")));
    }
    faults.extend(crowded(browser, name, TOO_WIDE, "in 长辈版").await);
    set_letters(browser, 32).await;
    let wide = browser.execute(TOO_WIDE, Vec::new()).await.unwrap();
    if wide.as_f64().unwrap_or(1.0) > 0.0 {
        faults.push(format!(
            "{name}: in 长辈版 is {wide} pixels wider than a narrow phone with letters of twice the size"
        ));
    }
    set_letters(browser, 16).await;
    browser.execute("delete document.documentElement.dataset.display", Vec::new()).await.unwrap();
    faults
}

async fn look(language: Language) {
    let (url, names) = serve(language).await;
    let browser = Browser::start(Device::NarrowPhone).await;
    let mut faults = Vec::new();
    for (index, name) in names.iter().enumerate() {
        // Every second page in the dark, in the other language the others: contrast differs, and the parts are the same.
        browser.set_dark((index + usize::from(language == Language::En)) % 2 == 1).await;
        browser.goto(&format!("{url}/page/{name}")).await.unwrap();
        // In English axe-core sees half of them, light and dark: what differs there is words, which are measured below.
        if language == Language::Zh || index / 2 % 2 == 1 {
            faults.extend(accessibility_faults(&browser).await.into_iter().map(|fault| format!("{name}: {fault}")));
        }
        let wide = browser.execute(TOO_WIDE, Vec::new()).await.unwrap();
        if wide.as_f64().unwrap_or(1.0) > 0.0 {
            faults.push(format!("{name}: is {wide} pixels wider than a narrow phone"));
        }
        // 长辈版 of each page once, in one of the languages; in English axe-core sees what it does not see as it is.
        let is_english = language == Language::En;
        if (index / 2 % 2 == 0) == is_english {
            faults.extend(larger(&browser, name, is_english).await);
        }
        set_letters(&browser, 32).await;
        faults.extend(crowded(&browser, name, TOO_WIDE, "with letters of twice the size").await);
        set_letters(&browser, 16).await;
        // So do browsers that enlarge what they have laid out, of which media queries know nothing.
        faults.extend(crowded(&browser, name, TOO_WIDE_ENLARGED, "when it is enlarged").await);
    }
    browser.close().await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn webkit_shows_every_page_whole_on_a_phone() {
    show_whole("phone", 360, 640).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webkit_shows_every_page_whole_on_a_desk() {
    show_whole("desk", 1280, 800).await;
}

async fn show_whole(device: &str, width: u32, height: u32) {
    let is_looked_at = std::env::var_os("SEATHOLD_GALLERY").is_some();
    let (url, names) = serve(Language::Zh).await;
    // What a person looks at is better seen without scrolling.
    let webkit = WebKit::start_sized(width, if is_looked_at { 1800 } else { height }).await;
    let mut faults = Vec::new();
    for name in &names {
        webkit.goto(&format!("{url}/page/{name}")).await.unwrap();
        let wide = webkit.execute(TOO_WIDE, Vec::new()).await.unwrap();
        if wide.as_f64().unwrap_or(1.0) > 0.0 {
            faults.push(format!("{name}: {wide} pixels too wide"));
        }
        if is_looked_at {
            webkit.screenshot(&format!("webkit-{device}-{name}")).await;
        }
    }
    webkit.close().await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
