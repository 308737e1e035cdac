//! Rows as files, page by page. CSV goes out as it is read; XLSX is written page by page, and has an end. What is taken out
//! stands in a file each; how, here.

pub(crate) mod findings;
pub(crate) mod invoices;
pub(crate) mod journal;
pub(crate) mod payments;

use std::future::Future;

use axum::body::Body;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, BoxStream, StreamExt};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::civil::Date;
use pagekit::when;
use pagekit::words::Words;
use registration::desk::finance::{Days, EXPORT_DAYS_MAX, Finance};
use registration::desk::staff::StaffMember;
use rust_xlsxwriter::XlsxError;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::finance::frame::Telling;
use crate::finance::sheet::{self, Cell, MARK, Sheet};
use crate::request::failure::Failure;
use crate::request::visit::Visit;

/// Most rows of a file that people open.
pub(crate) const XLSX_ROWS_MAX: usize = 50_000;
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Rows of one page.
pub(crate) type Rows = Vec<Vec<Cell>>;

/// What is taken out: the rows come page by page. One that cannot be read breaks the connection off, and the browser says
/// that the file is not whole.
pub(crate) struct Taken {
    /// What the file is called first.
    pub(crate) name: &'static str,
    pub(crate) heads: Vec<String>,
    pub(crate) pages: BoxStream<'static, Result<Rows, Failure>>,
}

impl Taken {
    /// Rows that `read` gives after a place, with where they go on; nothing: that was all.
    pub(crate) fn new<P, R, F>(w: Words, name: &'static str, heads: &[&'static str], read: R) -> Self
    where
        P: Send + 'static,
        R: Fn(Option<P>) -> F + Send + 'static,
        F: Future<Output = Result<(Rows, Option<P>), Failure>> + Send + 'static,
    {
        let pages = stream::try_unfold(Some(None), move |place: Option<Option<P>>| {
            let page = place.map(&read);
            async move {
                let Some(page) = page else { return Ok(None) };
                let (rows, next) = page.await?;
                Ok(Some((rows, next.map(Some))))
            }
        });
        Self { name, heads: heads.iter().map(|head| w.t(head).into_owned()).collect(), pages: pages.boxed() }
    }

    /// Rows that are all there.
    pub(crate) fn whole(w: Words, name: &'static str, heads: &[&'static str], rows: Rows) -> Self {
        let heads = heads.iter().map(|head| w.t(head).into_owned()).collect();
        Self { name, heads, pages: stream::once(async { Ok(rows) }).boxed() }
    }
}

/// Something that is taken out of the page that shows it.
pub(crate) trait Export {
    /// What is asked for, as it stands in the address.
    type Asked: DeserializeOwned + Sync;

    /// Begins: who takes what out, and in which form, is in the audit before anything is read.
    fn begin(
        visit: &Visit,
        asked: &Self::Asked,
        form: &'static str,
    ) -> impl Future<Output = Result<Begun, Failure>> + Send;

    /// The page again, with why there is no file.
    fn again(
        visit: &Visit,
        asked: &Self::Asked,
        telling: &Telling,
    ) -> impl Future<Output = Result<Response, Failure>> + Send;
}

/// What has become of the wish to take something out.
pub(crate) enum Begun {
    /// The rows can be read.
    Taken(Taken),
    /// Nothing can be taken out, and why.
    Wrong(String),
}

/// Begins to take out the rows of some days, which `read` gives like that of [`Taken::new`].
async fn of_days<P, R, F>(
    visit: &Visit,
    asked: &AskedDays,
    (name, form): (&'static str, &'static str),
    heads: &[&'static str],
    read: R,
) -> Result<Begun, Failure>
where
    P: Send + 'static,
    R: Fn(Finance, StaffMember, Days, Option<P>) -> F + Send + 'static,
    F: Future<Output = Result<(Rows, Option<P>), Failure>> + Send + 'static,
{
    let days = match asked.read(visit.words) {
        Ok(days) => days,
        Err(why) => return Ok(Begun::Wrong(why)),
    };
    let (finance, staff) = (visit.app.outside.registration.finance.clone(), visit.staff.clone());
    finance.begin_days_export(&staff, days, &format!("{name} {form}")).await?;
    let taken = Taken::new(visit.words, name, heads, move |after| read(finance.clone(), staff.clone(), days, after));
    Ok(Begun::Taken(taken))
}

/// Answers with a CSV file, or with the page that says why there is none.
pub(crate) async fn csv<E: Export>(visit: Visit, Query(asked): Query<E::Asked>) -> Result<Response, Failure> {
    match E::begin(&visit, &asked, "csv").await? {
        Begun::Taken(taken) => Ok(csv_file(&visit, taken)),
        Begun::Wrong(why) => E::again(&visit, &asked, &Telling::unusable(why)).await,
    }
}

/// The same with an XLSX file.
pub(crate) async fn xlsx<E: Export>(visit: Visit, Query(asked): Query<E::Asked>) -> Result<Response, Failure> {
    let why = match E::begin(&visit, &asked, "xlsx").await? {
        Begun::Taken(taken) => match xlsx_file(&visit, taken).await? {
            Some(file) => return Ok(file),
            None => too_many(visit.words),
        },
        Begun::Wrong(why) => why,
    };
    E::again(&visit, &asked, &Telling::unusable(why)).await
}

/// The rows as a CSV file, sent page by page.
pub(crate) fn csv_file(visit: &Visit, taken: Taken) -> Response {
    let Taken { name, heads, pages } = taken;
    let heads: Vec<Cell> = heads.into_iter().map(Cell::Text).collect();
    let mut first = MARK.as_bytes().to_vec();
    first.extend(sheet::csv([&heads[..]].into_iter()));
    let rows = pages.map(|page| page.map(|rows| sheet::csv(rows.iter().map(Vec::as_slice))));
    let whole = stream::once(async { Ok::<_, Failure>(first) }).chain(rows);
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", called(visit, name, "csv"))),
    ];
    (headers, Body::from_stream(whole)).into_response()
}

/// The rows as an XLSX file; `None` when there are more than [`XLSX_ROWS_MAX`] rows.
pub(crate) async fn xlsx_file(visit: &Visit, taken: Taken) -> Result<Option<Response>, Failure> {
    let Taken { name, heads, mut pages } = taken;
    let called = called(visit, name, "xlsx");
    let mut sheet = Sheet::new(&heads, &called, &visit.staff.name).map_err(broken)?;
    let mut count = 0;
    while let Some(rows) = pages.next().await {
        let rows = rows?;
        count += rows.len();
        if count > XLSX_ROWS_MAX {
            return Ok(None);
        }
        sheet.add(rows.iter().map(Vec::as_slice)).map_err(broken)?;
    }
    // Packing takes its time, and others are served meanwhile.
    let packed = tokio::task::spawn_blocking(|| sheet.finish()).await.map_err(|_| Failure::Broken)?;
    let headers =
        [(CONTENT_TYPE, XLSX.to_owned()), (CONTENT_DISPOSITION, format!("attachment; filename=\"{called}\""))];
    Ok(Some((headers, packed.map_err(broken)?).into_response()))
}

/// Of which days something is taken out, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct AskedDays {
    #[serde(default)]
    pub(crate) from: String,
    #[serde(default)]
    pub(crate) until: String,
}

impl AskedDays {
    /// The days; otherwise what is wrong with them.
    fn read(&self, w: Words) -> Result<Days, String> {
        let (first, last) = (self.from.parse::<Date>().ok(), self.until.parse::<Date>().ok());
        let days = first.zip(last).and_then(|(first, last)| Days::new(first, last));
        days.ok_or_else(|| w.with("export-days-wrong", &[("days", EXPORT_DAYS_MAX.into())]).into_owned())
    }
}

/// Who took it out, and when, stands in its name.
fn called(visit: &Visit, name: &str, ending: &str) -> String {
    let at = when::civil(visit.now).strftime("%Y%m%d-%H%M%S");
    format!("{name}-{at}-{}.{ending}", visit.staff.name)
}

fn broken(error: XlsxError) -> Failure {
    tracing::error!(%error, "a table could not be written");
    Failure::Broken
}

/// That there are more rows than a table takes.
fn too_many(w: Words) -> String {
    w.with("money-too-many", &[("count", XLSX_ROWS_MAX.into())]).into_owned()
}
