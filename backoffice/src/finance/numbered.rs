//! Pages about one thing whose number stands in their address: a payment, a school's list, an invoice.

use axum::extract::{FromRequestParts, Path};
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use registration::model::order::OrderId;
use registration::model::payment::PaymentId;
use registration::model::payment::group::GroupId;

use crate::app::App;
use crate::request::failure::Failure;

/// What has a page of its own.
pub(crate) trait Numbered: Copy {
    /// Where such pages are.
    const PAGES: &'static str;

    /// Reads the number; `None` where it is none of ours.
    fn read(number: &str) -> Option<Self>;

    /// The number as an address has it.
    fn written(self) -> String;

    /// The address of its page.
    fn path(self) -> String {
        format!("{}/{}", Self::PAGES, self.written())
    }
}

impl Numbered for PaymentId {
    const PAGES: &'static str = "/finance/payments";

    fn read(number: &str) -> Option<Self> {
        Self::of_number(number)
    }

    fn written(self) -> String {
        self.number()
    }
}

impl Numbered for GroupId {
    const PAGES: &'static str = "/finance/groups";

    fn read(number: &str) -> Option<Self> {
        Self::of_number(number)
    }

    fn written(self) -> String {
        self.number()
    }
}

/// An invoice has the number of its order.
impl Numbered for OrderId {
    const PAGES: &'static str = "/finance/invoices";

    fn read(number: &str) -> Option<Self> {
        number.parse().ok()
    }

    fn written(self) -> String {
        self.to_string()
    }
}

/// What a request is about, by the first number in its address.
pub(crate) struct Of<I>(pub(crate) I);

impl<I: Numbered> FromRequestParts<App> for Of<I> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Path(numbers) =
            Path::<Vec<(String, String)>>::from_request_parts(parts, app).await.map_err(|_| Failure::NotFound)?;
        let first = numbers.first().map(|(_, number)| number.as_str()).unwrap_or_default();
        I::read(first).map(Self).ok_or(Failure::NotFound)
    }
}

/// To its page, which then says what was done; [`super::frame::Done`] has the sentences.
pub(crate) fn done(id: impl Numbered, word: &str) -> Response {
    Redirect::to(&format!("{}?done={word}", id.path())).into_response()
}

/// To its page: a reload of an answer to a form that became a GET.
pub(crate) async fn back<I: Numbered>(Of(id): Of<I>) -> Redirect {
    Redirect::to(&id.path())
}
