//! An invoice for what was paid: asked for, changed, made, downloaded; and the credit note once money has gone back.

use http::StatusCode;
use registration::desk::staff::{Role, StaffMember};
use registration::payments::InvoiceDocument;

use crate::paying::{PHONE, Shop};

async fn hands_back(shop: &Shop, staff: &StaffMember, order: &str, which: InvoiceDocument) {
    let pdf = format!("%PDF-1.7\n{which:?}\n%%EOF\n").into();
    shop.site.registration.payments.hand_back_invoice(staff, order.parse().unwrap(), which, pdf).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn e2_an_invoice_is_asked_for_changed_made_and_credited() {
    let shop = Shop::open().await;
    let (mut phone, order) = shop.holds(1, "morning", PHONE).await;
    let own = format!("/orders/{order}");
    let (form, receipt) = (format!("{own}/invoice"), format!("{own}/receipt"));
    // Nothing is paid, so there is nothing to be invoiced.
    assert_eq!(phone.get(&form).await.location(), own);
    assert!(!phone.get(&own).await.text.contains("发票"));
    shop.begins(&mut phone, &order, "wechat_pay").await.pay().await.unwrap();
    let page = shop.receipt(&mut phone, &own).await;
    assert!(page.contains(&format!("href=\"{form}\"")), "{page}");
    let page = phone.get(&form).await.text;
    assert!(page.contains("value=\"张伟\"") && page.contains("value=\"person\" required checked"), "{page}");

    for (sent, words) in [
        ("kind=&title=临江大学&code=", "请选择抬头类型"),
        ("kind=person&title=+&code=", "请填写发票抬头"),
        ("kind=organisation&title=临江大学&code=", "请填写单位的税号"),
        ("kind=organisation&title=临江大学&code=1210000040001027", "您填的是 16 位"),
        ("kind=organisation&title=临江大学&code=１21000004000102", "税号只有数字和字母"),
        ("kind=organisation&title=临江大学&code=12100000400010275M", "校验位不符"),
    ] {
        let refused = phone.post(&form, sent).await;
        let is_said = refused.text.contains(words) && refused.text.contains("-error\">");
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && is_said, "{sent}: {}", refused.text);
        assert_eq!(refused.text.contains("value=\"临江大学\""), sent.contains("临江大学"), "what was typed stays");
    }
    for number in ["430104738912345", "12100000400010275n"] {
        let sent = phone.post(&form, &format!("kind=organisation&title=临江大学&code={number}")).await;
        assert_eq!(sent.location(), format!("{receipt}?said=invoice#invoice"), "{number}: {}", sent.text);
    }
    let page = phone.get(&format!("{receipt}?said=invoice")).await.text;
    for part in ["发票申请已提交", "等待开具", "临江大学", "12100000400010275N", "修改抬头或税号"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let (mut stranger, _) = shop.holds(2, "morning", PHONE).await;
    for path in ["invoice", "invoice.pdf", "credit-note.pdf"] {
        assert_eq!(stranger.get(&format!("{own}/{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(stranger.post(&form, "kind=person&title=x").await.status, StatusCode::NOT_FOUND);

    // For oneself after all; then it is made, and stays.
    phone.post(&form, "kind=person&title=张伟&code=12100000400010275N").await;
    assert!(!phone.get(&receipt).await.text.contains("12100000400010275N"), "a person has no tax number");
    assert_eq!(phone.get(&format!("{own}/invoice.pdf")).await.status, StatusCode::NOT_FOUND);
    let staff = shop.site.registration.staff.add("finance", "a long password", Role::Administrator).await.unwrap();
    hands_back(&shop, &staff, &order, InvoiceDocument::Invoice).await;
    let page = phone.get(&receipt).await.text;
    assert!(page.contains("已开具") && page.contains("¥120.00") && !page.contains("修改抬头"), "{page}");
    let pdf = phone.get(&format!("{own}/invoice.pdf")).await;
    let header = |name: &str| pdf.headers[name].to_str().unwrap().to_owned();
    assert!(pdf.text.starts_with("%PDF-1.7\nInvoice") && header("content-type") == "application/pdf", "{}", pdf.text);
    assert_eq!(header("content-disposition"), format!("attachment; filename=\"invoice-{order}.pdf\""));
    assert!(header("cache-control").contains("no-store"));
    assert_eq!(phone.get(&form).await.location(), own);
    let late = phone.post(&form, "kind=person&title=李四").await;
    assert!(late.status == StatusCode::CONFLICT && late.text.contains("发票已经开具，抬头没有修改"), "{}", late.text);

    phone.post(&format!("{own}/withdraw"), "agree=on&back=8040").await;
    let page = shop.until(&mut phone, &own, "等待开具红字发票").await;
    assert!(page.contains(&format!("href=\"{own}/invoice.pdf\"")), "{page}");
    hands_back(&shop, &staff, &order, InvoiceDocument::CreditNote).await;
    let page = phone.get(&format!("{own}/ended")).await.text;
    assert!(page.contains("已开具红字发票") && page.contains("¥80.40"), "{page}");
    assert!(phone.get(&format!("{own}/credit-note.pdf")).await.text.contains("CreditNote"));
}
