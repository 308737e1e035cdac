//! What a page says by its own marks: forms, levels, deadlines, and whether it shows an error. No words are read, so
//! the page may be in any language.

use std::time::Duration;

/// The summary of errors on top of a page.
const ERRORS: &str = r#"class="summary" role="alert""#;

/// A sitting on an exam's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SittingMark {
    /// The id of the sitting.
    pub(crate) id: String,
    /// Has it no free seat?
    pub(crate) is_full: bool,
    /// The form's field for it; none when nothing can be chosen.
    pub(crate) field: Option<String>,
}

/// Does the page say that something did not go?
pub(crate) fn has_error(page: &str) -> bool {
    page.contains(ERRORS)
}

/// Has the page a form that goes to `path`?
pub(crate) fn has_form(page: &str, path: &str) -> bool {
    page.contains(&format!(r#"action="{path}""#))
}

/// Where the form has a code sent to the mobile, if it asks for one.
pub(crate) fn code_path(page: &str) -> Option<String> {
    let path = page.split(r#" data-code=""#).nth(1)?.split('"').next()?;
    Some(path.replace("&amp;", "&"))
}

/// Has the page a link to `path`?
pub(crate) fn has_link(page: &str, path: &str) -> bool {
    page.contains(&format!(r#"href="{path}""#))
}

/// Where an exam's page says that one goes on.
pub(crate) fn next_step(page: &str) -> Option<String> {
    let boxed = page.split(r#"<section class="callout""#).nth(1)?;
    go_on(boxed.split("</section>").next()?)
}

/// Where the page's own button leads that is a link.
pub(crate) fn go_on(page: &str) -> Option<String> {
    let (_, link) = page.split_once(r#"<a class="button" "#)?;
    attribute(link.split('>').next()?, "href")
}

/// Has the exam steps before, or behind, the choice of a sitting?
pub fn has_steps(page: &str) -> bool {
    page.contains(r#"<ol class="steps">"#)
}

/// Does the page lead to an order?
pub(crate) fn has_order(page: &str) -> bool {
    page.contains(r#"href="/orders/"#)
}

/// Is it the page after a decisive act?
pub(crate) fn has_outcome(page: &str) -> bool {
    page.contains(r#"class="outcome""#)
}

/// The sittings that the page shows.
pub(crate) fn sittings(page: &str) -> Vec<SittingMark> {
    let cards = page.split(r#" data-sitting=""#).skip(1);
    let mark = |card: &str| {
        let (id, rest) = card.split_once('"')?;
        let input = rest.split_once(&format!(r#"<input id="sitting-{id}""#)).map(|(_, input)| input);
        let field = input.and_then(|input| value(input.split('>').next()?, "name"));
        Some(SittingMark { id: id.to_owned(), is_full: value(rest, "data-level")? == "full", field })
    };
    cards.filter_map(mark).collect()
}

/// How long the seat is still held, as the page shows it.
pub(crate) fn held_for(page: &str) -> Option<Duration> {
    let number = |name| value(page, name)?.parse::<u64>().ok();
    Some(Duration::from_millis(number("data-deadline")?.saturating_sub(number("data-now")?)))
}

/// The stylesheet, the icon and the pictures that a browser fetches with the page.
pub(crate) fn assets(page: &str) -> Vec<String> {
    let tags = page.split('<').filter(|tag| {
        tag.starts_with("img ")
            || (tag.starts_with("link ") && (tag.contains("stylesheet") || tag.contains("\"icon\"")))
    });
    let address = |tag: &str| {
        let tag = tag.split('>').next()?;
        value(tag, "href").or_else(|| value(tag, "src"))
    };
    tags.filter_map(address).filter(|path| path.starts_with('/')).collect()
}

/// The value of a tag's attribute.
pub(crate) fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = format!(" {tag}");
    let (_, rest) = tag.split_once(&format!(r#" {name}=""#))?;
    let value = rest.split_once('"')?.0;
    Some(value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"))
}

/// Has the tag this attribute, which needs no value?
pub(crate) fn has_attribute(tag: &str, name: &str) -> bool {
    tag.split_ascii_whitespace().any(|word| word == name)
}

/// The value of the first attribute of that name.
fn value(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!(r#" {name}=""#)).or_else(|| text.split_once(&format!(r#"{name}=""#)))?;
    Some(rest.split_once('"')?.0.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARDS: &str = r#"<form method="post" action="/exams/e/hold"><li class="sitting" data-sitting="s1"
        data-level="full"><label for="sitting-s1"><input id="sitting-s1" type="radio" name="sitting-1" value="s1" disabled>
        </label></li><li class="sitting" data-sitting="s2" data-level="low"></li></form>"#;

    #[test]
    fn cards_are_read() {
        let mark = |id: &str, is_full, field: Option<&str>| SittingMark {
            id: id.to_owned(),
            is_full,
            field: field.map(str::to_owned),
        };
        let page = CARDS.replace('\n', " ").replace("s1\"         data", "s1\" data");
        assert_eq!(sittings(&page), [mark("s1", true, Some("sitting-1")), mark("s2", false, None)]);
        assert!(has_form(&page, "/exams/e/hold") && !has_form(&page, "/exams/e"));
        assert_eq!(sittings(""), []);
    }

    #[test]
    fn the_way_on_is_read() {
        let page = r#"<a class="button" href="/elsewhere">x</a><section class="callout" data-tone="plain"><div><h2>x</h2>
            <p>x</p><p><a class="button" href="/me/identity?exam=e&amp;next=/exams/e">y</a></p></div></section>
            <ol class="steps"><li><a class="link" href="/exams/e/notice">z</a></li></ol>"#;
        assert_eq!(next_step(page).as_deref(), Some("/me/identity?exam=e&next=/exams/e"));
        assert_eq!(go_on(page).as_deref(), Some("/elsewhere"));
        assert!(has_steps(page) && !has_steps(CARDS));
        let waits = r#"<section class="callout"><p>x</p></section><a class="button" href="/x">x</a>"#;
        assert_eq!(next_step(waits), None, "there is nothing to do");
    }

    #[test]
    fn attributes_are_whole_words() {
        let tag = r#"input data-value="1" value="&quot;2&amp;&quot;" required"#;
        assert_eq!(attribute(tag, "value").as_deref(), Some("\"2&\""));
        assert_eq!(attribute(tag, "name"), None);
        assert!(has_attribute(tag, "required") && !has_attribute(tag, "value"));
    }

    #[test]
    fn errors_deadlines_and_assets_are_read() {
        assert!(has_error(r#"<div class="summary" role="alert" tabindex="-1">"#));
        assert!(!has_error(r#"<p class="error" id="screenshot-error" role="alert"></p>"#));
        let banner = r#"<aside class="hold" data-state="running" data-deadline="61000" data-now="1000">"#;
        assert_eq!(held_for(banner), Some(Duration::from_secs(60)));
        assert_eq!(held_for("<aside>"), None);
        let head = r#"<link rel="stylesheet" href="/static/1/pages.css"><link rel="icon" type="image/svg+xml" href="/static/2/mark.svg">
            <script type="module" src="/static/3/page.js"></script><link rel="canonical" href="/x"><img src="/orders/a/payment-code.png" alt="">"#;
        assert_eq!(assets(head), ["/static/1/pages.css", "/static/2/mark.svg", "/orders/a/payment-code.png"]);
    }
}
