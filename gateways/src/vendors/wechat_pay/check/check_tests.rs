//! The mistakes that can be seen.

use super::*;
use crate::pay::remark::Gravity;
use crate::pay::samples::{self, KEY_ID, MERCHANT_CERT, MERCHANT_PUBLIC, VENDOR, VENDOR_SERIAL, faults};
use crate::settings::{SettingError, Variables};
use crate::vendors::wechat_pay::config::API_V3_KEY;

fn good() -> Variables {
    samples::wechat_pay().with([(CERT, MERCHANT_CERT), (H5_DOMAIN, "exam.example")])
}

fn with(changes: &[(&'static str, &str)]) -> Vec<Remark> {
    let config = WechatPayConfig::of(&good().with(changes.iter().copied())).unwrap();
    check(&config, "2026-11-28T02:00:00Z".parse().unwrap())
}

#[test]
fn good_settings_are_told_and_not_blamed() {
    let remarks = with(&[]);
    assert!(remarks.iter().all(|remark| remark.gravity == Gravity::Fact), "{remarks:?}");
    assert_eq!(remarks.len(), 4);
    assert_eq!(WechatPayConfig::of(&good().with([(SERIAL, "")])).unwrap().serial, samples::MERCHANT_SERIAL);
}

#[test]
fn numbers_in_the_wrong_place_are_found() {
    let decimal = "464231547862156874521546872154687215468721546872";
    for serial in [KEY_ID, VENDOR_SERIAL, decimal, "0", "5157F09EFDC096DE15EBE81A47057A7200000009"] {
        let found = faults(&with(&[(SERIAL, serial)]));
        assert!(!found.is_empty() && found.iter().all(|setting| *setting == SERIAL), "{serial} {found:?}");
    }
    let short = KEY_ID.strip_prefix(KEY_ID_PREFIX).unwrap();
    assert_eq!(faults(&with(&[(PUBLIC_KEY_ID, short)])), [PUBLIC_KEY_ID]);
}

#[test]
fn ones_own_keys_in_the_place_of_wechat_pays_are_found() {
    assert_eq!(faults(&with(&[(PUBLIC_KEY, MERCHANT_PUBLIC)])), [PUBLIC_KEY]);
    assert_eq!(faults(&with(&[(PLATFORM_CERT, MERCHANT_CERT)])), [SERIAL, PLATFORM_CERT]);
    // With the certificate of one pair and the key of another.
    let found = faults(&with(&[(KEY, VENDOR)]));
    assert!(found.contains(&CERT), "{found:?}");
}

#[test]
fn a_switch_half_done_is_spoken_of() {
    let warned = |changes: &[(&'static str, &str)]| {
        let remarks = with(changes);
        remarks.iter().filter(|f| f.gravity == Gravity::Warning).map(|f| f.setting).collect::<Vec<_>>()
    };
    assert_eq!(warned(&[(VERIFY_WITH, "certificate")]), [VERIFY_WITH]);
    assert_eq!(warned(&[(PUBLIC_KEY, ""), (PUBLIC_KEY_ID, ""), (PLATFORM_CERT, "")]), [PUBLIC_KEY]);
    assert_eq!(warned(&[(MCHID, "19"), (APPID, "2021")]), [MCHID, APPID]);
    assert_eq!(warned(&[(CERT, ""), (H5_DOMAIN, "")]), [CERT, H5_DOMAIN]);
}

#[test]
fn settings_that_cannot_work_are_refused_at_once() {
    let refused = |changes: &[(&'static str, &str)]| match WechatPayConfig::of(&good().with(changes.iter().copied())) {
        Err(SettingError::Missing(name) | SettingError::Wrong { name, .. }) => name,
        Ok(_) => panic!("{changes:?}"),
    };
    assert_eq!(refused(&[(API_V3_KEY, "short")]), API_V3_KEY);
    assert_eq!(refused(&[(PUBLIC_KEY, "")]), PUBLIC_KEY);
    assert_eq!(refused(&[(PUBLIC_KEY_ID, "")]), PUBLIC_KEY_ID);
    assert_eq!(refused(&[(PUBLIC_KEY, ""), (PUBLIC_KEY_ID, ""), (VERIFY_WITH, "key")]), PUBLIC_KEY);
    assert_eq!(refused(&[(VERIFY_WITH, "both")]), VERIFY_WITH);
    assert_eq!(refused(&[(PLATFORM_CERT, MERCHANT_PUBLIC)]), PLATFORM_CERT);
}

#[test]
fn the_site_must_be_at_the_registered_host() {
    let config = WechatPayConfig::of(&good()).unwrap();
    assert_eq!(check_return(&config, "https://exam.example/orders/1"), None);
    let found = check_return(&config, "https://www.exam.example/orders/1").unwrap();
    assert_eq!(found.setting, H5_DOMAIN);
    assert!(found.text.contains("www.exam.example"));
}
