//! The vendors that read cards and look at faces, as far as tests need them: one local server that answers what the test
//! told it to. It checks no signature; the sandbox does that.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What a card says, as the reader answers.
#[derive(Debug, Clone)]
pub struct CardScript {
    /// The name on the card, 姓名.
    pub name: String,
    /// The number on the card, 公民身份号码.
    pub number: String,
    /// The validity on the card, 有效期限: `2016.07.21-2036.07.21`.
    pub valid: String,
}

#[derive(Default)]
struct Script {
    card: Option<CardScript>,
    /// A vendor's error code for the next cards.
    card_error: Option<String>,
    face: Option<Result<f32, String>>,
    liveness: Option<Value>,
    /// No check on the vendor's page begins, for this reason of the vendor.
    liveness_away: Option<String>,
    /// What the register says of a name and a number.
    belonging: Option<String>,
    calls: Vec<String>,
}

/// The server. It stops when it is dropped.
pub struct Vendors {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
    task: JoinHandle<()>,
}

impl Drop for Vendors {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Vendors {
    /// Starts it on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("a bound listener has an address");
        let script = Arc::<Mutex<Script>>::default();
        let shared = Arc::clone(&script);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let script = Arc::clone(&shared);
                // A caller that goes away is no matter.
                tokio::spawn(async move { serve(stream, &script).await });
            }
        });
        Self { address, script, task }
    }

    /// The variables with which the gateways' clients find this server.
    pub fn variables(&self) -> Vec<(String, String)> {
        let url = format!("http://{}", self.address);
        let pairs = [
            ("TENCENTCLOUD_SECRET_ID", "id"),
            ("TENCENTCLOUD_SECRET_KEY", "key"),
            ("TENCENTCLOUD_OCR_URL", &url),
            ("TENCENTCLOUD_IAI_URL", &url),
            ("ALIBABA_CLOUD_ACCESS_KEY_ID", "id"),
            ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "key"),
            ("ALIBABA_CLOUD_CLOUDAUTH_URL", &url),
            ("ALIBABA_CLOUD_CLOUDAUTH_SCENE_ID", "1"),
        ];
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    /// From now on every card says this.
    pub fn card(&self, name: &str, number: &str, valid: &str) {
        let card = CardScript { name: name.to_owned(), number: number.to_owned(), valid: valid.to_owned() };
        let mut script = self.script();
        (script.card, script.card_error) = (Some(card), None);
    }

    /// From now on no card can be read, for this reason of the vendor.
    pub fn card_error(&self, code: &str) {
        self.script().card_error = Some(code.to_owned());
    }

    /// From now on faces are so alike, or cannot be compared for this reason of the vendor.
    pub fn face(&self, answer: Result<f32, &str>) {
        self.script().face = Some(answer.map_err(str::to_owned));
    }

    /// From now on checks on the vendor's page stand so: nothing is pending, `Ok` with a picture in base64 went well.
    pub fn liveness(&self, answer: Option<Result<&str, &str>>) {
        self.script().liveness = answer.map(|answer| match answer {
            Ok(picture) => {
                let material = json!({ "facialPictureFront": { "pictureBase64": picture } });
                json!({ "Passed": "T", "SubCode": "200", "MaterialInfo": material.to_string() })
            }
            Err(code) => json!({ "Passed": "F", "SubCode": code }),
        });
    }

    /// From now on no check on the vendor's page begins, for this reason, or each does.
    pub fn liveness_away(&self, code: Option<&str>) {
        self.script().liveness_away = code.map(str::to_owned);
    }

    /// From now on names and numbers belong together (`1`), do not (`2`), or are unknown (`3`); `None`: the register is away.
    pub fn belonging(&self, code: Option<&str>) {
        self.script().belonging = code.map(str::to_owned);
    }

    /// The actions that were asked for, in order.
    pub fn calls(&self) -> Vec<String> {
        self.script().calls.clone()
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.script.lock().expect("nothing panics while it is held")
    }
}

async fn serve(stream: TcpStream, script: &Mutex<Script>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut action, mut length, mut line) = (String::new(), 0_usize, String::new());
        loop {
            line.clear();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let Some((name, value)) = line.trim_end().split_once(':') else {
                if line.trim().is_empty() {
                    break;
                }
                continue;
            };
            match name.to_ascii_lowercase().as_str() {
                "x-tc-action" | "x-acs-action" => value.trim().clone_into(&mut action),
                "content-length" => length = value.trim().parse().ok()?,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        let answer = answer(&action, &body, script).to_string();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", answer.len());
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

fn answer(action: &str, body: &[u8], script: &Mutex<Script>) -> Value {
    let mut script = script.lock().expect("nothing panics while it is held");
    script.calls.push(action.to_owned());
    let failed = |code: &str| json!({ "Response": { "Error": { "Code": code, "Message": "" }, "RequestId": "1" } });
    match action {
        "IDCardOCR" => {
            if let Some(code) = &script.card_error {
                return failed(code);
            }
            let Some(card) = &script.card else { return failed("FailedOperation.ImageNoIdCard") };
            let asked: Value = serde_json::from_slice(body).unwrap_or_default();
            if asked["CardSide"] == "FRONT" {
                json!({ "Response": { "Name": card.name, "IdNum": card.number, "RequestId": "1" } })
            } else {
                json!({ "Response": { "Authority": "临江市公安局", "ValidDate": card.valid, "RequestId": "1" } })
            }
        }
        "CompareFace" => match &script.face {
            Some(Ok(score)) => json!({ "Response": { "Score": score, "FaceModelVersion": "3.0", "RequestId": "1" } }),
            Some(Err(code)) => failed(code),
            None => failed("InternalError"),
        },
        "InitFaceVerify" => {
            if let Some(code) = &script.liveness_away {
                return json!({ "RequestId": "1", "Code": code, "Message": "" });
            }
            let begun = json!({ "CertifyId": "check-1", "CertifyUrl": "https://vendor.example/check-1" });
            json!({ "RequestId": "1", "Code": "200", "Message": "success", "ResultObject": begun })
        }
        "DescribeFaceVerify" => match &script.liveness {
            Some(result) => json!({ "RequestId": "1", "Code": "200", "Message": "success", "ResultObject": result }),
            None => json!({ "RequestId": "1", "Code": "424", "Message": "not finished" }),
        },
        "Id2MetaVerify" => match &script.belonging {
            Some(code) => {
                json!({ "RequestId": "1", "Code": "200", "Message": "success", "ResultObject": { "BizCode": code } })
            }
            None => json!({ "RequestId": "1", "Code": "500", "Message": "" }),
        },
        _ => json!({ "Code": "InvalidAction.NotFound", "Message": action, "RequestId": "1" }),
    }
}
