//! Payments as files, with what was asked for on the list. CSV goes out page by page as it is read; XLSX is written page by
//! page, and has an end.

use axum::body::Body;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use pagekit::callout::Tone;
use pagekit::when;
use registration::desk::finance::EXPORT_PAGE_MAX;
use registration::model::payment::listed::{Bookmark, Listed, Wanted};
use rust_xlsxwriter::XlsxError;

use crate::desk::message::Message;
use crate::failure::Failure;
use crate::finance::list::{Asked, draw};
use crate::finance::sheet::{self, Cell, HEADS, MARK, Sheet};
use crate::request::visit::Visit;

/// Most rows of a file that people open.
const XLSX_ROWS_MAX: usize = 50_000;
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(crate) async fn csv(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let wanted = asked.wanted();
    visit.app.outside.registration.finance.begin_export(&visit.staff, &wanted, "csv").await?;
    let w = visit.words;
    let heads = HEADS.map(|head| Cell::Text(w.t(head).into_owned()));
    let mut first = MARK.as_bytes().to_vec();
    first.extend(sheet::csv([&heads[..]].into_iter()));
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", name(&visit, "csv"))),
    ];
    let pages = stream::unfold(Going { visit, wanted, after: Next::Begin(first) }, |mut going| async move {
        let page = going.next().await?;
        Some((page, going))
    });
    Ok((headers, Body::from_stream(pages)).into_response())
}

/// A file under way.
struct Going {
    visit: Visit,
    wanted: Wanted,
    after: Next,
}

enum Next {
    Begin(Vec<u8>),
    After(Bookmark),
    End,
}

/// A page could not be read: the connection breaks off, and the browser says that the file is not whole.
#[derive(Debug, thiserror::Error)]
#[error("the file is not whole")]
struct Broken;

impl Going {
    /// The next page; nothing after the last one.
    async fn next(&mut self) -> Option<Result<Bytes, Broken>> {
        let (mut bytes, after) = match std::mem::replace(&mut self.after, Next::End) {
            Next::Begin(heads) => (heads, None),
            Next::After(bookmark) => (Vec::new(), Some(bookmark)),
            Next::End => return None,
        };
        let finance = &self.visit.app.outside.registration.finance;
        let page = finance.export_page(&self.visit.staff, &self.wanted, after).await;
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                tracing::error!(%error, "an export broke off");
                return Some(Err(Broken));
            }
        };
        self.after = page
            .last()
            .filter(|_| page.len() >= EXPORT_PAGE_MAX)
            .map_or(Next::End, |last| Next::After(last.bookmark()));
        let rows: Vec<[Cell; 13]> = page.iter().map(|listed| sheet::row(self.visit.words, listed)).collect();
        bytes.extend(sheet::csv(rows.iter().map(<[Cell; 13]>::as_slice)));
        Some(Ok(bytes.into()))
    }
}

pub(crate) async fn xlsx(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let (wanted, w) = (asked.wanted(), visit.words);
    let finance = &visit.app.outside.registration.finance;
    finance.begin_export(&visit.staff, &wanted, "xlsx").await?;
    let heads = HEADS.map(|head| w.t(head).into_owned());
    let mut sheet = Sheet::new(&heads, &name(&visit, "xlsx"), &visit.staff.name).map_err(broken)?;
    let (mut after, mut count) = (None, 0);
    loop {
        let page: Vec<Listed> = finance.export_page(&visit.staff, &wanted, after).await?;
        count += page.len();
        if count > XLSX_ROWS_MAX {
            let message = Message::new(Tone::Bad, w.with("money-too-many", &[("count", XLSX_ROWS_MAX.into())]));
            return draw(&visit, &asked, StatusCode::UNPROCESSABLE_ENTITY, Some(&message)).await;
        }
        let rows: Vec<[Cell; 13]> = page.iter().map(|listed| sheet::row(w, listed)).collect();
        sheet.add(rows.iter().map(<[Cell; 13]>::as_slice)).map_err(broken)?;
        after = page.last().map(Listed::bookmark);
        if page.len() < EXPORT_PAGE_MAX {
            break;
        }
    }
    // Packing takes its time, and others are served meanwhile.
    let packed = tokio::task::spawn_blocking(|| sheet.finish()).await.map_err(|_| Failure::Broken)?;
    let headers = [
        (CONTENT_TYPE, XLSX.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", name(&visit, "xlsx"))),
    ];
    Ok((headers, packed.map_err(broken)?).into_response())
}

/// Who took it out, and when, stands in its name.
fn name(visit: &Visit, ending: &str) -> String {
    let at = when::civil(visit.now).strftime("%Y%m%d-%H%M%S");
    format!("payments-{at}-{}.{ending}", visit.staff.name)
}

fn broken(error: XlsxError) -> Failure {
    tracing::error!(%error, "a table could not be written");
    Failure::Broken
}
