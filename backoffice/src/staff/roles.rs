//! What each role may do: the table by which the doors decide, for whoever works here.

use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use pagekit::icons::{Icon, icon};
use pagekit::words::Words;
use registration::desk::case::CaseKind;
use registration::desk::permits::Right;
use registration::desk::staff::Role;

use super::frame::answer;
use super::words::{right, role, task};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

pub(crate) async fn show(visit: Visit) -> Result<Response, Failure> {
    answer(&visit, StatusCode::OK, visit.words.t("roles-title").into_owned(), &body(visit.words, visit.staff.role))
        .await
}

/// The rights of the table, of cases the first kind for all.
fn rows() -> Vec<Right> {
    let is_row = |right: &Right| match right {
        Right::See(kind) | Right::Decide(kind) => *kind == CaseKind::default(),
        _ => true,
    };
    Right::all().into_iter().filter(is_row).collect()
}

pub(crate) fn body(w: Words, own: Role) -> Markup {
    html! {
        main class="finance" {
            h1 { (w.t("roles-title")) }
            p class="hint" { (w.t("roles-lead")) }
            dl class="facts roles" {
                @for one in Role::ALL {
                    div {
                        dt { (role(w, one)) @if one == own { " " small { (w.t("roles-own")) } } }
                        dd { (task(w, one)) }
                    }
                }
            }
            section {
                h2 { (w.t("roles-table")) }
                div class="wide-table" tabindex="0" role="region" aria-label=(w.t("roles-table")) {
                    table class="matrix" {
                        thead {
                            tr {
                                th scope="col" { (w.t("roles-right")) }
                                @for one in Role::ALL { th scope="col" { (role(w, one)) } }
                            }
                        }
                        tbody { @for row in rows() { (line(w, row)) } }
                    }
                }
                p class="hint" { (w.t("roles-limits")) }
            }
        }
    }
}

fn line(w: Words, row: Right) -> Markup {
    html! {
        tr {
            th scope="row" { (right(w, row)) }
            @for one in Role::ALL {
                td {
                    @if row.is_of(one) { (icon(Icon::Tick)) span class="unseen" { (w.t("roles-yes")) } }
                    @else { span class="unseen" { (w.t("roles-no")) } }
                }
            }
        }
    }
}
