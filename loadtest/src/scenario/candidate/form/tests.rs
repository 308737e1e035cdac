//! Forms as the site draws them, and what a browser would send.

use super::*;

const CONSENT: &str = r#"<form method="post" action="/me/identity?exam=e&amp;next=%2Fexams%2Fe" novalidate>
    <input id="name" name="name" type="text" required maxlength="60" value="李&amp;样例">
    <input type="checkbox" id="consent" name="consent" value="on" aria-describedby="consent-text">
    <button class="button" type="submit" name="way" value="/card">x</button>
    <button class="button second" type="submit" name="way" value="/manual">y</button></form>"#;

const DETAILS: &str = r#"<form method="post" enctype="multipart/form-data" action="/exams/e/details" class="details">
    <input type="radio" id="f-type-0" name="f-type" value="evening" required>
    <input type="radio" id="f-type-1" name="f-type" value="self_study" required>
    <select id="f-major" name="f-major" required><option value="" selected>…</option><option value="civil">…</option>
    <option value="transport">…</option></select>
    <input type="radio" name="f-thesis" value="pass"><input type="radio" name="f-thesis" value="fail">
    <input id="f-school" name="f-school" type="text" value="" maxlength="60" required>
    <button class="button" type="submit">a</button>
    <button type="submit" name="action" value="draft" formnovalidate>b</button></form>"#;

fn sent(form: &Form, texts: &[(&str, &str)]) -> String {
    let (content_type, body) = form.filled(Answers { texts, pictures: &[] });
    assert_eq!(content_type.starts_with("multipart/"), form.is_multipart);
    String::from_utf8(body.to_vec()).unwrap()
}

#[test]
fn a_form_is_found_by_where_it_goes_and_keeps_what_it_has() {
    let page = format!(r#"<form action="/language"></form>{CONSENT}"#);
    assert_eq!(Form::to(&page, "/me"), None);
    let form = Form::to(&page, "/me/identity").unwrap();
    assert_eq!(form.action, "/me/identity?exam=e&next=%2Fexams%2Fe");
    assert!(form.offers("way", "/card") && !form.offers("way", "/liveness"));
    let kept = "name=%E6%9D%8E%26%E6%A0%B7%E4%BE%8B";
    assert_eq!(sent(&form, &[]), kept, "nobody is made to consent");
    assert_eq!(sent(&form, &[("consent", "on"), ("way", "/card")]), format!("{kept}&consent=on&way=%2Fcard"));
}

#[test]
fn what_must_be_answered_is_and_nothing_else() {
    let form = Form::to(DETAILS, "/exams/e/details").unwrap();
    let pairs = form.pairs(&[]);
    assert_eq!(pairs, [("f-type", "evening"), ("f-major", "civil"), ("f-school", TEXT)]);
}

#[test]
fn pictures_go_into_the_fields_that_there_are() {
    let page = r#"<form action="/exams/e/face" enctype="multipart/form-data">
        <input type="file" id="album" name="album" accept="image/jpeg"></form>"#;
    let form = Form::to(page, "/exams/e/face").unwrap();
    let picture = Bytes::from_static(b"jpeg");
    let (_, body) = form.filled(Answers { texts: &[], pictures: &[("album", &picture), ("other", &picture)] });
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert_eq!(body.matches("filename=").count(), 1);
    assert!(body.contains("name=\"album\"") && body.contains("\r\n\r\njpeg\r\n--") && body.ends_with("--\r\n"));
}
