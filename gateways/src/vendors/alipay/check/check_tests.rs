//! The mistakes that can be seen.

use super::*;
use crate::pay::remark::Gravity;
use crate::pay::samples::{self, ENDED_CERT, MERCHANT_CERT, MERCHANT_PUBLIC, VENDOR, faults};
use crate::settings::Variables;
use crate::vendors::alipay::config::ROOT_CERT;

fn of(variables: &Variables) -> Vec<Remark> {
    check(&AlipayConfig::of(variables).unwrap(), "2026-11-28T02:00:00Z".parse().unwrap())
}

#[test]
fn good_settings_are_told_and_not_blamed() {
    for variables in [samples::alipay(), samples::alipay_by_certificates()] {
        let remarks = of(&variables);
        assert!(remarks.iter().all(|remark| remark.gravity == Gravity::Fact), "{remarks:?}");
        assert!(remarks.len() >= 2);
    }
}

#[test]
fn ones_own_key_in_the_place_of_alipays_is_found() {
    let remarks = of(&samples::alipay().with([(PUBLIC_KEY, MERCHANT_PUBLIC)]));
    assert_eq!(faults(&remarks), [PUBLIC_KEY]);
    let remarks = of(&samples::alipay_by_certificates().with([(CERT, MERCHANT_CERT)]));
    assert_eq!(faults(&remarks), [CERT]);
}

#[test]
fn pairs_that_do_not_fit_and_ended_certificates_are_found() {
    let remarks = of(&samples::alipay_by_certificates().with([(APP_KEY, VENDOR)]));
    assert_eq!(faults(&remarks), [APP_CERT, CERT]);
    let mut config = AlipayConfig::of(&samples::alipay_by_certificates().with([(CERT, ENDED_CERT)])).unwrap();
    let later = "2100-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(faults(&check(&config, later)), [CERT]);
    let Trust::Certificates { alipay, .. } = &config.trust else { panic!("certificates") };
    let soon = alipay.values().next().unwrap().ends_at - SignedDuration::from_hours(1);
    assert!(check(&config, soon).iter().any(|remark| remark.gravity == Gravity::Warning && remark.setting == CERT));
    config.app_id = "2021".into();
    config.seller_id = "208".into();
    let warned: Vec<_> =
        check(&config, soon).iter().filter(|f| f.gravity == Gravity::Warning).map(|f| f.setting).collect();
    assert_eq!(warned, [APP_ID, SELLER_ID, CERT]);
}

#[test]
fn certificates_without_roots_are_not_started_with() {
    for name in [CERT, ROOT_CERT] {
        assert!(AlipayConfig::of(&samples::alipay_by_certificates().with([(name, "")])).is_err(), "{name}");
    }
}

#[test]
fn the_sandbox_and_this_machine_are_named() {
    for url in ["https://openapi-sandbox.dl.alipaydev.com/gateway.do", "http://127.0.0.1:9"] {
        let remarks = of(&samples::alipay().with([(GATEWAY_URL, url)]));
        assert!(remarks.iter().any(|f| f.setting == GATEWAY_URL && f.gravity == Gravity::Warning), "{url}");
    }
}
