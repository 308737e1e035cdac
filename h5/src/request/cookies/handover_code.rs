//! The code that a computer shows for a phone: its token and its end, in a cookie that goes to the code's own page and to
//! no other. So the page can be loaded anew, and the token is in no address or history of the computer.

use axum_extra::extract::cookie::PrivateCookieJar;
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use registration::people::identity::HandoverToken;

use super::{PrivateCookie, Seal, moment};

/// It lives longer than a code is good, so that the page can say what became of it.
const CODE: PrivateCookie = PrivateCookie {
    names: ["handover-code", "__Secure-handover-code"],
    path: "/me/identity/handover",
    lifetime: SignedDuration::from_hours(1),
};

/// The code that was made last on this browser, and until when it is good.
pub(crate) fn read(headers: &HeaderMap, seal: &Seal) -> Option<(HandoverToken, Timestamp)> {
    let value = CODE.read(headers, seal)?;
    let (token, until) = value.split_once('.')?;
    Some((token.parse().ok()?, moment(until)?))
}

/// The headers that keep a new code.
pub(crate) fn keep(token: &HandoverToken, until: Timestamp, seal: &Seal) -> PrivateCookieJar {
    CODE.keep(format!("{token}.{}", until.as_second()), seal)
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use axum_extra::extract::cookie::Key;

    use super::super::tests::sent_back;
    use super::*;

    #[test]
    fn a_code_is_kept_for_its_own_page_and_not_readable() {
        let (seal, until) =
            (Seal { key: Key::generate(), is_secure: true }, Timestamp::from_second(1_800_000_000).unwrap());
        let token: HandoverToken = "BwcHBwcHBwcHBwcHBwcHBw".parse().unwrap();
        let response = keep(&token, until, &seal).into_response();
        let set = response.headers()["set-cookie"].to_str().unwrap();
        assert!(set.contains("HttpOnly") && set.contains("Secure") && set.contains("Path=/me/identity/handover"));
        assert!(!set.contains(&token.to_string()));
        let headers = sent_back(&response);
        assert_eq!(read(&headers, &seal), Some((token.clone(), until)));
        assert_eq!(read(&headers, &Seal { key: Key::generate(), is_secure: true }), None);
        let before = keep(&token, until, &Seal { key: seal.key.clone(), is_secure: false }).into_response();
        assert_eq!(read(&sent_back(&before), &seal), Some((token, until)), "by the name of the version before");
    }
}
