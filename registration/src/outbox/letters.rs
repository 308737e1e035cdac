//! The letters: Chinese, then English; plain text, and the same as simple HTML.

use std::sync::Arc;

use gateways::Letter;

use crate::model::exam::Exam;
use crate::model::login::Email;
use crate::model::order::Order;
use crate::model::text::Text;
use crate::outbox::messages::MessageKind;
use crate::outbox::words;
use crate::people::accounts::proof::links::LINK_LIFETIME;
use crate::rules::standing::Standing;

/// What a letter says: paragraphs, and links between them.
struct Paragraphs<'a> {
    subject: &'static str,
    before_zh: &'a [&'a str],
    before_en: &'a [&'a str],
    links: &'a [String],
    /// Do they work once, and for a while? Not those of plain pages.
    once: bool,
    after_zh: &'a [&'a str],
    after_en: &'a [&'a str],
}

/// Finishes a sign-up.
pub(crate) fn sign_up(to: &Email, links: &[String]) -> Letter {
    letter(
        to,
        &Paragraphs {
            subject: "完成注册 / Finish creating your account",
            before_zh: &["您正在用这个邮箱注册考试报名账号。请打开下面的链接完成注册："],
            before_en: &["You are creating an account for exam registration. Open the link to finish:"],
            links,
            once: true,
            after_zh: &["如果不是您本人操作，请忽略这封邮件，账号不会建立。"],
            after_en: &["If this was not you, ignore this letter; no account will be made."],
        },
    )
}

/// Somebody signed up with an address that has an account.
pub(crate) fn taken(to: &Email, links: &[String]) -> Letter {
    letter(
        to,
        &Paragraphs {
            subject: "这个邮箱已有账号 / You already have an account",
            before_zh: &[
                "有人用这个邮箱注册考试报名账号，但它已经有账号了，没有建立新账号。请用这个邮箱直接登录；忘记密码的，请在下面的页面找回：",
            ],
            before_en: &[
                "Somebody tried to use this address for a new account, but it has one already, and no new one was made. Sign in with this address; if you forgot the password, choose a new one on this page:",
            ],
            links,
            once: false,
            after_zh: &["如果不是您本人操作，请忽略这封邮件，账号没有变化。"],
            after_en: &["If this was not you, ignore this letter; nothing has changed."],
        },
    )
}

/// Proves an address.
pub(crate) fn verify(to: &Email, links: &[String]) -> Letter {
    letter(
        to,
        &Paragraphs {
            subject: "验证邮箱 / Verify your e-mail address",
            before_zh: &["请打开下面的链接，确认这是您考试报名账号的邮箱："],
            before_en: &["Open the link to confirm that this address belongs to your account for exam registration:"],
            links,
            once: true,
            after_zh: &["如果不是您本人操作，请忽略这封邮件，账号没有变化。"],
            after_en: &["If this was not you, ignore this letter; nothing has changed."],
        },
    )
}

/// Sets another password.
pub(crate) fn password(to: &Email, links: &[String]) -> Letter {
    letter(
        to,
        &Paragraphs {
            subject: "找回密码 / Choose a new password",
            before_zh: &["您正在找回考试报名账号的密码。请打开下面的链接设置新密码："],
            before_en: &[
                "You asked for a new password for your account for exam registration. Open the link to choose one:",
            ],
            links,
            once: true,
            after_zh: &["如果不是您本人操作，请忽略这封邮件，密码没有变化。请不要把链接转给别人。"],
            after_en: &[
                "If this was not you, ignore this letter; your password has not changed. Do not pass the link on.",
            ],
        },
    )
}

/// The address of an account was changed: said to the old one.
pub(crate) fn email_changed(to: &Email) -> Letter {
    letter(
        to,
        &Paragraphs {
            subject: "账号邮箱已更改 / Your e-mail address was changed",
            before_zh: &[
                "您的考试报名账号已改用另一个邮箱。这个邮箱不能再用来登录。",
                "如果不是您本人操作，请尽快联系考务人员。",
            ],
            before_en: &[
                "Your account for exam registration now has another e-mail address. This one no longer signs you in.",
                "If this was not you, contact the examination office soon.",
            ],
            links: &[],
            once: true,
            after_zh: &[],
            after_en: &[],
        },
    )
}

/// Invites somebody to the staff, by a link on which they choose a password.
pub(crate) fn invitation(to: &Email, name: &str, url: &str, days: i64) -> Letter {
    let zh = [
        "您被邀请成为考试报名系统的工作人员。".to_owned(),
        format!("用户名：{name}"),
        "请打开下面的链接设置密码：".to_owned(),
        url.to_owned(),
        format!("链接 {days} 天内有效，只能用一次。请不要把链接转给别人。"),
        "如果您不知道这是怎么回事，请忽略这封邮件。".to_owned(),
    ];
    let en = [
        "You are invited to work at an exam registration site.".to_owned(),
        format!("Your user name: {name}"),
        "Open the link to choose a password:".to_owned(),
        url.to_owned(),
        format!("It works once, within {days} days. Do not pass it on."),
        "If you do not know what this is about, ignore this letter.".to_owned(),
    ];
    in_both(to, "工作人员邀请 / You are invited to the staff".to_owned(), &zh, &en)
}

/// What is known of the thing that a message is about, when it is sent.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) exam: Option<Arc<Exam>>,
    pub(crate) order: Option<Order>,
    pub(crate) standing: Option<Standing>,
    /// What a reminder says besides.
    pub(crate) more: Vec<Text>,
    /// The page that turns reminders off, on each host; none in what is no reminder.
    pub(crate) stop: Vec<String>,
}

/// Tells of something that happened, what it is about, and how the registration stands now. Why is read after signing in.
pub(crate) fn message(to: &Email, kind: MessageKind, known: &Known, links: &[String]) -> Letter {
    let (zh, en) = words::event(kind);
    let subject = format!("{zh} / {en}");
    let exam = known.exam.as_deref();
    let about = |exam: &Exam| (format!("{}：{zh}。", exam.title.zh), format!("{}: {en}.", exam.title.en));
    let (said_zh, said_en) = exam.map_or_else(|| (format!("{zh}。"), format!("{en}.")), about);
    let order = exam.zip(known.order.as_ref()).map(|(exam, order)| words::order(exam, order));
    let state = exam.zip(known.standing.as_ref()).and_then(|(exam, standing)| words::state(exam, standing));
    let advice = words::advice(kind);
    let contact = exam.and_then(|exam| exam.rules.contact.as_ref());
    let part = |pick: fn(&Text) -> &str, said: String, advice: Option<&str>, (see, ask, stop): (&str, &str, &str)| {
        let told = known.more.iter().chain([order.as_ref(), state.as_ref()].into_iter().flatten());
        let told = told.map(|text| pick(text).to_owned());
        let ways = [see.to_owned()].into_iter().chain(links.iter().cloned());
        let ask = contact.map(|contact| format!("{ask}{}", pick(contact)));
        let stop = (!known.stop.is_empty()).then(|| stop.to_owned()).into_iter().chain(known.stop.iter().cloned());
        let all = [said].into_iter().chain(told).chain(advice.map(str::to_owned)).chain(ways).chain(ask).chain(stop);
        all.collect::<Vec<String>>()
    };
    let zh = ("详情请登录后查看：", "咨询：", "不想再收到提醒，请打开：");
    let en = ("Sign in to see the details:", "Contact: ", "To get no more reminders, open:");
    let zh_part = part(|text| &text.zh, said_zh, advice.map(|said| said.0), zh);
    let en_part = part(|text| &text.en, said_en, advice.map(|said| said.1), en);
    in_both(to, subject, &zh_part, &en_part)
}

fn letter(to: &Email, text: &Paragraphs<'_>) -> Letter {
    let minutes = LINK_LIFETIME.as_mins();
    let (once_zh, once_en) = match text.links.len() {
        _ if !text.once => (String::new(), String::new()),
        0 => (String::new(), String::new()),
        1 => (format!("链接 {minutes} 分钟内有效，只能用一次。"), format!("It works once, within {minutes} minutes.")),
        _ => (
            format!("第一个链接打不开时，请用第二个（教育网和公众网各一个）。链接 {minutes} 分钟内有效，只能用一次。"),
            format!(
                "If the first link does not open, use the second: they lead over different networks. They work once, within {minutes} minutes."
            ),
        ),
    };
    let part = |before: &[&str], once: &str, after: &[&str]| {
        let paragraphs = before.iter().copied().map(str::to_owned).chain(text.links.iter().cloned());
        let rest = [once].into_iter().filter(|once| !once.is_empty()).chain(after.iter().copied()).map(str::to_owned);
        paragraphs.chain(rest).collect::<Vec<String>>()
    };
    let zh = part(text.before_zh, &once_zh, text.after_zh);
    let en = part(text.before_en, &once_en, text.after_en);
    in_both(to, text.subject.to_owned(), &zh, &en)
}

/// Chinese, then English; plain, and as simple HTML.
fn in_both(to: &Email, subject: String, zh: &[String], en: &[String]) -> Letter {
    let plain = format!("{}\n\n--\n\n{}\n", zh.join("\n\n"), en.join("\n\n"));
    let html = format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><body>{}<hr><div lang=\"en\">{}</div></body></html>",
        html(zh),
        html(en)
    );
    Letter { to: to.expose().to_owned(), subject, text: plain, html: Some(html) }
}

fn html(paragraphs: &[String]) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let paragraph = |text: &String| match text.starts_with("http") {
        true => format!("<p><a href=\"{0}\">{0}</a></p>", escape(text)),
        false => format!("<p>{}</p>", escape(text)),
    };
    paragraphs.iter().map(paragraph).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b3_a_letter_names_both_hosts_in_both_languages() {
        let links =
            ["https://a.example.edu/x?token=1&y=2".to_owned(), "https://b.example.com/x?token=1&y=2".to_owned()];
        let letter = password(&"li@example.com".parse().unwrap(), &links);
        assert_eq!((letter.to.as_str(), letter.text.matches(&links[0]).count()), ("li@example.com", 2));
        assert!(
            letter.text.contains("第二个") && letter.text.contains("30 minutes") && letter.text.contains(&links[1])
        );
        let html = letter.html.unwrap();
        assert!(html.contains("href=\"https://b.example.com/x?token=1&amp;y=2\"") && !html.contains("script"));
        let invited = invitation(&"li@example.com".parse().unwrap(), "li.min", &links[0], 3);
        assert!(invited.text.contains("li.min") && invited.text.contains(&links[0]) && invited.text.contains("3 天"));
        let one = verify(&"li@example.com".parse().unwrap(), &links[..1]);
        assert!(!one.text.contains("第二个") && one.text.contains("只能用一次"));
    }

    #[test]
    fn a_letter_claims_no_link_of_one_use_where_it_has_a_plain_page() {
        let page = "https://a.example.edu/forgotten".to_owned();
        let letter = taken(&"li@example.com".parse().unwrap(), std::slice::from_ref(&page));
        assert!(letter.text.contains(&page) && letter.text.contains("已经有账号"), "{}", letter.text);
        for claim in ["只能用一次", "works once", "分钟内有效"] {
            assert!(!letter.text.contains(claim), "{claim}");
        }
    }
}
