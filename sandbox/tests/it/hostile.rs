//! Servers that answer garbage, without end, too slowly, or elsewhere: every client comes back in time with a word.

use std::time::{Duration, Instant};

use gateways::settings::Variables;
use gateways::{FaceError, Liveness, LivenessRequest, Sms, SmsError, aliyun, tencent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::world::{World, tencent_sms};

/// Answers every connection with these bytes, `times` times, and then keeps it open.
async fn server(answer: &'static [u8], times: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 16_384]).await;
                for _ in 0..times {
                    if stream.write_all(answer).await.is_err() {
                        return;
                    }
                }
                tokio::time::sleep(Duration::from_secs(60)).await;
            });
        }
    });
    url
}

async fn refusals(url: &str) -> [String; 3] {
    let world = World::start().await;
    let variables: Variables = world.variables.clone().with([
        ("TENCENTCLOUD_SMS_URL", url),
        ("ALIBABA_CLOUD_SMS_URL", url),
        ("TENCENTCLOUD_KYC_URL", url),
    ]);
    let aliyun = Sms::aliyun(aliyun::sms::AliyunSmsConfig::of(&variables).unwrap());
    let kyc = Liveness::tencent_browser(tencent::kyc_browser::TencentKycConfig::of(&variables).unwrap());
    let request = LivenessRequest {
        order: "0".repeat(32),
        name: "李样例".into(),
        number: "11010519491231002X".into(),
        return_url: "http://127.0.0.1:1/".into(),
        meta_info: None,
    };
    let tencent = tencent_sms(&variables);
    let (one, two, three) = tokio::join!(
        tencent.send_code("13800138000", "123456"),
        aliyun.send_code("13800138000", "123456"),
        kyc.begin(request)
    );
    let word = |error: SmsError| match error {
        SmsError::Unavailable(word) => word,
        other => panic!("{other}"),
    };
    let FaceError::Unavailable(three) = three.unwrap_err() else { panic!("not unavailable") };
    [word(one.unwrap_err()), word(two.unwrap_err()), three]
}

#[tokio::test]
async fn garbage_is_called_garbage() {
    let cases: [(&[u8], &str); 5] = [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n<html>no<", "garbled answer"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "garbled answer"),
        (b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 3\r\n\r\nbad", "http 502"),
        // Not followed: it may lead anywhere.
        (b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", "http 302"),
        (b"\x16\x03\x01\x00\x00", "connection broken"),
    ];
    for (answer, word) in cases {
        assert_eq!(refusals(&server(answer, 1).await).await, [word; 3]);
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 9999999999\r\n\r\n";
    assert_eq!(refusals(&server(HEAD, 1).await).await, ["answer too large"; 3]);
    // Without a length: everything until the connection ends.
    static MEGABYTE: [u8; 1 << 20] = {
        let mut bytes = [b' '; 1 << 20];
        let head = *b"HTTP/1.1 200 OK\r\n\r\n";
        let mut at = 0;
        while at < head.len() {
            bytes[at] = head[at];
            at += 1;
        }
        bytes
    };
    assert_eq!(refusals(&server(&MEGABYTE, 20).await).await, ["answer too large"; 3]);
}

/// The longest wait of any client: 15 seconds.
#[tokio::test]
async fn a_server_that_says_nothing_is_waited_for_in_vain_but_not_long() {
    let start = Instant::now();
    let silent = server(b"", 1).await;
    let dripping = server(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", 1).await;
    let (silent, dripping) = tokio::join!(refusals(&silent), refusals(&dripping));
    assert_eq!([silent, dripping], [["timeout"; 3], ["timeout"; 3]]);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(refusals("http://127.0.0.1:1").await, ["unreachable"; 3]);
}

/// What the vendors cannot know of the caller's bytes never shows up in an error.
#[tokio::test]
async fn no_error_shows_who_it_was_about() {
    const ECHO: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 68\r\n\r\n{\"Response\":{\"Error\":{\"Code\":\"Failed 13800138000@x \\u674e\",\"M\":\"\"}}}";
    let world = World::start().await;
    let url = server(ECHO, 1).await;
    let told = tencent_sms(&world.but("TENCENTCLOUD_SMS_URL", &url)).send_code("13800138000", "1").await.unwrap_err();
    assert!(!told.to_string().contains('李'), "{told}");
}
