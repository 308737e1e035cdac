//! Where somebody pays: on the phone that shows the page, or at another screen from which a phone scans a code.

use http::HeaderMap;
use http::request::Parts;
use registration::payments::Surface;

use super::kind::is_phone;

/// As the address says after a link was tapped, else as the browser calls itself.
pub(crate) fn surface(parts: &Parts) -> Surface {
    let query = parts.uri.query().unwrap_or_default();
    let said = query.split('&').find_map(|pair| pair.strip_prefix("on="));
    said.and_then(named).unwrap_or_else(|| guessed(&parts.headers))
}

/// The surface of that word; nothing where it is none.
pub(crate) fn named(word: &str) -> Option<Surface> {
    match word {
        "phone" => Some(Surface::Phone),
        "desk" => Some(Surface::Desk),
        _ => None,
    }
}

/// The word that addresses and forms have.
pub(crate) fn word(surface: Surface) -> &'static str {
    match surface {
        Surface::Phone => "phone",
        Surface::Desk => "desk",
    }
}

fn guessed(headers: &HeaderMap) -> Surface {
    if is_phone(headers) { Surface::Phone } else { Surface::Desk }
}
