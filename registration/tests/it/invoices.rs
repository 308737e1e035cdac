//! Invoices: asked for by candidates, made elsewhere by the finance office, handed back; and credit notes when money goes
//! back.

use bytes::Bytes;
use gateways::pay::Surface;
use registration::Fen;
use registration::model::payment::Method;
use registration::model::payment::invoice::InvoiceTitle;
use registration::payments::{DOCUMENT_BYTES_MAX, InvoiceDocument, InvoiceError};

use crate::shop::Shop;
use crate::world::{Setup, exam};

const RULES: &str = "[payment]\nchannels = [\"alipay\", \"wechat_pay\"]\n
[refund]\nrates = [{ until = 2098-01-01T00:00:00+08:00, percent = 50 }]\n";

fn pdf(words: &str) -> Bytes {
    format!("%PDF-1.7\n{words}\ntrailer\n%%EOF\n").into()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_asked_for_made_and_credited() {
    let shop = Shop::open(Setup { rules: RULES, ..Setup::default() }).await;
    let (payments, staff) = (&shop.world.registration.payments, &shop.staff);
    let account = shop.world.candidate(1).await.id;
    let order = shop.world.hold(account, &["s0"]).await.unwrap();
    let person = InvoiceTitle::parse("王芳", "").unwrap();
    let asked = payments.ask_invoice(account, order.id, &person).await.unwrap();
    assert_eq!((asked.amount, asked.is_waiting()), (Fen(0), false), "nothing is paid yet");
    let stranger = shop.world.candidate(2).await.id;
    assert!(matches!(payments.ask_invoice(stranger, order.id, &person).await, Err(InvoiceError::Unknown)));
    assert_eq!(payments.invoices(staff, &exam(), true, None).await.unwrap(), []);
    let early = payments.hand_back_invoice(staff, order.id, InvoiceDocument::Invoice, pdf("early")).await;
    assert!(matches!(early, Err(InvoiceError::Nothing(_))), "{early:?}");

    let going = shop.pay(account, order.id, Method::WechatPay, Surface::Phone).await.unwrap();
    assert!(shop.pay_there(&going).await);
    shop.world.until_row(order.id, "confirmed").await;
    let school = InvoiceTitle::parse("临江大学", "12100000400010275N").unwrap();
    payments.ask_invoice(account, order.id, &school).await.unwrap();
    let [waiting] = &payments.invoices(staff, &exam(), true, None).await.unwrap()[..] else { panic!("one") };
    assert_eq!((waiting.title.name(), waiting.amount), ("临江大学", Fen(12_000)));
    assert_eq!(payments.invoices(staff, &exam(), true, Some(waiting)).await.unwrap(), []);
    let named = "SELECT count(*) FROM registration.invoices WHERE position(convert_to('临江', 'UTF8') in title) > 0";
    assert_eq!(shop.world.sql().await.query_one(named, &[]).await.unwrap().get::<_, i64>(0), 0, "sealed");

    for (bytes, is_large) in [
        (Bytes::from_static(b"<html>%%EOF"), false),
        (Bytes::from_static(b"%PDF-1.7 cut off"), false),
        (Bytes::from(vec![b'%'; DOCUMENT_BYTES_MAX + 1]), true),
    ] {
        let refused = payments.hand_back_invoice(staff, order.id, InvoiceDocument::Invoice, bytes).await;
        let is_right = match refused {
            Err(InvoiceError::TooLarge) => is_large,
            Err(InvoiceError::NotAPdf) => !is_large,
            _ => false,
        };
        assert!(is_right, "{refused:?}");
    }
    let reviewer = &shop.world.reviewer;
    let may_not = payments.hand_back_invoice(reviewer, order.id, InvoiceDocument::Invoice, pdf("one")).await;
    assert!(matches!(may_not, Err(InvoiceError::Forbidden(_))), "{may_not:?}");
    for words in ["one", "a better one"] {
        let made = payments.hand_back_invoice(staff, order.id, InvoiceDocument::Invoice, pdf(words)).await.unwrap();
        assert_eq!(made.issued.map(|(amount, _)| amount), Some(Fen(12_000)));
        let found = payments.invoice_document(account, order.id, InvoiceDocument::Invoice).await.unwrap();
        assert_eq!(found.as_deref(), Some(&pdf(words)[..]));
    }
    assert_eq!(payments.invoice_document(stranger, order.id, InvoiceDocument::Invoice).await.unwrap(), None);
    assert_eq!(payments.invoices(staff, &exam(), true, None).await.unwrap(), []);
    assert!(matches!(payments.ask_invoice(account, order.id, &person).await, Err(InvoiceError::Issued)));
    let nothing = payments.hand_back_invoice(staff, order.id, InvoiceDocument::CreditNote, pdf("note")).await;
    assert!(matches!(nothing, Err(InvoiceError::NothingToCredit)), "{nothing:?}");

    shop.world.registration.orders.withdraw(account, order.id, Fen(6_000)).await.unwrap();
    let [waiting] = &payments.invoices(staff, &exam(), true, None).await.unwrap()[..] else { panic!("one") };
    assert_eq!(waiting.to_credit(), Fen(6_000));
    let credited = payments.hand_back_invoice(staff, order.id, InvoiceDocument::CreditNote, pdf("note")).await.unwrap();
    assert_eq!((credited.credited.map(|(amount, _)| amount), credited.is_waiting()), (Some(Fen(6_000)), false));
    let seen = payments.invoice(account, order.id).await.unwrap().unwrap();
    assert_eq!(seen, credited);
    assert_eq!(payments.invoices(staff, &exam(), false, None).await.unwrap(), [credited]);
    shop.until_books_agree().await;
    shop.finish().await;
}
