//! Sends reminders: never at night, to nobody who wants none, and not when there is nothing left to remind of.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use reservation::ids::SittingId;

use super::{Messenger, TryResult, Way, note_text};
use crate::model::clock;
use crate::model::exam::Exam;
use crate::model::exam_rules::ReminderKind;
use crate::model::order::{Order, OrderState};
use crate::model::person::Mobile;
use crate::model::room::SeatPlace;
use crate::model::text::Text;
use crate::outbox::letters::{self, Known};
use crate::outbox::messages::{About, MessageKind};
use crate::outbox::store::outbox::StoredRow;
use crate::outbox::{reminder_words, words};
use crate::people::accounts::Contact;
use crate::rules::reminders::{Timely, timely};
use crate::store::StoreError;

/// Of what a message reminds; nothing when it is no reminder.
fn kind_of(kind: MessageKind) -> Option<ReminderKind> {
    match kind {
        MessageKind::ReminderOpens => Some(ReminderKind::Opens),
        MessageKind::ReminderCloses => Some(ReminderKind::Closes),
        MessageKind::ReminderPay => Some(ReminderKind::Pay),
        MessageKind::ReminderTicket => Some(ReminderKind::Ticket),
        MessageKind::ReminderExamDay => Some(ReminderKind::ExamDay),
        _ => None,
    }
}

impl Messenger {
    /// Reminds somebody, if it still makes sense.
    pub(super) async fn remind(
        &self,
        row: &StoredRow,
        message: MessageKind,
    ) -> Result<(Option<Way>, TryResult), StoreError> {
        let about = About::stored(&row.payload);
        let now = clock::now();
        match timely(now, about.until()) {
            Timely::Now => {}
            Timely::At(morning) => return Ok((None, TryResult::Night(morning))),
            Timely::Never => return Ok((None, TryResult::Over)),
        }
        let exam = row.exam.as_ref().and_then(|id| self.exams.get(id));
        let (Some(id), Some(exam), Some(kind)) = (row.account, exam, kind_of(message)) else {
            return Ok((None, TryResult::Over));
        };
        let is_wanted = match kind {
            ReminderKind::Opens => self.reminders.wishes(id, &exam.id).await?,
            _ => !self.reminders.is_off(id).await?,
        };
        let orders = self.orders(id, &exam.id, now).await?;
        if !is_wanted || !is_needed(kind, &about, &exam, &orders, now) {
            return Ok((None, TryResult::Over));
        }
        let Some(account) = self.accounts.account(id).await? else { return Ok((None, TryResult::Nowhere)) };
        match self.accounts.contact(&account) {
            Contact::None => Ok((None, TryResult::Nowhere)),
            Contact::Mobile(mobile) => Ok((Some(Way::Sms), self.remind_by_message(row, message, mobile).await?)),
            Contact::Mail(email) => {
                let mut more: Vec<Text> = Vec::new();
                if let Some(day) = about.day() {
                    more.extend(self.visits(&exam, &orders, day).await?);
                }
                more.extend(reminder_words::said(kind, &exam));
                let standing = Some(self.standing(id, &exam, &orders, now).await?);
                let path = match about.order_id() {
                    Some(order) => format!("/orders/{order}"),
                    None => format!("/exams/{}", exam.id),
                };
                let order = orders.into_iter().find(|order| Some(order.id) == about.order_id());
                let stop = self.accounts.post.links(&stop_path(&self.reminders.token(id)));
                let known = Known { exam: Some(exam), order, standing, more, stop };
                let letter = letters::message(email, message, &known, &self.accounts.post.links(&path));
                Ok((Some(Way::Mail), self.post(row, &letter).await))
            }
        }
    }

    /// A message to a mobile. Reminders have a part of what may be sent of messages: what was decided comes first.
    async fn remind_by_message(
        &self,
        row: &StoredRow,
        kind: MessageKind,
        mobile: &Mobile,
    ) -> Result<TryResult, StoreError> {
        if !self.accounts.spend_for_reminder(mobile).await? {
            return Ok(TryResult::Budget);
        }
        let sent = self.accounts.post.send_message(mobile.expose(), words::short(kind)).await;
        Ok(note_text(row, sent))
    }

    /// When and where somebody is expected on a day, the earliest first.
    async fn visits(&self, exam: &Exam, orders: &[Order], day: Date) -> Result<Vec<Text>, StoreError> {
        let mut places: HashMap<SittingId, SeatPlace> = HashMap::new();
        let mut sittings = Vec::new();
        for order in orders.iter().filter(|order| order.state == OrderState::Confirmed) {
            let seats = order.sittings.iter().filter_map(|seat| exam.sitting(&seat.sitting));
            let of_day: Vec<_> = seats.filter(|sitting| day_of(sitting.starts_at) == day).collect();
            if of_day.is_empty() {
                continue;
            }
            let published = self.rooms.places_of(order.id).await?;
            places.extend(published.into_iter().map(|place| (place.sitting.clone(), place)));
            sittings.extend(of_day);
        }
        sittings.sort_by_key(|sitting| sitting.starts_at);
        Ok(sittings.into_iter().map(|sitting| reminder_words::visit(sitting, places.get(&sitting.id))).collect())
    }
}

/// The page that turns reminders off, without signing in.
fn stop_path(token: &str) -> String {
    format!("/reminders/stop?token={token}")
}

/// Is there still something to remind of?
fn is_needed(kind: ReminderKind, about: &About, exam: &Exam, orders: &[Order], now: Timestamp) -> bool {
    let is_confirmed = |order: &&Order| order.state == OrderState::Confirmed;
    match kind {
        ReminderKind::Opens => now < exam.closes_at,
        ReminderKind::Closes => orders.iter().all(|order| !order.state.is_live() && order.paid_at.is_none()),
        ReminderKind::Pay => {
            let is_it = |order: &&Order| Some(order.id) == about.order_id();
            let is_theirs = |order: &Order| order.state == OrderState::Unpaid && order.by_school.is_none();
            orders.iter().find(is_it).is_some_and(is_theirs)
        }
        ReminderKind::Ticket => orders.iter().any(|order| is_confirmed(&order)),
        ReminderKind::ExamDay => {
            let mut seats = orders.iter().filter(is_confirmed).flat_map(|order| &order.sittings);
            let is_then = |sitting: &SittingId| exam.sitting(sitting).map(|one| day_of(one.starts_at)) == about.day();
            about.day().is_some() && seats.any(|seat| is_then(&seat.sitting))
        }
    }
}

/// The day in China.
fn day_of(at: Timestamp) -> Date {
    Offset::constant(8).to_datetime(at).date()
}
