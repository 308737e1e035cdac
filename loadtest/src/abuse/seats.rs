//! Seats that are taken for nobody: by many accounts, or again and again by one.

use std::time::{Duration, Instant};

use super::browser::Browser;
use crate::scenario::candidate::form::{Answers, Form};
use crate::scenario::candidate::marks;

/// A seat on hold.
pub(super) struct Seat {
    /// The order's address.
    pub(super) order: String,
    /// When it lapses.
    pub(super) until: Instant,
}

/// Takes a seat in the first sitting that has one.
///
/// # Errors
/// Why there is none, in words.
pub(super) async fn take(browser: &mut Browser, exam: &str) -> Result<Seat, String> {
    let (path, hold) = (format!("/exams/{exam}"), format!("/exams/{exam}/hold"));
    let page = browser.get(&path).await.ok_or("no answer")?.page;
    let sittings = marks::sittings(&page);
    let open = sittings.iter().find(|sitting| !sitting.is_full && sitting.field.is_some());
    let (Some(open), Some(form)) = (open, Form::to(&page, &hold)) else {
        return Err(if sittings.is_empty() { "no sittings" } else { "no free seat" }.to_owned());
    };
    let texts = [(open.field.as_deref().unwrap_or_default(), open.id.as_str())];
    let sent = browser.send(&hold, form.filled(Answers { texts: &texts, pictures: &[] })).await.ok_or("no answer")?;
    let order = sent.location.filter(|to| to.starts_with("/orders/"));
    let order = order.ok_or_else(|| format!("no seat: {}", sent.status))?;
    let asked = Instant::now();
    let page = browser.get(&order).await.ok_or("no answer")?.page;
    let left = marks::held_for(&page).unwrap_or(Duration::ZERO);
    Ok(Seat { order, until: asked + left })
}

/// Gives it back.
pub(super) async fn give_back(browser: &mut Browser, seat: &Seat) -> bool {
    let sent = browser.post(&format!("{}/release", seat.order), &[]).await;
    sent.is_some_and(|seen| seen.status.is_redirection())
}
