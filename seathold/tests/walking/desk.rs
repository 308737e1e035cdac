//! Staff at a desk, who look at what candidates hand in.

use testkit::{BrowserOptions, Device, ServedApp, Walker};

/// Confirms the case on the desk, once its picture is here: before that nobody can.
pub(crate) const CONFIRM: &str = "form[action$='/confirm'] button[type=submit]:not(:disabled)";

/// A member of staff at the desk, on this page of the console.
pub(crate) async fn staff(app: &ServedApp, page: &str) -> Walker {
    let desk = Walker::start(app.staff_url(), BrowserOptions { device: Device::Desk, ..Default::default() }).await;
    desk.open(&format!("/sign-in?next={page}")).await;
    desk.fill("#name", "demo").await;
    desk.fill("#password", "demo-seathold").await;
    desk.tap("main form button[type=submit]").await;
    desk.arrives(page).await;
    desk
}

/// Refuses the case on the desk for the first of the usual reasons.
pub(crate) async fn refuse(desk: &Walker, reason: usize) {
    desk.tap("details.refuse summary").await;
    desk.tap(&format!("label[for=usual-{reason}]")).await;
    desk.tap("details.refuse form button[type=submit]").await;
    desk.shows("已退回").await;
}
