//! What both channels make of a charge's words: times of China, subjects without what a channel refuses, addresses.

use jiff::civil::DateTime;
use jiff::tz::{self, TimeZone};
use jiff::{Timestamp, Zoned};
use url::Url;

use super::charge::Charge;
use super::error::PayError;
use super::remark::Remark;

/// A channel takes no charge that ends sooner.
const AHEAD_SECONDS_MIN: i64 = 60;

/// In China, which both channels write their times in.
pub(crate) fn in_china(at: Timestamp) -> Zoned {
    at.to_zoned(TimeZone::fixed(tz::offset(8)))
}

/// `2026-11-28 10:00:00`, of China.
pub(crate) fn of_china(text: &str) -> Option<Timestamp> {
    let at: DateTime = DateTime::strptime("%Y-%m-%d %H:%M:%S", text.trim()).ok()?;
    at.to_zoned(TimeZone::fixed(tz::offset(8))).ok().map(|at| at.timestamp())
}

/// Refuses what no channel can be asked for.
pub(crate) fn check_charge(charge: &Charge<'_>, now: Timestamp) -> Result<(), PayError> {
    let refuse = |why: &str| Err(PayError::Refused(why.to_owned()));
    let is_plain = charge.number.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_plain || !(6..=32).contains(&charge.number.len()) {
        return refuse("the number must have 6 to 32 letters and digits");
    }
    if charge.amount_fen == 0 {
        return refuse("the amount is zero");
    }
    if charge.expires_at.as_second() < now.as_second() + AHEAD_SECONDS_MIN {
        return refuse("it would end in less than a minute");
    }
    Ok(())
}

/// The text without control characters and those in `refused`, cut before `bytes_max`.
pub(crate) fn plain(text: &str, refused: &[char], bytes_max: usize) -> String {
    let mut out = String::new();
    for char in text.chars() {
        let char = if char.is_control() || refused.contains(&char) { ' ' } else { char };
        if out.len() + char.len_utf8() > bytes_max {
            break;
        }
        out.push(char);
    }
    out.trim().to_owned()
}

/// Why a channel cannot notify this address, if it cannot. On this machine anything goes.
pub(crate) fn fault_of_notify_url(text: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(text) else { return Some("is no address: write https://host/path") };
    if url.query().is_some() || text.contains('?') {
        return Some("has a query, which would mix with what the channel signs: put everything into the path");
    }
    if url.fragment().is_some() {
        return Some("has a part after #, which never arrives: leave it out");
    }
    match url.scheme() {
        "https" => None,
        "http" if crate::http::is_loopback(&url) => None,
        _ => Some("does not begin with https://: the channel notifies no other address"),
    }
}

/// What both channels find in the addresses that charges name.
pub(crate) fn check_addresses(notify_url: &str, return_url: &str) -> Vec<Remark> {
    let mut remarks = Vec::new();
    if let Some(fault) = fault_of_notify_url(notify_url) {
        remarks.push(Remark::fault("notify_url", format!("{notify_url} {fault}.")));
    } else if Url::parse(notify_url).is_ok_and(|url| crate::http::is_loopback(&url)) {
        let text =
            format!("{notify_url} is this machine's: no real channel reaches it. Give the site its public address.");
        remarks.push(Remark::warning("notify_url", text));
    }
    match Url::parse(return_url) {
        Ok(url) if url.scheme() == "https" || crate::http::is_loopback(&url) => {}
        _ => {
            let text = format!("{return_url} does not begin with https://: browsers may not come back.");
            remarks.push(Remark::fault("return_url", text));
        }
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_query_is_never_notified() {
        for fine in ["https://a.example/pay/alipay/notify", "http://127.0.0.1:8080/pay/alipay/notify"] {
            assert_eq!(fault_of_notify_url(fine), None, "{fine}");
        }
        for wrong in
            ["https://a.example/n?x=1", "https://a.example/n?", "http://a.example/n", "https://a.example/n#x", "/n", ""]
        {
            assert!(fault_of_notify_url(wrong).is_some(), "{wrong}");
        }
        let remarks = check_addresses("http://localhost/n", "http://a.example/back");
        assert_eq!(remarks.iter().map(|remark| remark.setting).collect::<Vec<_>>(), ["notify_url", "return_url"]);
    }

    #[test]
    fn subjects_are_cut_between_characters() {
        assert_eq!(plain("英语/口语=四级&六级\n", &['/', '=', '&'], 300), "英语 口语 四级 六级");
        assert_eq!(plain("全国大学英语", &[], 8), "全国");
    }

    #[test]
    fn times_are_those_of_china() {
        let at: Timestamp = "2026-11-28T02:00:00Z".parse().unwrap();
        assert_eq!(of_china("2026-11-28 10:00:00"), Some(at));
        assert_eq!(of_china("2026/11/28 10:00"), None);
        assert_eq!(in_china(at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(), "2026-11-28T10:00:00+08:00");
    }
}
