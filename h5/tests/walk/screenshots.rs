//! The picture of a payment on its way: in pieces, once, for its own order; and what is said where it was sent from.

use http::StatusCode;
use registration::desk::staff::Role;

use crate::site::{Site, Visitor};
use crate::{order_in, picture};

pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef";

async fn hold(candidate: &mut Visitor) -> String {
    let held = candidate.post("/exams/degree-english/hold", "sitting-1=morning&agree=on").await;
    order_in(held.location())
}

/// Noise, which no format makes smaller.
fn large_picture() -> Vec<u8> {
    let mut seed = 7_u32;
    let mut byte = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed.to_be_bytes()[0]
    };
    let noise = image::RgbImage::from_fn(200, 300, |_, _| image::Rgb([byte(), byte(), byte()]));
    let mut png = std::io::Cursor::new(Vec::new());
    noise.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screenshot_arrives_in_pieces_and_is_handed_in_once() {
    let site = Site::start(5).await;
    let mut candidate = site.candidate(1).await;
    let order = hold(&mut candidate).await;
    let (put, whole) = (format!("/orders/{order}/upload"), large_picture());
    let piece = |from: usize| format!("{put}?key={KEY}&total={}&offset={from}", whole.len());
    let half = 64 * 1024;
    assert!(whole.len() > half + 1024, "{}", whole.len());

    let first = candidate.put(&piece(0), &whole[..half]).await;
    assert_eq!((first.status, &*first.text), (StatusCode::OK, "{\"received\":65536,\"done\":false}"));
    // The line was lost: what is here is said, and what does not follow is refused.
    assert_eq!(candidate.get(&format!("{put}?key={KEY}")).await.text, "{\"received\":65536,\"done\":false}");
    assert_eq!(candidate.put(&piece(half + 1), &whole[half + 1..]).await.status, StatusCode::CONFLICT);
    assert_eq!(candidate.get(&format!("/orders/{order}/upload.jpg")).await.status, StatusCode::NOT_FOUND);
    // A stranger neither adds to it nor looks at it.
    let mut stranger = site.candidate(2).await;
    for path in [put.clone(), format!("{put}.jpg"), format!("/orders/{order}/screenshot.jpg")] {
        let seen = stranger.get(&format!("{path}?key={KEY}")).await;
        assert!(seen.status == StatusCode::NOT_FOUND || seen.text.contains("\"received\":0"), "{path}: {}", seen.text);
    }
    assert_eq!(stranger.put(&piece(0), &whole[..half]).await.status, StatusCode::NOT_FOUND);
    let done = candidate.put(&piece(half), &whole[half..]).await;
    assert!(done.text.ends_with("\"done\":true}"), "{}", done.text);

    // It is shown when the page is loaded anew, and is handed in by its name.
    assert_eq!(candidate.get(&format!("/orders/{order}/upload.jpg")).await.bytes, whole);
    let page = candidate.get(&format!("/orders/{order}")).await.text;
    assert!(page.contains("data-here") && page.contains(&format!("src=\"/orders/{order}/upload.jpg\"")), "{page}");
    let key = page.split("name=\"upload\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = format!("/orders/{order}/screenshot");
    let receipt = format!("/orders/{order}/receipt");
    assert_eq!(candidate.post_form(&path, &[("upload", &key)]).await.location(), receipt);
    // The answer was lost, and the form is sent again.
    assert_eq!(candidate.post_form(&path, &[("upload", &key)]).await.location(), receipt);
    assert!(candidate.get(&format!("/orders/{order}/screenshot.jpg")).await.bytes.starts_with(b"\xff\xd8"));

    // Sent empty from the receipt: it is said there, and no payment is asked for.
    let empty = candidate.post_form(&path, &[("upload", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let has_said = empty.text.contains("请先选择订单截图") && empty.text.contains("提交成功，等待审核");
    assert!(has_said && !empty.text.contains("payment-code.png"), "{}", empty.text);

    // Refused: it is shown, and can be sent once more as it is.
    let (staff, id) = (&site.registration.staff, order.parse().unwrap());
    let staff = staff.add("li.min", "a long password", Role::Reviewer).await.unwrap();
    site.refuse(&staff, id, "缴费人信息对不上").await;
    let page = candidate.get(&format!("/orders/{order}")).await.text;
    assert!(page.contains(&format!("/orders/{order}/screenshot.jpg")) && page.contains("用这张再提交一次"), "{page}");
    for _ in 0..2 {
        assert_eq!(candidate.post(&format!("{path}/again"), "").await.location(), receipt);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrives_and_is_no_picture_is_told_at_once() {
    let site = Site::start(5).await;
    let mut candidate = site.candidate(1).await;
    let order = hold(&mut candidate).await;
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    for (bytes, words) in [(&heic[..], "暂不支持 HEIC 格式"), (b"no picture", "不是 JPG 或 PNG")] {
        let path = format!("/orders/{order}/upload?key={KEY}&total={}&offset=0", bytes.len());
        let refused = candidate.put(&path, bytes).await;
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains(words), "{}", refused.text);
    }
    // Nothing is left of it.
    assert!(!candidate.get(&format!("/orders/{order}")).await.text.contains("data-here"));
    let clock = candidate.get("/clock").await.text;
    assert!(clock.starts_with("{\"now\":1") || clock.starts_with("{\"now\":2"), "{clock}");
    // What was given back takes no picture any more.
    candidate.post(&format!("/orders/{order}/release"), "").await;
    let png = picture(300, 600);
    let path = format!("/orders/{order}/upload?key={KEY}&total={}&offset=0", png.len());
    assert_eq!(candidate.put(&path, &png).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The form of a page that was left open says so where one stands, and offers no form that would say it again.
    let late = candidate.upload(&order, &png).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text.contains("class=\"summary\"") && !late.text.contains("type=\"file\""), "{}", late.text);
}
