//! Whether something answers where channels would tell us what was paid.

use std::time::Duration;

use http::StatusCode;
use reqwest::Client;
use reqwest::redirect::Policy;

/// Longest wait for it.
const WAIT: Duration = Duration::from_secs(10);

/// Who answered at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reached {
    /// We did, and what nobody signed was refused.
    Refused,
    /// We did, perhaps, and are busy.
    Busy,
    /// Somebody else, or we without this channel.
    Other(StatusCode),
    /// Nobody answered, and why.
    Nobody(String),
}

/// Sends what no channel would send.
pub(super) async fn reach(url: &str) -> Reached {
    let built = Client::builder().timeout(WAIT).redirect(Policy::none()).no_proxy().build();
    let client = match built {
        Ok(client) => client,
        Err(error) => return Reached::Nobody(error.to_string()),
    };
    match client.post(url).body("seathold pay check").send().await {
        Ok(answer) => match answer.status() {
            StatusCode::UNAUTHORIZED => Reached::Refused,
            StatusCode::SERVICE_UNAVAILABLE => Reached::Busy,
            status => Reached::Other(status),
        },
        Err(error) if error.is_timeout() => Reached::Nobody("it took too long".to_owned()),
        Err(error) if error.is_connect() => {
            Reached::Nobody("nothing listens, or its certificate is not believed".to_owned())
        }
        Err(error) => Reached::Nobody(error.without_url().to_string()),
    }
}
