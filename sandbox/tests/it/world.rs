//! A sandbox and the clients of both vendors.

use bytes::Bytes;
use gateways::settings::Variables;
use gateways::{CardReader, FaceComparer, Liveness, Mailer, Sms, TwoElements, aliyun, tencent};
use sandbox::Sandbox;
use serde_json::{Value, json};

/// A sandbox and what points at it.
pub(crate) struct World {
    sandbox: Sandbox,
    pub(crate) variables: Variables,
}

impl World {
    pub(crate) async fn start() -> Self {
        let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let variables = Variables::default().with(sandbox.variables());
        Self { sandbox, variables }
    }

    /// With one variable changed.
    pub(crate) fn but(&self, name: &str, value: &str) -> Variables {
        self.variables.clone().with([(name, value)])
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.url())
    }

    /// Makes a service fail at its next call.
    pub(crate) async fn fail(&self, service: &str, fail: &str) {
        let order = json!({ "service": service, "fail": fail, "times": 1 });
        let answer = reqwest::Client::new().post(self.url("control")).json(&order).send().await.unwrap();
        assert!(answer.status().is_success(), "{service} cannot fail by {fail}");
    }

    pub(crate) async fn outbox(&self) -> Vec<Value> {
        reqwest::get(self.url("outbox.json")).await.unwrap().json().await.unwrap()
    }

    /// What it answers at this path, without the slash before it.
    pub(crate) async fn get(&self, path: &str) -> (u16, Bytes) {
        let answer = reqwest::get(self.url(path)).await.unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap())
    }

    pub(crate) fn sms(&self) -> [(&'static str, Sms); 2] {
        [
            ("tencent.sms", tencent_sms(&self.variables)),
            ("aliyun.sms", Sms::aliyun(aliyun::sms::AliyunSmsConfig::of(&self.variables).unwrap())),
        ]
    }

    pub(crate) fn mailer(&self) -> Mailer {
        Mailer::new(&gateways::mail::MailConfig::of(&self.variables).unwrap()).unwrap()
    }

    pub(crate) fn cards(&self) -> [(&'static str, CardReader); 2] {
        let tencent = tencent::id_card_ocr::TencentOcrConfig::of(&self.variables).unwrap();
        let aliyun = aliyun::id_card_ocr::AliyunOcrConfig::of(&self.variables).unwrap();
        [("tencent.ocr", CardReader::tencent(tencent)), ("aliyun.ocr", CardReader::aliyun(aliyun))]
    }

    pub(crate) fn faces(&self) -> [(&'static str, FaceComparer); 2] {
        let tencent = tencent::face_compare::TencentFaceConfig::of(&self.variables).unwrap();
        let aliyun = aliyun::face_compare::AliyunFaceConfig::of(&self.variables).unwrap();
        [("tencent.face", FaceComparer::tencent(tencent)), ("aliyun.face", FaceComparer::aliyun(aliyun))]
    }

    pub(crate) fn two_elements(&self) -> [(&'static str, TwoElements); 2] {
        let tencent = tencent::two_elements::TencentTwoElementsConfig::of(&self.variables).unwrap();
        let aliyun = aliyun::two_elements::AliyunTwoElementsConfig::of(&self.variables).unwrap();
        [("tencent.faceid", TwoElements::tencent(tencent)), ("aliyun.cloudauth", TwoElements::aliyun(aliyun))]
    }

    pub(crate) fn liveness(&self) -> [(&'static str, Liveness); 3] {
        let browser = tencent::kyc_browser::TencentKycConfig::of(&self.variables).unwrap();
        let wechat = tencent::faceid::TencentFaceIdConfig::of(&self.variables).unwrap();
        let aliyun = aliyun::face_verify::AliyunFaceVerifyConfig::of(&self.variables).unwrap();
        [
            ("tencent.kyc", Liveness::tencent_browser(browser)),
            ("tencent.faceid", Liveness::tencent_wechat(wechat)),
            ("aliyun.cloudauth", Liveness::aliyun(aliyun)),
        ]
    }
}

pub(crate) fn tencent_sms(variables: &Variables) -> Sms {
    Sms::tencent(tencent::sms::TencentSmsConfig::of(variables).unwrap())
}
