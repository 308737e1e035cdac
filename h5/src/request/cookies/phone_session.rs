//! The phone that scanned a code: it may open one account's identity page, for a while, and nothing else.

use axum_extra::extract::cookie::PrivateCookieJar;
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use registration::model::ids::AccountId;
use registration::people::accounts::SessionId;
use uuid::Uuid;

use super::{PrivateCookie, Seal, moment};

/// It lives long enough to find the card and good light.
const PHONE: PrivateCookie = PrivateCookie {
    names: ["seathold-phone", "__Host-seathold-phone"],
    path: "/",
    lifetime: SignedDuration::from_mins(30),
};

/// What a phone was let in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PhoneSession {
    /// Whose identity page it may open.
    pub(crate) account: AccountId,
    /// The epoch of the account's sessions then.
    pub(crate) epoch: i32,
    /// The sign-in that showed the code: when that is ended, so is this.
    pub(crate) owner: Option<SessionId>,
}

/// What this phone was let in for, while it lasts.
pub(crate) fn read(headers: &HeaderMap, seal: &Seal, now: Timestamp) -> Option<PhoneSession> {
    let value = PHONE.read(headers, seal)?;
    let mut parts = value.split('.');
    let account = AccountId(parts.next()?.parse().ok()?);
    let since = moment(parts.next()?)?;
    let epoch = parts.next()?.parse().ok()?;
    // A cookie of the version before has none.
    let owner = parts.next().and_then(|id| Uuid::try_parse(id).ok()).map(SessionId);
    PHONE.is_fresh(since, now).then_some(PhoneSession { account, epoch, owner })
}

/// The headers that let the phone in.
pub(crate) fn begin(phone: PhoneSession, seal: &Seal, now: Timestamp) -> PrivateCookieJar {
    let PhoneSession { account, epoch, owner } = phone;
    let owner = owner.map(|id| id.0.simple().to_string()).unwrap_or_default();
    PHONE.keep(format!("{}.{}.{epoch}.{owner}", account.0, now.as_second()), seal)
}

/// The headers that let the phone out.
pub(crate) fn end(seal: &Seal) -> PrivateCookieJar {
    PHONE.forget(seal)
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use axum_extra::extract::cookie::Key;

    use super::super::session;
    use super::super::tests::sent_back;
    use super::*;

    #[test]
    fn a_phone_is_let_in_for_half_an_hour() {
        let (seal, now) = (Seal { key: Key::generate(), is_secure: false }, Timestamp::now());
        let account = AccountId(Uuid::from_u128(7));
        let phone = PhoneSession { account, epoch: 3, owner: Some(SessionId(Uuid::from_u128(8))) };
        let response = begin(phone, &seal, now).into_response();
        let set = response.headers()["set-cookie"].to_str().unwrap();
        assert!(set.contains("HttpOnly") && !set.contains(&account.0.to_string()));
        let headers = sent_back(&response);
        assert_eq!(read(&headers, &seal, now), Some(phone));
        assert_eq!(read(&headers, &seal, now + PHONE.lifetime), None);
        // It is no sign-in, and a sign-in is no phone.
        assert!(session::is_there(&headers), "so that no shared page is shown");
        assert_eq!(session::read(&headers, &seal, now), None);
        assert_eq!(read(&headers, &Seal { key: Key::generate(), is_secure: false }, now), None);
    }
}
