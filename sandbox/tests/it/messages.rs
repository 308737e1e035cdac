//! SMS and mail.

use gateways::{Letter, MailError, Sms, SmsError, aliyun};

use crate::world::{World, tencent_sms};

#[tokio::test]
async fn a_code_arrives_by_either_vendor() {
    let world = World::start().await;
    for (vendor, sms) in world.sms() {
        sms.send_code("13800138000", "246810").await.unwrap_or_else(|error| panic!("{vendor}: {error}"));
        let newest = &world.outbox().await[0];
        assert_eq!((&newest["to"], &newest["values"][0]), (&"13800138000".into(), &"246810".into()), "{vendor}");
        assert_eq!(newest["kind"], "sms");
    }
    // The page shows it to people, newest first.
    let page = reqwest::get(world.url("")).await.unwrap().text().await.unwrap();
    assert!(page.contains("沙盒") && page.contains("246810"));
}

#[tokio::test]
async fn a_notice_has_a_template_of_its_own() {
    let world = World::start().await;
    for (vendor, sms) in world.sms() {
        assert!(sms.can_notify());
        sms.send_notice("13800138000", "缴费已确认，报名成功")
            .await
            .unwrap_or_else(|error| panic!("{vendor}: {error}"));
        let newest = &world.outbox().await[0];
        assert!(newest["text"].as_str().unwrap().contains("缴费已确认，报名成功。请登录"), "{vendor}: {newest}");
        let long = sms.send_notice("13800138000", &"长".repeat(13)).await.unwrap_err();
        assert!(matches!(long, SmsError::Rejected(_)), "{vendor}: {long}");
    }
    let without = tencent_sms(&world.but("TENCENTCLOUD_SMS_NOTICE_TEMPLATE", ""));
    assert!(!without.can_notify());
    assert!(matches!(without.send_notice("13800138000", "x").await, Err(SmsError::Rejected(_))));
}

#[tokio::test]
async fn every_documented_failure_of_a_message_is_told_apart() {
    let world = World::start().await;
    for (service, sms) in world.sms() {
        let failed = async |fail| {
            world.fail(service, fail).await;
            sms.send_code("13800138000", "123456").await.unwrap_err()
        };
        assert!(matches!(failed("throttle").await, SmsError::Throttled), "{service}");
        assert!(matches!(failed("number").await, SmsError::Number), "{service}");
        assert!(matches!(failed("balance").await, SmsError::Rejected(_)), "{service}");
        assert!(matches!(failed("signature").await, SmsError::Rejected(_)), "{service}");
        assert!(matches!(failed("unavailable").await, SmsError::Unavailable(_)), "{service}");
        assert!(matches!(sms.send_code("1380013800", "123456").await, Err(SmsError::Number)), "{service}");
        sms.send_code("13800138000", "123456").await.unwrap();
    }
}

#[tokio::test]
async fn wrong_keys_and_settings_are_refused_as_the_vendors_do() {
    let world = World::start().await;
    let cases = [
        ("TENCENTCLOUD_SECRET_KEY", "other", "AuthFailure.SignatureFailure"),
        ("TENCENTCLOUD_SECRET_ID", "other", "AuthFailure.SecretIdNotFound"),
        ("TENCENTCLOUD_SMS_APP_ID", "1", "UnauthorizedOperation.SmsSdkAppIdVerifyFail"),
        ("TENCENTCLOUD_SMS_SIGN", "别的", "FailedOperation.SignatureIncorrectOrUnapproved"),
        ("TENCENTCLOUD_SMS_TEMPLATE", "1", "FailedOperation.TemplateIncorrectOrUnapproved"),
    ];
    for (name, value, code) in cases {
        let refused = tencent_sms(&world.but(name, value)).send_code("13800138000", "123456").await.unwrap_err();
        assert!(matches!(&refused, SmsError::Rejected(told) if told == code), "{name}: {refused}");
    }
    let long = tencent_sms(&world.variables).send_code("13800138000", "1234567").await.unwrap_err();
    assert!(matches!(long, SmsError::Rejected(code) if code == "InvalidParameterValue.TemplateParameterFormatError"));
    let cases = [
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "other", "SignatureDoesNotMatch"),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "other", "InvalidAccessKeyId.NotFound"),
        ("ALIBABA_CLOUD_SMS_SIGN", "别的", "isv.SMS_SIGNATURE_ILLEGAL"),
        ("ALIBABA_CLOUD_SMS_TEMPLATE", "SMS_1", "isv.SMS_TEMPLATE_ILLEGAL"),
        ("ALIBABA_CLOUD_SMS_VARIABLE", "number", "isv.TEMPLATE_MISSING_PARAMETERS"),
    ];
    for (name, value, code) in cases {
        let config = aliyun::sms::AliyunSmsConfig::of(&world.but(name, value)).unwrap();
        let refused = Sms::aliyun(config).send_code("13800138000", "123456").await.unwrap_err();
        assert!(matches!(&refused, SmsError::Rejected(told) if told == code), "{name}: {refused}");
    }
}

#[tokio::test]
async fn a_letter_arrives_with_both_its_texts() {
    let world = World::start().await;
    let letter = Letter {
        to: "someone@example.edu".into(),
        subject: "重置密码".into(),
        text: "请打开 https://exam.example.edu/reset?key=abc\n.一个点开头的行".into(),
        html: Some("<p>请打开</p>".into()),
    };
    world.mailer().send(&letter).await.unwrap();
    let newest = &world.outbox().await[0];
    assert_eq!((&newest["kind"], &newest["to"]), (&"mail".into(), &"someone@example.edu".into()));
    assert_eq!(newest["subject"], "重置密码");
    let text = newest["text"].as_str().unwrap().replace("\r\n", "\n");
    assert_eq!(text.trim_end(), letter.text);
    assert!(newest["html"].as_str().unwrap().contains("请打开"));
}

#[tokio::test]
async fn every_failure_of_a_letter_is_told_apart() {
    let world = World::start().await;
    let mailer = world.mailer();
    let mut letter = Letter { to: "a@example.edu".into(), subject: "x".into(), text: "x".into(), html: None };
    let failed = async |fail| {
        world.fail("smtp", fail).await;
        mailer.send(&letter).await.unwrap_err()
    };
    assert!(matches!(failed("throttle").await, MailError::Unavailable(code) if code == "450"));
    assert!(matches!(failed("number").await, MailError::Address));
    assert!(matches!(failed("signature").await, MailError::Rejected(code) if code == "535"));
    assert!(matches!(failed("balance").await, MailError::Rejected(code) if code == "554"));
    assert!(matches!(failed("mismatch").await, MailError::Rejected(code) if code == "553"), "about us, not about them");
    assert!(matches!(failed("unavailable").await, MailError::Unavailable(code) if code == "421"));
    letter.to = "nobody@example.invalid".into();
    assert!(matches!(mailer.send(&letter).await, Err(MailError::Address)));
    assert!(world.outbox().await.is_empty());
}
