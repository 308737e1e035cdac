//! The mistakes that everybody makes are found and named.

use super::*;
use crate::pay::samples::{self, MERCHANT_CERT, VENDOR, faults};
use crate::settings::Variables;

fn found(variables: &Variables) -> Vec<Remark> {
    check(&UnionPayConfig::of(variables).unwrap(), Timestamp::now())
}

#[test]
fn right_settings_have_no_fault_and_say_which_key_is_which() {
    let found = found(&samples::unionpay());
    assert_eq!(faults(&found), [] as [&str; 0]);
    let facts: Vec<_> = found.iter().map(|remark| remark.setting).collect();
    assert_eq!(facts, [KEY, CERT, MIDDLE_CERT, ROOT_CERT]);
    let told = &found[1].text;
    assert!(told.contains("orders name it by 4643"), "{told}");
}

#[test]
fn a_key_of_another_pair_and_ones_own_certificate_in_the_wrong_place_are_faults() {
    let other = samples::unionpay().with([(KEY, VENDOR)]);
    assert_eq!(faults(&found(&other)), [CERT]);
    let own = samples::unionpay().with([(MIDDLE_CERT, MERCHANT_CERT), (ROOT_CERT, MERCHANT_CERT)]);
    let told = UnionPayConfig::of(&own).map(|config| faults(&check(&config, Timestamp::now())));
    assert!(told.is_err() || told.is_ok_and(|faults| faults == [MIDDLE_CERT, ROOT_CERT]));
}

#[test]
fn ended_certificates_and_those_to_come_are_faults() {
    let config = UnionPayConfig::of(&samples::unionpay()).unwrap();
    let at = |text: &str| check(&config, text.parse().unwrap());
    assert!(faults(&at("2099-01-01T00:00:00Z")).contains(&MIDDLE_CERT));
    assert!(faults(&at("2023-12-31T00:00:00Z")).contains(&ROOT_CERT));
    let soon = at("2063-12-20T00:00:00Z");
    assert!(soon.iter().any(|remark| remark.setting == MIDDLE_CERT && remark.text.contains("within 30 days")));
}

#[test]
fn all_hosts_are_unionpays_and_of_one_platform() {
    let with = |pairs: [(&'static str, &'static str); 3]| found(&samples::unionpay().with(pairs));
    let test = [
        (GATEWAY_URL, "https://gateway.test.95516.com"),
        (CASHIER_URL, "https://cashier.test.95516.com"),
        (FILE_URL, "https://filedownload.test.95516.com"),
    ];
    let told = with(test);
    assert_eq!(faults(&told), [] as [&str; 0]);
    assert!(told.iter().any(|remark| remark.text.contains("no real money moves")));
    let mixed = [test[0], (CASHIER_URL, "https://cashier.95516.com"), (FILE_URL, "https://filedownload.example")];
    assert_eq!(faults(&with(mixed)), [CASHIER_URL, FILE_URL]);
}
