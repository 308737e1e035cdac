//! Every page of the site, on one screen.

pub(crate) mod preview;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::{Method, Uri};
use maud::Markup;
use pagekit::local_path::local_path;
use registration::model::exam::Exam;
use registration::pictures::kept::CHUNK_BYTES_MAX;
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::{App, H5State};
use crate::failure::Failure;
use crate::layers::{NOTIFICATION_TIMEOUT, PAGE_TIMEOUT, UPLOAD_TIMEOUT, timeout, with_layers};
use crate::pages::account::{self, devices, email, link, mobile, name, password, reminders, session_left};
use crate::pages::eligibility::{self, person, score_review};
use crate::pages::exam::sittings::{self, hold};
use crate::pages::exam::{self, accommodations, dates, draw, list, notice, opening, update};
use crate::pages::forgotten::{self, code as forgotten_code, find, reset};
use crate::pages::identity::{self, card, face, handover, liveness, manual, pictures, state};
use crate::pages::order::pay::{self, begin, code as channel_code, going, state as money_state};
use crate::pages::order::{
    self, drop_seat, ended, instead, invoice, payer, payment_code, receipt, release, screenshot,
    upload as screenshot_upload, withdraw,
};
use crate::pages::proof::{self, file as proof_file};
use crate::pages::sign::sign_up::{self, code as sign_up_code};
use crate::pages::sign::{agreement, by_phone, captcha, sign_in, sign_out, sign_out_everywhere, which};
use crate::pages::site::{
    clock, display, favicon, files, help, language, manifest, phone_check, poster, privacy, robots,
};
use crate::pages::ticket::{self, all as all_tickets, calendar, file as ticket_file, photo as ticket_photo, worker};
use crate::pages::{details, home, notified, still_waits, waiting_room};
use crate::request::busy::Busy;
use crate::request::sent::picture::UPLOAD_BYTES_MAX;
use crate::request::visit::Visit;

/// Largest form without a picture, in bytes.
const FORM_BYTES_MAX: usize = 16 * 1024;

/// The candidate's pages, to be mounted at `/`.
pub fn router(state: H5State) -> Router {
    site(state).0
}

/// The candidate's pages, and the page for when too much is under way.
pub fn site(state: H5State) -> (Router, Busy) {
    let app = App::new(state);
    let busy = Busy::new(&app);
    let pages = Router::new()
        .route("/", get(home::show))
        .route("/privacy", get(privacy::show))
        .route("/exams/{exam}", get(exam::show))
        .route("/exams/{exam}/notice", get(notice::show).post(notice::agree))
        .route("/exams/{exam}/eligibility", get(eligibility::show).post(eligibility::look_up))
        .route("/exams/{exam}/eligibility/person", get(person::show).post(person::save))
        .route("/exams/{exam}/score-review", get(score_review::show).post(score_review::hand_in))
        .route("/exams/{exam}/score-review/delete", get(score_review::back).post(score_review::delete))
        .route("/exams/{exam}/sittings", get(sittings::show))
        .route("/exams/{exam}/hold", get(hold::back).post(hold::take))
        .route("/exams/{exam}/list/{sitting}", get(list::show).post(list::join))
        .route("/exams/{exam}/list/{sitting}/leave", get(list::back).post(list::leave))
        .route("/exams/{exam}/waiting", get(waiting_room::show))
        .route("/exams/{exam}/dates.ics", get(dates::show))
        .route("/exams/{exam}/draw", get(draw::show))
        .route("/exams/{exam}/draw/{file}", get(draw::record))
        .route("/orders/{order}", get(order::show))
        .route("/orders/{order}/payment-code.png", get(payment_code::show))
        .route("/orders/{order}/payer", get(payer::back).post(payer::show))
        .route("/orders/{order}/release", get(screenshot::back).post(release::give_back))
        .route("/orders/{order}/drop", get(screenshot::back).post(drop_seat::drop_one))
        .route("/orders/{order}/upload.jpg", get(screenshot_upload::arrived))
        .route("/orders/{order}/screenshot.jpg", get(screenshot_upload::handed_in))
        .route("/orders/{order}/receipt", get(receipt::show))
        .route("/clock", get(clock::show))
        .route("/orders/{order}/ended", get(ended::show))
        .route("/exams/{exam}/update", get(update::ask))
        .route("/exams/{exam}/reminder", get(opening::show).post(opening::set))
        .route("/exams/{exam}/accommodations/withdraw", get(accommodations::back).post(accommodations::withdraw))
        .merge(payment_pages())
        .merge(ticket_pages())
        .route("/me", get(account::show))
        .merge(identity_pages())
        .route("/me/decided", get(still_waits::show))
        .route("/me/bar", get(still_waits::bar))
        .route("/me/photos/{photo}", get(pictures::photo))
        .route("/handover/{token}", get(handover::look).post(handover::take))
        .route("/help", get(help::show).post(help::ask))
        .route("/check-phone", get(phone_check::show))
        .route(
            "/check-phone/upload",
            post(phone_check::upload)
                .get(phone_check::back)
                .layer(DefaultBodyLimit::max(phone_check::UPLOAD_BYTES_MAX)),
        )
        .route("/preview/{token}/{part}", get(preview::show))
        .route("/robots.txt", get(robots::show))
        .route("/favicon.ico", get(favicon::show))
        .route("/manifest.webmanifest", get(manifest::show))
        .route("/poster", get(poster::show))
        .route("/poster/code.png", get(poster::picture))
        .route("/language", get(language::switch))
        .route("/display", get(display::switch))
        .route("/static/{hash}/{file}", get(files::serve))
        .merge(account_pages())
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(timeout(PAGE_TIMEOUT));
    let all = pages.merge(uploads()).fallback(elsewhere);
    let site = with_layers(all, &app, draw_shared).merge(notifications());
    (site.with_state(app), busy)
}

/// A page's address with a slash too many leads to the page; anything else is nowhere.
async fn elsewhere(method: Method, uri: Uri) -> Response {
    let whole = uri.path().strip_suffix('/').filter(|path| !path.is_empty() && !path.ends_with('/'));
    let is_read = matches!(method, Method::GET | Method::HEAD);
    let to = whole.filter(|_| is_read).map(|path| match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    });
    match to.as_deref().and_then(local_path) {
        Some(to) => Redirect::permanent(to).into_response(),
        None => Failure::NotFound.into_response(),
    }
}

/// Who somebody is, and what they agreed to having looked at.
fn identity_pages() -> Router<App> {
    Router::new()
        .route("/me/identity", get(identity::show).post(identity::begin))
        .route("/me/identity/liveness", get(liveness::show).post(liveness::begin))
        .route("/me/identity/handover", get(handover::show).post(handover::make))
        .route("/me/identity/handover/state", get(handover::state))
        .route("/me/identity/state", get(state::show))
        .route("/me/face/withdraw", get(account::face::show).post(account::face::withdraw))
        .route("/exams/{exam}/face/consent", get(face::consent::back).post(face::consent::give))
        .route("/exams/{exam}/face/liveness", get(face::consent::back).post(face::liveness::begin))
        .route("/me/identity/portrait.jpg", get(pictures::portrait))
}

/// Pages with pictures: large forms, and pieces of pictures sent one after another.
fn uploads() -> Router<App> {
    Router::new()
        .route("/me/identity/card", get(card::show).post(card::hand_in))
        .route("/me/identity/manual", get(manual::show).post(manual::hand_in))
        .route(
            "/me/identity/pictures/{slot}",
            get(pictures::look).put(pictures::receive).layer(DefaultBodyLimit::max(CHUNK_BYTES_MAX)),
        )
        .route("/exams/{exam}/face", get(face::show).post(face::check))
        .route("/exams/{exam}/face/other", get(face::other::show).post(face::other::hand_in))
        .route(
            "/exams/{exam}/face/picture",
            get(face::upload::look).put(face::upload::receive).layer(DefaultBodyLimit::max(CHUNK_BYTES_MAX)),
        )
        .route("/exams/{exam}/details", get(details::show).post(details::hand_in))
        .route(
            "/exams/{exam}/details/photo",
            get(details::upload::look).put(details::upload::receive).layer(DefaultBodyLimit::max(CHUNK_BYTES_MAX)),
        )
        .route("/exams/{exam}/accommodations", get(accommodations::show).post(accommodations::hand_in))
        .route(
            "/exams/{exam}/accommodations/pictures/{slot}",
            get(accommodations::upload::look)
                .put(accommodations::upload::receive)
                .layer(DefaultBodyLimit::max(CHUNK_BYTES_MAX)),
        )
        .route("/orders/{order}/screenshot", get(screenshot::back).post(screenshot::hand_in))
        .route("/orders/{order}/screenshot/again", get(screenshot::back).post(screenshot::again))
        .route(
            "/orders/{order}/upload",
            get(screenshot_upload::look).put(screenshot_upload::receive).layer(DefaultBodyLimit::max(CHUNK_BYTES_MAX)),
        )
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX))
        .layer(timeout(UPLOAD_TIMEOUT))
}

/// The pages that are the same for everybody who is not signed in.
fn draw_shared(guest: &Visit, exam: Option<&Exam>) -> Markup {
    match exam {
        Some(exam) => exam::render_for_guests(guest, exam),
        None => home::render(guest, &[], ""),
    }
}

/// Paying by a channel, what becomes of money that came when the seats had gone, giving up what is paid, and invoices.
fn payment_pages() -> Router<App> {
    Router::new()
        .route("/orders/{order}/pay", get(pay::show).post(begin::pay))
        .route("/orders/{order}/going", get(going::show))
        .route("/orders/{order}/back", get(begin::back))
        .route("/orders/{order}/code.png", get(channel_code::show))
        .route("/orders/{order}/payment", get(money_state::show))
        .route("/orders/{order}/instead", get(instead::show).post(instead::choose))
        .route("/orders/{order}/withdraw", get(withdraw::show).post(withdraw::give_up))
        .route("/orders/{order}/invoice", get(invoice::show).post(invoice::want))
        .route("/orders/{order}/invoice.pdf", get(invoice::document::invoice))
        .route("/orders/{order}/credit-note.pdf", get(invoice::document::credit_note))
        .route("/orders/{order}/instead/none", get(screenshot::back).post(instead::none))
}

/// Admission tickets: to look at, to take away, and the program that keeps them for when there is no network; and proofs of
/// registration, which anybody may check.
fn ticket_pages() -> Router<App> {
    Router::new()
        .route("/exams/{exam}/ticket", get(all_tickets::show))
        .route("/orders/{order}/ticket", get(ticket::show))
        .route("/orders/{order}/ticket.pdf", get(ticket_file::pdf))
        .route("/orders/{order}/ticket.png", get(ticket_file::picture))
        .route("/orders/{order}/ticket/photo.jpg", get(ticket_photo::show))
        .route("/orders/{order}/exam.ics", get(calendar::show))
        .route("/orders/offline.js", get(worker::show))
        .route("/orders/{order}/proof.pdf", get(proof_file::pdf))
        .route("/check", get(proof::show))
        .route("/check/{token}", get(proof::check))
}

/// Where channels tell what became of payments, and where a form of theirs brings browsers back: outside of all that is there
/// for browsers of the site.
fn notifications() -> Router<App> {
    Router::new()
        .route("/pay/{channel}/notify", post(notified::hear))
        .route("/pay/{channel}/back/{order}", get(begin::brought_back).post(begin::brought_back))
        .layer(timeout(NOTIFICATION_TIMEOUT))
        .layer(CatchPanicLayer::new())
}

/// Signing in and up, what was forgotten, and what one changes of one's account.
fn account_pages() -> Router<App> {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/sign-in/phone", get(by_phone::show).post(by_phone::begin))
        .route("/sign-in/phone/state", get(by_phone::state))
        .route("/scan/{token}", get(by_phone::look).post(by_phone::decide))
        .route("/sign-in/which", get(which::back).post(which::choose))
        .route("/sign-up", get(sign_up::show).post(sign_up::register))
        .route("/sign-up/code", get(sign_up_code::back).post(sign_up_code::send))
        .route("/sign-up/finish", get(link::show_sign_up).post(link::finish_sign_up))
        .route("/sign-out", get(sign_out::back).post(sign_out::leave))
        .route("/agreement", get(agreement::show))
        .route("/captcha", get(captcha::another))
        .route("/captcha/{token}", get(captcha::show))
        .route("/forgotten", get(forgotten::show).post(forgotten::ask))
        .route("/forgotten/code", get(forgotten_code::back).post(forgotten_code::set))
        .route("/forgotten/reset", get(reset::show).post(reset::set))
        .route("/forgotten/account", get(find::show).post(find::search))
        .route("/email/verify", get(link::show_email).post(link::finish_email))
        .route("/me/reminders", get(reminders::back).post(reminders::set))
        .route("/reminders/stop", get(reminders::show_stop).post(reminders::stop))
        .route("/me/name", get(name::show).post(name::set))
        .route("/me/password", get(password::show).post(password::set))
        .route("/me/email", get(email::show).post(email::set))
        .route("/me/email/verify", get(email::show).post(email::verify))
        .route("/me/mobile", get(mobile::show).post(mobile::set))
        .route("/me/mobile/code", get(mobile::back).post(mobile::send))
        .route("/me/devices", get(devices::show).post(devices::end))
        .route("/me/session", get(session_left::show))
        .route("/me/sign-out-everywhere", get(sign_out_everywhere::back).post(sign_out_everywhere::leave))
}
