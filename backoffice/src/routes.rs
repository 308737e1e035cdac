//! Every staff page, on one screen.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use registration::model::order::OrderId;
use registration::model::payment::PaymentId;
use registration::model::payment::group::GroupId;

use crate::accounts::{candidates, correct, inquiries, rebind};
use crate::app::{App, BackofficeState};
use crate::checkin::device::{entries, photos, scans, snapshot, state};
use crate::checkin::{attendance, doubt, doubts, export, scan, sittings, workers};
use crate::desks::{accommodations, ahead, cases, forms, home, payments, people, scores};
use crate::finance::export::findings::Findings;
use crate::finance::export::invoices::Invoices;
use crate::finance::export::journal::Journal;
use crate::finance::export::payments::Payments;
use crate::finance::export::{csv, xlsx};
use crate::finance::numbered::back;
use crate::finance::{books, day, days, groups, import, invoices, list, open, payment};
use crate::imports::one as one_import;
use crate::imports::out::accounts::Accounts;
use crate::imports::out::cases::Cases;
use crate::imports::out::rooms::AllRooms;
use crate::imports::{acts as import_acts, all, corrected, out, take, template};
use crate::pages::api_keys::one as one_key;
use crate::pages::exams::{
    begin, draft as exam_draft, effect, file, list as all_exams, one as one_exam, part, sittings as exam_sittings,
    window,
};
use crate::pages::provider::{self, link as provider_link};
use crate::pages::webhooks::one as one_endpoint;
use crate::pages::{api_keys, audit, files, imprint, language, retention, sign_in, sign_out, webhooks};
use crate::request::carried::FORM_BYTES_MAX;
use crate::request::failure::Failure;
use crate::request::layers::with_layers;
use crate::rooms::papers::{self, making};
use crate::rooms::sitting::{acts, choose};
use crate::rooms::{draft, exams, room, seats, site, sites, sitting};
use crate::staff::list as list_staff;
use crate::staff::{approvals, roles};
use crate::staff::{codes, enrol, factor, join, mine, one, passkey};
use crate::wall::{export as wall_file, list as walls, replay, show as wall, stream};

/// The staff's pages, for a listener of their own.
pub fn router(state: BackofficeState) -> Router {
    let app = App::new(state);
    let pages = Router::new()
        .route("/", get(payments::first))
        .route("/orders/{order}", get(payments::show))
        .route("/orders/{order}/screenshot.jpg", get(payments::screenshot::show))
        .route("/orders/{order}/doubles/{picture}", get(payments::screenshot::double))
        .route("/orders/{order}/confirm", post(payments::confirm::confirm).get(payments::back))
        .route("/orders/{order}/refuse", post(payments::refuse::refuse).get(payments::back))
        .route("/accounts/rebind", get(rebind::show).post(rebind::rebind))
        .route("/accounts/correct", get(correct::show).post(correct::correct))
        .route("/accounts/find", get(correct::back).post(correct::find))
        .route("/accounts/code", get(correct::back).post(correct::code))
        .route("/people", get(people::first))
        .route("/people/{case}", get(people::show))
        .route("/people/{case}/handed-in.jpg", get(people::handed_in))
        .route("/people/{case}/back.jpg", get(people::back_of_card))
        .route("/people/{case}/verified.jpg", get(people::verified))
        .route("/people/{case}/confirm", post(people::confirm).get(people::back))
        .route("/people/{case}/refuse", post(people::refuse).get(people::back))
        .route("/forms", get(forms::first))
        .route("/forms/{exam}/{account}", get(forms::show))
        .route("/forms/{exam}/{account}/decide", post(forms::decide).get(forms::back))
        .route("/forms/{exam}/{account}/photo.jpg", get(forms::photo))
        .route("/score-reviews", get(scores::first))
        .route("/score-reviews/{exam}/{account}", get(scores::show))
        .route("/score-reviews/{exam}/{account}/decide", post(scores::decide).get(scores::back))
        .route("/accommodations", get(accommodations::first))
        .route("/accommodations/{exam}/{account}", get(accommodations::show))
        .route("/accommodations/{exam}/{account}/decide", post(accommodations::decide).get(accommodations::back))
        .route("/accommodations/{exam}/{account}/proofs/{proof}", get(accommodations::proof))
        .merge(people())
        .merge(queues())
        .merge(money())
        .merge(places())
        .merge(check_in())
        .merge(who_works())
        .route("/audit", get(audit::show))
        .route("/imprint", post(imprint::save).get(imprint::show).layer(DefaultBodyLimit::max(imprint::FORM_BYTES_MAX)))
        .route("/retention", get(retention::show).post(retention::set))
        .route("/retention/holds", post(retention::holds::change).get(retention::holds::back))
        .merge(watching())
        .merge(brought())
        .merge(set_up())
        .merge(outward())
        .route("/sign-in", get(sign_in::show).post(sign_in::enter))
        .route("/sign-in/provider", get(provider::leave))
        .route("/sign-in/provider/back", get(provider::back))
        .route("/language", get(language::switch))
        .route("/sign-out", post(sign_out::leave).get(sign_out::back))
        .route("/static/{hash}/{file}", get(files::serve))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .fallback(|| async { Failure::NotFound });
    with_layers(pages, &app).with_state(app)
}

/// Candidates: one search, a page about each, and what they ask in writing.
fn people() -> Router<App> {
    use candidates::{acts, find, in_person, one, sign_out};
    Router::new()
        .route("/candidates", get(find::show).post(find::find))
        .route("/candidates/{account}", get(one::show))
        .route("/candidates/{account}/show", post(acts::reveal).get(acts::back))
        .route("/candidates/{account}/portrait.jpg", get(acts::portrait))
        .route("/candidates/{account}/notes", post(acts::note).get(acts::back))
        .route("/candidates/{account}/notes/{note}/strike", post(acts::strike).get(acts::back_from_note))
        .route("/candidates/{account}/sign-out", post(sign_out::end).get(acts::back))
        .route("/candidates/{account}/in-person/undo", post(in_person::undo_identity).get(acts::back))
        .route("/candidates/{account}/exams/{exam}/in-person", post(in_person::confirm).get(in_person::back))
        .route("/candidates/{account}/exams/{exam}/in-person/undo", post(in_person::undo).get(in_person::back))
        .route("/inquiries", get(inquiries::list))
        .route("/inquiries/{inquiry}", get(inquiries::show))
        .route("/inquiries/{inquiry}/answer", post(inquiries::answer).get(inquiries::back))
}

/// All queues together, and what pages of every desk ask about a case.
fn queues() -> Router<App> {
    Router::new()
        .route("/queues", get(home::show))
        .route("/queues/moves", get(cases::moves))
        .route("/queues/sure", get(payments::sure::show).post(payments::sure::confirm))
        .route("/cases/{case}/keep", post(cases::keep).get(cases::home))
        .route("/cases/{case}/back", post(cases::back).get(cases::home))
        .route("/cases/{case}/leave", post(cases::leave).get(cases::home))
        .route("/cases/{case}/take-over", post(cases::take_over).get(cases::home))
        .route("/cases/{case}/undo", post(cases::undo).get(cases::home))
        .route("/cases/{case}/shown", post(ahead::shown).get(cases::home))
        .route("/ahead/payments", post(payments::ahead).get(cases::home))
        .route("/ahead/people", post(people::ahead).get(cases::home))
}

/// Payments, reconciliation, the books, lists that schools pay for, invoices.
fn money() -> Router<App> {
    // Forms with files bring more than others.
    let upload = |bytes: usize| DefaultBodyLimit::max(bytes);
    Router::new()
        .route("/finance", get(list::show))
        .route("/finance/payments.csv", get(csv::<Payments>))
        .route("/finance/payments.xlsx", get(xlsx::<Payments>))
        .route("/finance/payments/{payment}", get(payment::show))
        .route("/finance/payments/{payment}/refund", post(payment::acts::refund).get(back::<PaymentId>))
        .route("/finance/payments/{payment}/ask", post(payment::acts::ask).get(back::<PaymentId>))
        .route("/finance/refunds/{refund}/by-hand", post(payment::by_hand::note).get(open::back))
        .route("/finance/refunds/{refund}/{act}", post(payment::acts::decide).get(open::back))
        .route("/finance/open", get(open::show))
        .route("/finance/books", get(books::show))
        .route("/finance/journal.csv", get(csv::<Journal>))
        .route("/finance/journal.xlsx", get(xlsx::<Journal>))
        .route("/finance/findings.csv", get(csv::<Findings>))
        .route("/finance/findings.xlsx", get(xlsx::<Findings>))
        .route("/finance/import", post(import::take).get(import::back).layer(upload(import::FORM_BYTES_MAX)))
        .route("/finance/days", get(days::show))
        .route("/finance/days/{channel}/{day}", get(day::show))
        .route("/finance/days/{channel}/{day}/fetch", post(day::fetch).get(day::back))
        .route("/finance/days/{channel}/{day}/close", post(day::close).get(day::back))
        .route("/finance/groups", get(groups::show).post(groups::preview::begin))
        .route("/finance/groups/new", get(groups::choose::show))
        .route("/finance/groups/preview", post(groups::preview::ticked).get(groups::preview::back))
        .route(
            "/finance/groups/read",
            post(groups::preview::read).get(groups::preview::back).layer(upload(groups::preview::FORM_BYTES_MAX)),
        )
        .route("/finance/groups/{group}", get(groups::one::show))
        .route("/finance/groups/{group}/leave-out", post(groups::one::acts::leave_out).get(back::<GroupId>))
        .route("/finance/groups/{group}/release", post(groups::one::acts::release).get(back::<GroupId>))
        .route("/finance/groups/{group}/receive", post(groups::one::acts::receive).get(back::<GroupId>))
        .route("/finance/groups/{group}/pay", post(groups::one::acts::pay).get(back::<GroupId>))
        .route("/finance/groups/{group}/paying", get(groups::paying::show))
        .route("/finance/groups/{group}/code.png", get(groups::paying::picture))
        .route("/finance/invoices", get(invoices::show))
        .route("/finance/invoices.csv", get(csv::<Invoices>))
        .route("/finance/invoices.xlsx", get(xlsx::<Invoices>))
        .route(
            "/finance/invoices/documents",
            post(invoices::many::take).get(invoices::many::back).layer(upload(invoices::many::FORM_BYTES_MAX)),
        )
        .route("/finance/invoices/{order}", get(invoices::one::show))
        .route(
            "/finance/invoices/{order}/document",
            post(invoices::one::take).get(back::<OrderId>).layer(upload(invoices::one::FORM_BYTES_MAX)),
        )
        .route("/finance/invoices/{order}/{file}", get(invoices::one::document))
}

/// Sites and rooms, and who sits where.
fn places() -> Router<App> {
    let upload = |bytes: usize| DefaultBodyLimit::max(bytes);
    Router::new()
        .route("/rooms", get(sites::show))
        .route("/rooms/sites", post(sites::make).get(sites::back))
        .route("/rooms/sites/{site}", get(site::show).post(site::save))
        .route("/rooms/sites/{site}/rooms", post(site::make).get(site::back))
        .route("/rooms/sites/{site}/retire", post(site::retire).get(site::back))
        .route("/rooms/room/{room}", get(room::show).post(room::save))
        .route("/rooms/room/{room}/retire", post(room::retire).get(room::back))
        .route("/arrange", get(exams::show))
        .route("/arrange/{exam}/{sitting}", get(sitting::show))
        .route(
            "/arrange/{exam}/{sitting}/rooms",
            post(choose::numbers).get(sitting::back).layer(upload(choose::FORM_BYTES_MAX)),
        )
        .route("/arrange/{exam}/{sitting}/site", post(choose::all_of_site).get(sitting::back))
        .route("/arrange/{exam}/{sitting}/rooms/{number}", get(seats::show))
        .route("/arrange/{exam}/{sitting}/capacity", post(acts::capacity).get(sitting::back))
        .route("/arrange/{exam}/{sitting}/rules", post(acts::rules).get(sitting::back))
        .route("/arrange/{exam}/{sitting}/draft", get(draft::show))
        .route("/arrange/{exam}/{sitting}/publish", post(draft::publish).get(sitting::back))
        .route("/arrange/{exam}/{sitting}/anew", post(acts::anew).get(sitting::back))
        .route("/arrange/{exam}/{sitting}/freeze", post(acts::freeze).get(sitting::back))
        .route("/arrange/{exam}/{sitting}/papers", get(papers::show))
        .route("/arrange/{exam}/{sitting}/papers/{site}", get(papers::site::show).post(papers::site::begin))
        .route("/papers/{job}", get(making::show))
        .route("/papers/{job}/file", get(making::file))
}

/// The second step of signing in, one's own sign-ins, and accounts of staff.
fn who_works() -> Router<App> {
    Router::new()
        .route("/factor", get(factor::show).post(factor::enter))
        .route("/factor/enrol", get(enrol::show).post(enrol::enter))
        .route("/factor/passkey", post(passkey::add).get(passkey::back))
        .route("/factor/passkey/remove", post(passkey::remove).get(mine::back))
        .route("/factor/codes", post(codes::renew).get(codes::back))
        .route("/my/sign-ins", get(mine::show))
        .route("/my/sign-ins/end", post(mine::end).get(mine::back))
        .route("/my/provider", get(provider_link::show))
        .route("/my/provider/begin", get(provider_link::begin))
        .route("/my/provider/link", post(provider_link::link).get(provider_link::back))
        .route("/my/provider/unlink", post(provider_link::unlink).get(provider_link::back))
        .route("/join", get(join::show).post(join::enter))
        .route("/staff", get(list_staff::show))
        .route("/staff/invite", post(list_staff::invite).get(list_staff::back))
        .route("/staff/{name}", get(one::show))
        .route("/staff/{name}/{act}", post(one::act).get(one::back))
        // What each is there for, and what two people do together.
        .route("/staff/{name}/duty", post(one::change_duty).get(one::back_from_duty))
        .route("/roles", get(roles::show))
        .route("/approvals", get(approvals::show))
        .route("/approvals/{approval}/{act}", post(approvals::act).get(approvals::back))
}

/// Files that administrators bring, and lists that they take out.
fn brought() -> Router<App> {
    Router::new()
        .route("/imports", get(all::show).post(take::take).layer(DefaultBodyLimit::max(take::FORM_BYTES_MAX)))
        .route("/imports/templates/{file}", get(template::show))
        .route("/imports/{import}", get(one_import::show))
        .route("/imports/{import}/apply", post(import_acts::apply).get(import_acts::back))
        .route("/imports/{import}/drop", post(import_acts::drop_it).get(import_acts::back))
        .route("/imports/{import}/corrected.xlsx", post(corrected::show).get(import_acts::back))
        .route("/exports", get(out::show))
        .route("/exports/roster.csv", get(csv::<out::Roster>).post(out::csv::<out::Roster>))
        .route("/exports/roster.xlsx", get(xlsx::<out::Roster>).post(out::xlsx::<out::Roster>))
        .route("/exports/orders.csv", get(csv::<out::Orders>).post(out::csv::<out::Orders>))
        .route("/exports/orders.xlsx", get(xlsx::<out::Orders>).post(out::xlsx::<out::Orders>))
        .route("/exports/accounts.csv", get(csv::<Accounts>).post(out::csv::<Accounts>))
        .route("/exports/accounts.xlsx", get(xlsx::<Accounts>).post(out::xlsx::<Accounts>))
        .route("/exports/cases.csv", get(csv::<Cases>).post(out::csv::<Cases>))
        .route("/exports/cases.xlsx", get(xlsx::<Cases>).post(out::xlsx::<Cases>))
        .route("/exports/rooms.csv", get(csv::<AllRooms>))
        .route("/exports/rooms.xlsx", get(xlsx::<AllRooms>))
}

/// Exams, and drafts of them.
fn set_up() -> Router<App> {
    let body = |bytes: usize| DefaultBodyLimit::max(bytes);
    Router::new()
        .route("/exams", get(all_exams::show))
        .route("/exams/{exam}", get(one_exam::show))
        .route("/exams/{exam}/draft", post(begin::of_exam).get(one_exam::back))
        .route("/exams/{exam}/copy", post(begin::copy).get(one_exam::back))
        .route("/exams/{exam}/export", post(one_exam::export).get(one_exam::back))
        .route("/exams/{exam}/window/{act}", get(window::show).post(window::set))
        .route("/exam-drafts", post(begin::shipped).get(begin::back))
        .route("/exam-drafts/files", post(begin::files).get(begin::back).layer(body(begin::FORM_BYTES_MAX)))
        .route("/exam-drafts/{draft}", get(exam_draft::show))
        .route("/exam-drafts/{draft}/part/{part}", get(part::show).post(part::fill).layer(body(part::FORM_BYTES_MAX)))
        .route(
            "/exam-drafts/{draft}/sittings",
            get(exam_sittings::show).post(exam_sittings::fill).layer(body(part::FORM_BYTES_MAX)),
        )
        .route("/exam-drafts/{draft}/file/{file}", get(file::show).post(file::save).layer(body(file::FORM_BYTES_MAX)))
        .route("/exam-drafts/{draft}/effect", get(effect::show).post(effect::apply))
        .route("/exam-drafts/{draft}/preview", get(exam_draft::preview))
        .route("/exam-drafts/{draft}/export", post(exam_draft::export).get(exam_draft::back))
        .route("/exam-drafts/{draft}/drop", post(exam_draft::drop_it).get(exam_draft::back))
}

/// Who is let in at doors, who has come, and what devices ask and bring.
fn check_in() -> Router<App> {
    let body = |bytes: usize| DefaultBodyLimit::max(bytes);
    let at = |rest: &str| format!("/check-in/{{exam}}/{{sitting}}/{{site}}{rest}");
    Router::new()
        .route("/check-in", get(sittings::show))
        .route(&at(""), get(attendance::show))
        .route(&at("/attendance.csv"), get(export::csv))
        .route(&at("/attendance.xlsx"), get(export::xlsx))
        .route(&at("/workers"), get(workers::show))
        .route(&at("/workers/add"), post(workers::add).get(workers::back))
        .route(&at("/workers/remove"), post(workers::remove).get(workers::back))
        .route(&at("/doubts"), get(doubts::show).post(entries::take).layer(body(entries::BODY_BYTES_MAX)))
        .route(&at("/doubts/{doubt}"), get(doubt::show))
        .route(&at("/doubts/{doubt}/door.jpg"), get(doubt::at_the_door))
        .route(&at("/doubts/{doubt}/ticket.jpg"), get(doubt::on_the_ticket))
        .route(&at("/doubts/{doubt}/sign"), post(doubt::sign).get(doubt::back))
        .route("/check-in/sw.js", get(scan::worker))
        .route(&at("/scan"), get(scan::show))
        // What the scanner's page asks and brings.
        .route(&at("/snapshot"), get(snapshot::show))
        .route(&at("/photos"), get(photos::show))
        .route(&at("/scans"), post(scans::take).layer(body(scans::BODY_BYTES_MAX)))
        .route(&at("/state"), get(state::show))
}

/// How openings stand and stood.
fn watching() -> Router<App> {
    Router::new()
        .route("/wall", get(walls::show))
        .route("/wall/{exam}", get(wall::show))
        .route("/wall/{exam}/stream", get(stream::show))
        .route("/wall/{exam}/replay", get(replay::show))
        .route("/wall/{exam}/replay/stream", get(replay::play))
        .route("/wall/{exam}/export.html", get(wall_file::show))
}

/// What other systems are let in with, and what they are told.
fn outward() -> Router<App> {
    Router::new()
        .route("/api-keys", get(api_keys::show).post(api_keys::make))
        .route("/api-keys/{key}", get(one_key::show))
        .route("/api-keys/{key}/rotate", post(one_key::rotate).get(one_key::back))
        .route("/api-keys/{key}/revoke", post(one_key::revoke).get(one_key::back))
        .route("/webhooks", get(webhooks::show).post(webhooks::make))
        .route("/webhooks/{endpoint}", get(one_endpoint::show))
        .route("/webhooks/{endpoint}/change", post(one_endpoint::change).get(one_endpoint::back_to))
        .route("/webhooks/{endpoint}/{act}", post(one_endpoint::act).get(one_endpoint::back))
}
