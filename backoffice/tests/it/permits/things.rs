//! What addresses and forms name: things that are there, of the exam and the site that are here.

use registration::model::order::Order;

use super::{GROUP, HERE, IMPORT, NOBODY, REFUND, SITE};

/// What addresses name.
pub(super) struct Things {
    pub(super) order: Order,
    /// The number of an order that was paid for by a channel, and of its payment.
    pub(super) paid: String,
    pub(super) payment: String,
    pub(super) case: i64,
    /// A draft of the exam that is here.
    pub(super) draft: String,
}

impl Things {
    /// The address of a thing that is there, of the exam and the site that are here.
    pub(super) fn fill(&self, path: &str) -> String {
        let account = self.order.account.0.to_string();
        let of = |path: &str, name: &str| -> String {
            let is_case = path.starts_with("/cases/");
            match name {
                "order" => self.order.id.to_string(),
                "payment" => self.payment.clone(),
                "refund" => REFUND.replace('-', ""),
                "group" => GROUP.replace('-', ""),
                "case" if is_case => self.case.to_string(),
                "case" => format!("face.{account}.{HERE}"),
                "exam" => HERE.to_owned(),
                "sitting" => "morning".to_owned(),
                "account" if path.starts_with("/candidates") => account.replace('-', "").to_uppercase(),
                "account" => account.clone(),
                "draft" => self.draft.clone(),
                "part" => "texts".to_owned(),
                "site" | "room" => SITE.to_owned(),
                "import" => IMPORT.to_owned(),
                "number" => "1".to_owned(),
                "name" => "somebody".to_owned(),
                "channel" => "alipay".to_owned(),
                "day" => "2026-11-20".to_owned(),
                "act" if path.starts_with("/finance/refunds") => "again".to_owned(),
                "act" if path.starts_with("/staff") => "end".to_owned(),
                "act" if path.starts_with("/exams") => "close".to_owned(),
                "act" if path.starts_with("/webhooks") => "test".to_owned(),
                "act" => "agree".to_owned(),
                "file" if path.starts_with("/imports") => "roster.xlsx".to_owned(),
                "file" if path.starts_with("/exam-drafts") => "exam.toml".to_owned(),
                "file" if path.starts_with("/finance/invoices") => "invoice.pdf".to_owned(),
                "proof" => "1.jpg".to_owned(),
                "key" => "1".to_owned(),
                "job" | "doubt" | "approval" | "picture" | "note" | "endpoint" | "inquiry" => NOBODY.to_owned(),
                _ => "x".to_owned(),
            }
        };
        let mut filled = String::new();
        for (number, part) in path.split('{').enumerate() {
            if number == 0 {
                filled.push_str(part);
                continue;
            }
            let (name, rest) = part.split_once('}').unwrap();
            filled.push_str(&of(path, name));
            filled.push_str(rest);
        }
        filled
    }
}

impl Things {
    /// A form that a handler can read, so that it asks who sent it.
    pub(super) fn form(&self, path: &str) -> String {
        let order = self.order.id;
        let seen = match path.split('/').nth(1) {
            Some("orders" | "cases") => format!("{NOBODY}.1"),
            Some("people") => NOBODY.to_owned(),
            _ => "1".to_owned(),
        };
        let more = match path {
            "/staff/invite" => "name=x&role=reviewer",
            "/staff/{name}/duty" => "role=reviewer",
            _ => "name=nobody",
        };
        format!(
            "{more}&claim={NOBODY}&case={}&seen={seen}&action=refuse&own=why&order={order}&amount=1&reason=why&note=why\
             &exam={HERE}&finding=1&version=0&by=alipay&reference=r&site={SITE}&says=same&kind=all&what=mobile&answer=yes",
            self.case
        )
    }
}

/// What a list has to know of which exam.
pub(super) fn query(path: &str) -> String {
    match path {
        "/finance/invoices" | "/finance/groups/new" => format!("?exam={HERE}"),
        "/queues/moves" => "?kinds=payment".to_owned(),
        path if path.starts_with("/exports/") || path.starts_with("/finance/invoices.") => format!("?exam={HERE}"),
        path if path.starts_with("/finance/journal") || path.starts_with("/finance/findings") => {
            "?from=2026-11-01&until=2026-11-02".to_owned()
        }
        _ => String::new(),
    }
}
