//! Paying by Alipay and WeChat Pay through the pages, without a screen: what is confirmed, where one is sent, what comes of
//! it; late, twice, without news; and what nobody is told anything by.

use std::time::Duration;

use axum::body::Body;
use gateways::Gateways;
use gateways::pay::{Form, Start};
use http::header::{HOST, USER_AGENT};
use http::{Method, Request, StatusCode};
use sandbox::{Channel, Conduct, NewsTwist, Sandbox};
use tower::ServiceExt;

use crate::order_in;
use crate::site::{Site, Visitor};

const RULES: &str = "[payment]\nchannels = [\"alipay\", \"wechat_pay\"]\n[refund]\n\
    rates = [{ until = 2089-01-01T00:00:00+08:00, percent = 67 }]\n\
    note = { zh = \"其余部分为考务费\", en = \"The rest is for what is prepared\" }\n";
pub(crate) const PHONE: &str =
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36";
pub(crate) const DESK: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";

pub(crate) struct Shop {
    pub(crate) site: Site,
    pub(crate) sandbox: Sandbox,
    url: String,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::open_with(RULES).await
    }

    pub(crate) async fn open_with(rules: &'static str) -> Self {
        let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        // Nothing but the channels: without messages an account needs no code.
        let gateways = Gateways { pay: sandbox.gateways().unwrap().pay, ..Gateways::default() };
        let mut site = Box::pin(Site::start_among(rules, gateways)).await;
        let url = site.listen().await;
        Self { site, sandbox, url }
    }

    /// Where the site is for browsers on this machine.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where the app leads that scans a code.
    pub(crate) fn scanned(&self, code: &str) -> String {
        match code.strip_prefix("weixin://wxpay/bizpayurl?pr=") {
            Some(code) => format!("{}pay/{code}", self.sandbox.url()),
            None => code.to_owned(),
        }
    }

    /// A candidate with a phone, or at a desk, who holds a seat of the sitting; the order's number.
    pub(crate) async fn holds(&self, number: u32, sitting: &str, agent: &'static str) -> (Visitor, String) {
        let mut candidate = self.comes(number, agent).await;
        let held = candidate.post("/exams/degree-english/hold", &format!("sitting-1={sitting}&agree=on")).await;
        let order = order_in(held.location());
        (candidate, order)
    }

    /// A new candidate, with a phone or at a desk.
    pub(crate) async fn comes(&self, number: u32, agent: &'static str) -> Visitor {
        let mut candidate = self.site.candidate(number).await;
        candidate.headers.insert(HOST, self.url.trim_start_matches("http://").parse().unwrap());
        candidate.headers.insert(USER_AGENT, agent.parse().unwrap());
        candidate
    }

    /// Confirms to pay by a channel, and opens what the page leads to.
    pub(crate) async fn begins(&self, candidate: &mut Visitor, order: &str, by: &str) -> sandbox::Cashier {
        let sent = candidate.post(&format!("/orders/{order}/pay"), &format!("by={by}")).await;
        assert!(sent.location().starts_with(&format!("/orders/{order}/going?by={by}")), "{}", sent.text);
        let page = candidate.get(sent.location()).await.text;
        let link = page.split("href=\"http").nth(1).unwrap_or_else(|| panic!("{page}")).split('"').next().unwrap();
        let start = format!("http{}", link.replace("&amp;", "&"));
        self.sandbox.buyer(&format!("{}/", self.url)).open(&start).await.unwrap()
    }

    /// Carries the form of a page to the bank platform, and pays there; where the browser is sent then.
    pub(crate) async fn pays_at_bank(&self, page: &str) -> Option<String> {
        let part = |field: &str, name: &str| {
            field.split_once(&format!("{name}=\"")).unwrap().1.split('"').next().unwrap().replace("&amp;", "&")
        };
        let form = page.split_once("frontTransReq.do\"").unwrap().1.split("</form>").next().unwrap();
        let fields =
            form.split("<input type=\"hidden\" ").skip(1).map(|field| (part(field, "name"), part(field, "value")));
        let url = format!("{}/gateway/api/frontTransReq.do", self.sandbox.url().trim_end_matches('/'));
        let form = Form { url, fields: fields.collect(), onward: None, bank: None };
        self.sandbox.buyer(&self.url).go(&Start::Send(form)).await.unwrap().pay().await.unwrap()
    }

    /// The number of the newest trade.
    pub(crate) fn number(&self, channel: Channel) -> String {
        let trades = self.sandbox.pay().trades();
        trades.into_iter().find(|trade| trade.channel == channel).expect("a trade").number
    }

    /// The receipt of a confirmed seat, once the order's page leads there. Words alone would not do: that paying registers
    /// stands on the page of payment as well.
    pub(crate) async fn receipt(&self, candidate: &mut Visitor, path: &str) -> String {
        let mut there = path.to_owned();
        for _ in 0..1_200 {
            there = path.to_owned();
            let mut answer = candidate.get(path).await;
            while answer.status.is_redirection() {
                there = answer.location().to_owned();
                answer = candidate.get(&there).await;
            }
            let is_there = there.split('?').next().is_some_and(|path| path.ends_with("/receipt"));
            if is_there && answer.text.contains("报名成功") {
                return answer.text;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{path} leads to {there}, to no receipt");
    }

    /// What its own page comes to, once it says this.
    pub(crate) async fn until(&self, candidate: &mut Visitor, path: &str, words: &str) -> String {
        let mut seen = String::new();
        for _ in 0..1_200 {
            let mut answer = candidate.get(path).await;
            while answer.status.is_redirection() {
                let to = answer.location().to_owned();
                answer = candidate.get(&to).await;
            }
            seen = answer.text;
            if seen.contains(words) {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{path} never says {words}: {seen}");
    }
}

/// Nothing asks for a picture where the channel says itself that money has come.
fn speaks_of_no_picture(page: &str) {
    // One sentence says that none is needed, and one to keep the receipt.
    let page = page.replace("不用上传截图", "").replace("建议截图保存本页", "");
    assert!(!page.contains("截图") && !page.contains("multipart/form-data"), "{page}");
}

/// A bank is chosen at the second confirmation; the page then has one form, and may send it to the platform and nowhere else.
#[tokio::test(flavor = "multi_thread")]
async fn b15_a_bank_is_chosen_and_a_form_carries_the_order_there_and_back() {
    let shop = Shop::open_with("[payment]\nchannels = [\"alipay\", \"bank\"]\n").await;
    let (mut phone, order) = shop.holds(1, "morning", PHONE).await;
    let own = format!("/orders/{order}");
    let page = phone.get(&own).await.text;
    assert!(page.contains("网上银行") && page.contains("选择银行后付款"), "{page}");
    let page = phone.get(&format!("{own}/pay?by=bank")).await.text;
    for part in ["张伟", "¥120.00", "国有大型银行", "value=\"icbc\">工商银行", "其他银行"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let refused = phone.post(&format!("{own}/pay"), "by=bank&bank=mybank").await;
    assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("没有扣款"), "{}", refused.text);
    let sent = phone.post(&format!("{own}/pay"), "by=bank&bank=icbc").await;
    let going = phone.get(sent.location()).await;
    assert!(going.text.contains("前往工商银行付款") && !going.text.contains("data-go"), "{}", going.text);
    let there = shop.sandbox.url().trim_end_matches('/').to_owned();
    let policy = going.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains(&format!("form-action 'self' {there};")), "{policy}");
    let other = phone.get(&own).await;
    assert!(!other.headers["content-security-policy"].to_str().unwrap().contains(&there), "no other page may");
    // Another bank for the same order; the first one's page is left.
    assert!(phone.get(&format!("{own}/pay?by=bank")).await.location().contains("going"), "by the back button");
    let page = phone.get(&format!("{own}/pay?by=bank&other=1")).await.text;
    assert!(page.contains("选择付款银行"), "{page}");
    let sent = phone.post(&format!("{own}/pay"), "by=bank&bank=abc").await;
    let page = phone.get(sent.location()).await.text;
    assert!(page.contains("前往农业银行付款") && page.contains("value=\"ABC\""), "{page}");
    // The platform's form comes from elsewhere, and is no form of ours: nothing of it is read.
    phone.headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
    let back = phone.post(&format!("/pay/bank/back/{order}"), "respCode=00&orderId=x").await;
    assert_eq!((back.status, back.location()), (StatusCode::SEE_OTHER, &*format!("{own}/back")));
    assert_eq!(phone.post(&format!("{own}/pay"), "by=bank").await.status, StatusCode::FORBIDDEN, "a stranger's form");
    phone.headers.remove("sec-fetch-site");
    assert_eq!(phone.post("/pay/bank/back/nothing", "").await.status, StatusCode::NOT_FOUND);
    let again = phone.get(&format!("{own}/back")).await;
    assert!(phone.get(again.location()).await.text.contains("还没有收到到账通知"));
    assert_eq!(shop.pays_at_bank(&page).await, Some(format!("{}/pay/bank/back/{order}", shop.url)));
    shop.receipt(&mut phone, &own).await;
    assert_eq!(shop.number(Channel::Unionpay).len(), 32);
}

#[tokio::test(flavor = "multi_thread")]
async fn c9_b15_a_phone_goes_to_the_channel_and_a_desk_shows_a_code() {
    let shop = Shop::open().await;
    let (mut phone, order) = shop.holds(1, "morning", PHONE).await;
    let own = format!("/orders/{order}");
    for path in [&*own, "/", "/me", "/exams/degree-english"] {
        speaks_of_no_picture(&phone.get(path).await.text);
    }
    let page = phone.get(&own).await.text;
    let (alipay, wechat) = (page.find("value=\"alipay\"").unwrap(), page.find("value=\"wechat_pay\"").unwrap());
    assert!(alipay < wechat && page.contains("打开后付款") && page.contains("付款成功即报名成功"), "{page}");
    // The second confirmation: in whose name, and how much.
    let page = phone.get(&format!("{own}/pay?by=alipay&on=phone")).await.text;
    for part in ["张伟", "1101**********", "英语", "确定，用支付宝付款 ¥120.00"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    // By what the exam does not take, and a form that is loaded anew.
    for path in ["pay?by=bank", "pay?by=screenshot", "pay?by=x", "pay"] {
        assert_eq!(phone.get(&format!("{own}/{path}")).await.location(), own, "{path}");
    }
    assert_eq!(phone.post(&format!("{own}/pay"), "by=screenshot").await.status, StatusCode::NOT_FOUND);

    // At once with a script, by a link without one; the page comes back to itself, and looks by itself.
    let sent = phone.post(&format!("{own}/pay"), "by=alipay&on=phone").await;
    let going = phone.get(sent.location()).await;
    assert!(!going.headers.contains_key("location") && going.headers["referrer-policy"] == "same-origin");
    let parts = ["打开支付宝付款", &format!("data-go=\"{own}/going?by=alipay&amp;asked=1\""), "我已完成支付"];
    for part in parts {
        assert!(going.text.contains(part), "{part}: {}", going.text);
    }
    assert!(going.text.contains("<noscript><meta http-equiv=\"refresh\" content=\"5\">"), "{}", going.text);
    let again = phone.get(&format!("{own}/back?out_trade_no=1&sign=x")).await;
    assert_eq!(again.location(), format!("{own}/going?asked=1"), "coming back proves nothing");
    let again = phone.get(again.location()).await.text;
    assert!(again.contains("还没有收到到账通知") && !again.contains("data-go"), "{again}");
    assert!(phone.get(&own).await.text.contains("已用支付宝发起支付"));
    let again = phone.get(&format!("{own}/pay?by=alipay&on=phone")).await;
    assert_eq!(again.location(), format!("{own}/going?by=alipay&asked=1"), "by the back button");

    // WeChat Pay is told which site it is, and nothing else.
    let sent = phone.post(&format!("{own}/pay"), "by=wechat_pay&on=phone").await;
    let going = phone.get(sent.location()).await;
    assert_eq!(going.headers["referrer-policy"], "strict-origin-when-cross-origin");
    // At a desk there is a code; it is nobody else's.
    let sent = phone.post(&format!("{own}/pay"), "by=wechat_pay&on=desk").await;
    assert!(!sent.location().contains("go="), "{}", sent.location());
    let going = phone.get(sent.location()).await.text;
    assert!(going.contains("用手机打开微信支付“扫一扫”") && going.contains("请用摄像头扫描"), "{going}");
    let code = format!("{own}/code.png?by=wechat_pay");
    assert!(phone.get(&code).await.bytes.starts_with(b"\x89PNG"));
    assert_eq!(phone.get(&format!("{own}/code.png?by=alipay")).await.status, StatusCode::NOT_FOUND);
    let mut stranger = shop.site.candidate(2).await;
    for path in [&*code, &format!("{own}/payment"), &format!("{own}/going"), &format!("{own}/pay?by=alipay")] {
        assert_eq!(stranger.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let stolen = stranger.post(&format!("{own}/pay"), "by=alipay").await;
    assert_eq!(stolen.status, StatusCode::NOT_FOUND);

    // Paid by the code: by news.
    shop.sandbox.pay().pay(Channel::WechatPay, &shop.number(Channel::WechatPay)).unwrap();
    let receipt = shop.receipt(&mut phone, &format!("{own}/going")).await;
    assert!(receipt.contains("微信支付") && receipt.contains("交易号") && receipt.contains("到账"), "{receipt}");
    speaks_of_no_picture(&receipt);
    gives_up(&shop, &mut phone, &receipt, &own).await;
    shop.sandbox.stop().await;
}

/// What is paid is given up: what comes back is told first, and only that is agreed to.
async fn gives_up(shop: &Shop, phone: &mut Visitor, receipt: &str, own: &str) {
    let path = format!("{own}/withdraw");
    assert!(receipt.contains(&format!("href=\"{path}\"")), "{receipt}");
    let page = phone.get(&path).await.text;
    for part in ["¥80.40", "¥39.60", "67%", "2089年1月1日", "其余部分为考务费", "原路退回微信支付", "value=\"8040\""]
    {
        assert!(page.contains(part), "{part} in {page}");
    }
    for form in ["back=8040", "agree=on", "agree=on&back=x"] {
        let refused = phone.post(&path, form).await;
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("勾选确认"), "{form}");
    }
    let changed = phone.post(&path, "agree=on&back=12000").await;
    assert!(
        changed.status == StatusCode::CONFLICT && changed.text.contains("可退金额已变为 ¥80.40"),
        "{}",
        changed.text
    );
    assert!(changed.text.contains("value=\"8040\"") && !changed.text.contains(" checked"), "{}", changed.text);
    for _ in 0..2 {
        assert_eq!(phone.post(&path, "agree=on&back=8040").await.location(), format!("{own}/ended"));
    }
    let ended = shop.until(phone, own, "已原路退回").await;
    for part in ["已退考", "退考退费", "¥80.40"] {
        assert!(ended.contains(part), "{part} in {ended}");
    }
    assert_eq!(phone.get(&path).await.location(), own, "there is nothing to give up");
}

#[tokio::test(flavor = "multi_thread")]
async fn d4_late_twice_and_without_news_nothing_is_lost() {
    let shop = Shop::open().await;
    // Without any news the page that is looked at asks by itself.
    for channel in [Channel::Alipay, Channel::WechatPay] {
        let conduct = Conduct { news_often: [(NewsTwist::Lost, 100)].into(), ..Conduct::default() };
        shop.sandbox.pay().behave(channel, conduct);
    }
    let (mut first, order) = shop.holds(1, "morning", PHONE).await;
    let alipay = shop.begins(&mut first, &order, "alipay").await;
    let state = format!("/orders/{order}/payment");
    let before = first.get(&state).await.text;
    assert_eq!(first.get(&state).await.text, before, "nothing has moved");
    assert!(first.get(&format!("/orders/{order}/going")).await.text.contains(&before[10..before.len() - 2]));
    // Begun by the other channel as well, in another tab.
    let wechat = shop.begins(&mut first, &order, "wechat_pay").await;
    wechat.pay_and_close().await.unwrap();
    shop.receipt(&mut first, &format!("/orders/{order}")).await;
    assert_ne!(first.get(&state).await.text, before, "the page sees that it moved");
    assert!(alipay.pay().await.unwrap().unwrap().contains(&format!("/orders/{order}/back?")), "back to us");
    shop.sandbox.pay().behave(Channel::Alipay, Conduct::default());
    shop.sandbox.pay().tell_again(Channel::Alipay, &shop.number(Channel::Alipay));
    let receipt = shop.until(&mut first, &format!("/orders/{order}"), "重复支付").await;
    assert!(receipt.contains("报名成功") && receipt.contains("退款"), "{receipt}");
    shop.until(&mut first, &format!("/orders/{order}"), "已原路退回").await;
    shop.sandbox.pay().behave(Channel::WechatPay, Conduct::default());

    // Given back while money was on its way: the same seat is free.
    let (mut second, order) = shop.holds(2, "morning", PHONE).await;
    shop.begins(&mut second, &order, "wechat_pay").await;
    second.post(&format!("/orders/{order}/release"), "").await;
    shop.sandbox.pay().pay_late(Channel::WechatPay, &shop.number(Channel::WechatPay)).unwrap();
    shop.receipt(&mut second, &format!("/orders/{order}")).await;

    // It is not, and another one of the price is.
    for (number, wants_money) in [(3, false), (4, true)] {
        let (mut late, order) = shop.holds(number, "evening", PHONE).await;
        shop.begins(&mut late, &order, "wechat_pay").await;
        late.post(&format!("/orders/{order}/release"), "").await;
        let (mut faster, _) = shop.holds(number + 10, "evening", PHONE).await;
        shop.sandbox.pay().pay_late(Channel::WechatPay, &shop.number(Channel::WechatPay)).unwrap();
        let own = format!("/orders/{order}");
        let page = shop.until(&mut late, &own, "请另选场次").await;
        assert!(page.contains("value=\"morning\"") && !page.contains("value=\"evening\""), "{page}");
        assert_eq!(late.get(&own).await.location(), format!("{own}/instead"));
        let refused = late.post(&format!("{own}/instead"), "seat-0=evening").await;
        assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("这个场次不能选"), "{}", refused.text);
        let empty = late.post(&format!("{own}/instead"), "").await;
        assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.text.contains("请先选择场次"));
        if wants_money {
            late.post(&format!("{own}/instead/none"), "").await;
            shop.until(&mut late, &own, "已原路退回").await;
        } else {
            late.post(&format!("{own}/instead"), "seat-0=morning").await;
            let receipt = shop.receipt(&mut late, &own).await;
            assert!(receipt.contains("09:00"), "{receipt}");
        }
        // The seat is free again for the next one.
        let theirs = faster.get("/me").await.text;
        let theirs = theirs.split("href=\"/orders/").nth(1).unwrap()[..9].to_owned();
        faster.post(&format!("/orders/{theirs}/release"), "").await;
    }
    shop.sandbox.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_a_channel_tells_anything() {
    let shop = Shop::open().await;
    let tell = async |method: Method, path: &str, body: Vec<u8>| {
        // As another site's page would, which no candidate's form may.
        let request = Request::builder().method(method).uri(path).header("origin", "https://evil.example");
        shop.site.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap().status()
    };
    let forged = b"out_trade_no=0123456789abcdef0123456789abcdef&trade_status=TRADE_SUCCESS&sign=AAAA".to_vec();
    for (path, body, status) in [
        ("/pay/alipay/notify", forged.clone(), StatusCode::UNAUTHORIZED),
        ("/pay/alipay/notify", Vec::new(), StatusCode::UNAUTHORIZED),
        ("/pay/wechat_pay/notify", forged.clone(), StatusCode::UNAUTHORIZED),
        ("/pay/school/notify", forged.clone(), StatusCode::NOT_FOUND),
        ("/pay/screenshot/notify", forged.clone(), StatusCode::NOT_FOUND),
        ("/pay/x/notify", forged, StatusCode::NOT_FOUND),
        ("/pay/alipay/notify", vec![b'a'; 64 * 1024 + 1], StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        assert_eq!(tell(Method::POST, path, body).await, status, "{path}");
    }
    assert_eq!(tell(Method::GET, "/pay/alipay/notify", Vec::new()).await, StatusCode::METHOD_NOT_ALLOWED);
    shop.sandbox.stop().await;
}
