//! What every handler can reach.

use std::sync::Arc;

use axum_extra::extract::cookie::Key;
use httpkit::limits::{Limits, LimitsConfig};
use jiff::SignedDuration;
use pagekit::assets::{Assets, Source};
use pagekit::{BASE_CSS, MARK_SVG, TOKENS_CSS};
use papers::Press;
use registration::{Fen, Registration};

use crate::rooms::papers::jobs::Jobs;
use crate::wall::screens::Screens;

const SCRIPT: &str = "text/javascript; charset=utf-8";
/// The script of the scanner, each file before those that use it.
pub(crate) const DOOR_JS: &str = concat!(
    include_str!("../assets/checkin/code.js"),
    include_str!("../assets/checkin/judge.js"),
    include_str!("../assets/checkin/cabinet.js"),
    include_str!("../assets/checkin/sending.js"),
    include_str!("../assets/checkin/list.js"),
    include_str!("../assets/checkin/camera.js"),
    include_str!("../assets/checkin/sheet.js"),
    include_str!("../assets/checkin/recent.js"),
    include_str!("../assets/checkin/field.js"),
    include_str!("../assets/checkin/page.js")
);
/// The script of the desks, each file before those that use it.
const DESK_JS: &str = concat!(
    include_str!("../assets/desk.js"),
    include_str!("../assets/desk/claim.js"),
    include_str!("../assets/desk/follow.js"),
    include_str!("../assets/desk/ahead.js"),
    include_str!("../assets/passkey.js"),
    include_str!("../assets/desk/copy.js")
);
/// Requests a second by programs of one member of staff, on however many devices.
const PER_STAFF: u32 = 20;

/// Whether staff show a second factor besides the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    /// Nobody works without one; whoever has none sets it up before anything else.
    Required,
    /// Nobody is asked for one: a demo, whose passwords everybody knows, has nothing to guard.
    Off,
}

/// Whether what two people do together needs the second one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondPerson {
    /// One asks, another one agrees.
    Required,
    /// Whoever may do it does it alone, and the audit says so: a demo, and a site whose operator has said that it has nobody else.
    Off,
}

/// What the staff's pages need from outside.
#[derive(Clone)]
pub struct BackofficeState {
    /// Reviews, staff, exams.
    pub registration: Registration,
    /// Encrypts the session cookie.
    pub cookie_key: Key,
    /// Says on every page that nothing here is real.
    pub demo: bool,
    /// Whether staff show a second factor.
    pub second_factor: SecondFactor,
    /// Whether a second person agrees to what two people do.
    pub second_person: SecondPerson,
    /// Largest refund that one member of staff gives alone.
    pub refund_alone_max: Fen,
    /// So long staff can take a decision back before anything follows from it; zero: it is carried out at once.
    pub undo: SignedDuration,
    /// Where candidates find the site, without a slash at its end: what channels have to tell goes there.
    pub site_url: String,
    /// Where papers for the staff of sites are printed; `None` on a machine without a font that has Chinese.
    pub press: Option<Arc<Press>>,
}

/// The state of the router. Cloning is a reference count.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) outside: Arc<BackofficeState>,
    pub(crate) assets: Arc<Assets>,
    /// What is being printed.
    pub(crate) jobs: Jobs,
    /// How often programs of one member of staff may ask.
    pub(crate) doors: Limits,
    /// The walls that somebody looks at.
    pub(crate) screens: Screens,
}

impl App {
    pub(crate) fn new(outside: BackofficeState) -> Self {
        let jobs = Jobs::new(outside.press.clone());
        let doors = Limits::new(LimitsConfig { per_staff: PER_STAFF, ..LimitsConfig::default() });
        Self { outside: Arc::new(outside), assets: Arc::new(assets()), jobs, doors, screens: Screens::default() }
    }
}

/// The style of the wall, which stands within the files that are saved of it, too.
pub(crate) fn wall_css() -> String {
    format!("{TOKENS_CSS}{BASE_CSS}{}", include_str!("../assets/wall/wall.css"))
}

/// One style sheet and one script for desks, one of each for the door and for the wall, one icon.
pub(crate) fn assets() -> Assets {
    let style = format!("{TOKENS_CSS}{BASE_CSS}{}", include_str!("../assets/desk.css"));
    let door = format!("{TOKENS_CSS}{BASE_CSS}{}", include_str!("../assets/checkin.css"));
    // The released file asks for its other half by a name that is not one of ours.
    let reader = include_str!("../assets/vendor/qr/decode.js").replace("'./index.js'", "'./qr-index.js'");
    let script = |name, content: &str| Source { name, media_type: SCRIPT, content: content.to_owned() };
    let styles = |name, content| Source { name, media_type: "text/css; charset=utf-8", content };
    Assets::new(vec![
        styles("desk.css", style),
        styles("wall.css", wall_css()),
        script("wall.js", include_str!("../assets/wall/wall.js")),
        script("desk.js", DESK_JS),
        styles("checkin.css", door),
        script("checkin.js", DOOR_JS),
        script("qr-decode.js", &reader),
        script("qr-index.js", include_str!("../assets/vendor/qr/index.js")),
        script("noble-ed25519.js", include_str!("../assets/vendor/noble-ed25519/index.js")),
        Source { name: "mark.svg", media_type: "image/svg+xml", content: MARK_SVG.to_owned() },
    ])
}
