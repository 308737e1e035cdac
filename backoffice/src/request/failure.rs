//! What ends a request without a page of its own; the `failures` layer draws it.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use pagekit::refused_form::FormFault;
use registration::checkin::CheckInError;
use registration::desk::audit::search::SearchError;
use registration::desk::cases::CaseError;
use registration::desk::finance::FinanceError;
use registration::drafts::DraftError;
use registration::imports::ImportError;
use registration::lists::ListError;
use registration::payments::{GroupError, InvoiceError};
use registration::people::accounts::CorrectError;
use registration::people::candidates::CandidateError;
use registration::people::candidates::inquiries::InquiryError;
use registration::rooms::{ArrangeError, RoomError};
use registration::store::StoreError;

/// Refusals first, faults last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the request cannot be used")]
    Bad,
    #[error("not theirs to see or to do")]
    Forbidden,
    #[error("another site's form")]
    Forged,
    #[error("a second factor must be shown first")]
    NotFresh,
    #[error("no such page")]
    NotFound,
    #[error("more than may be sent")]
    TooLarge,
    #[error("we failed")]
    Broken,
    #[error("not ready")]
    Unavailable,
}

impl Failure {
    /// The one table of statuses.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Bad => StatusCode::BAD_REQUEST,
            Self::Forbidden | Self::Forged => StatusCode::FORBIDDEN,
            Self::NotFresh => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What is wrong with the form itself; `None`: it was as ours are.
    pub(crate) fn form_fault(self) -> Option<FormFault> {
        match self {
            Self::Bad => Some(FormFault::Malformed),
            Self::Forged => Some(FormFault::Forged),
            Self::TooLarge => Some(FormFault::TooLarge),
            Self::Forbidden | Self::NotFresh | Self::NotFound | Self::Broken | Self::Unavailable => None,
        }
    }

    /// What a bare status means here; nothing when it is no failure.
    pub(crate) fn of_status(status: StatusCode) -> Option<Self> {
        match status {
            // Whoever may not do something is refused by a failure of ours, and another site's form by its guard.
            StatusCode::FORBIDDEN => Some(Self::Forged),
            StatusCode::NOT_FOUND => Some(Self::NotFound),
            StatusCode::PAYLOAD_TOO_LARGE => Some(Self::TooLarge),
            StatusCode::SERVICE_UNAVAILABLE => Some(Self::Unavailable),
            status if status.is_client_error() => Some(Self::Bad),
            status if status.is_server_error() => Some(Self::Broken),
            _ => None,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<CaseError> for Failure {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Forbidden(_) => Self::Forbidden,
            CaseError::NotWaiting
            | CaseError::NotLooked
            | CaseError::Claimed(_)
            | CaseError::Changed
            | CaseError::OtherAccount
            | CaseError::ToBeNoted => Self::NotFound,
            CaseError::Reason(_) => Self::Bad,
            CaseError::Busy => Self::Unavailable,
            CaseError::Store(error) => error.into(),
        }
    }
}

impl From<SearchError> for Failure {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Forbidden(_) => Self::Forbidden,
            SearchError::Store(error) => error.into(),
        }
    }
}

/// Where nothing of its own is said: what was refused at a door has its own words there.
impl From<CheckInError> for Failure {
    fn from(error: CheckInError) -> Self {
        match error {
            CheckInError::Forbidden(_) => Self::Forbidden,
            CheckInError::Unknown | CheckInError::NoInvigilator | CheckInError::Over | CheckInError::NotLooked => {
                Self::NotFound
            }
            CheckInError::TooMany => Self::TooLarge,
            CheckInError::Picture(_)
            | CheckInError::Taken
            | CheckInError::SamePerson
            | CheckInError::Signed
            | CheckInError::Note => Self::Bad,
            CheckInError::Busy => Self::Unavailable,
            CheckInError::Store(error) => error.into(),
        }
    }
}

/// Where accounts are looked for: what a correction is refused for has its own words.
impl From<CorrectError> for Failure {
    fn from(error: CorrectError) -> Self {
        match error {
            CorrectError::Forbidden(_) => Self::Forbidden,
            CorrectError::Unknown(_) => Self::NotFound,
            CorrectError::Reason(_) | CorrectError::Same | CorrectError::Taken => Self::Bad,
            CorrectError::Store(error) => error.into(),
        }
    }
}

/// Where nothing of its own is said: an answer that cannot be sent has its own words.
impl From<InquiryError> for Failure {
    fn from(error: InquiryError) -> Self {
        match error {
            InquiryError::Forbidden(_) => Self::Forbidden,
            InquiryError::Unknown => Self::NotFound,
            InquiryError::Text | InquiryError::TooMany | InquiryError::Answered => Self::Bad,
            InquiryError::Store(error) => error.into(),
        }
    }
}

/// Whoever may not see a candidate learns no more than of one who is not there.
impl From<CandidateError> for Failure {
    fn from(error: CandidateError) -> Self {
        match error {
            CandidateError::Forbidden(_) => Self::Forbidden,
            CandidateError::Unknown => Self::NotFound,
            CandidateError::Note(_) | CandidateError::NotTheirs => Self::Bad,
            CandidateError::Store(error) => error.into(),
        }
    }
}

/// Where nothing of its own is said: what was refused to finance has its own words beside what was asked for.
impl From<FinanceError> for Failure {
    fn from(error: FinanceError) -> Self {
        match error {
            FinanceError::Forbidden(_) => Self::Forbidden,
            FinanceError::Unknown => Self::NotFound,
            FinanceError::Reason(_) | FinanceError::Refund(_) | FinanceError::Reconcile(_) => Self::Bad,
            FinanceError::Store(error) => error.into(),
        }
    }
}

/// Where nothing of its own is said: what a list of a school was refused for has its own words beside the list.
impl From<GroupError> for Failure {
    fn from(error: GroupError) -> Self {
        match error {
            GroupError::Forbidden(_) => Self::Forbidden,
            GroupError::Unknown | GroupError::UnknownExam(_) => Self::NotFound,
            GroupError::Orders
            | GroupError::Text
            | GroupError::Lasts
            | GroupError::Lines(_)
            | GroupError::NotOpen(_)
            | GroupError::Amount(_)
            | GroupError::ReferenceTaken
            | GroupError::UnderWay
            | GroupError::Pay(_) => Self::Bad,
            GroupError::Store(error) => error.into(),
        }
    }
}

/// Where nothing of its own is said: what a document was refused for has its own words.
impl From<InvoiceError> for Failure {
    fn from(error: InvoiceError) -> Self {
        match error {
            InvoiceError::Forbidden(_) => Self::Forbidden,
            InvoiceError::Unknown => Self::NotFound,
            InvoiceError::TooLarge => Self::TooLarge,
            InvoiceError::Nothing(_) | InvoiceError::Issued | InvoiceError::NothingToCredit | InvoiceError::NotAPdf => {
                Self::Bad
            }
            InvoiceError::Store(error) => error.into(),
        }
    }
}

/// Where nothing of its own is said: what was refused about rooms has its own words beside what was entered.
impl From<RoomError> for Failure {
    fn from(error: RoomError) -> Self {
        match error {
            RoomError::Forbidden(_) => Self::Forbidden,
            RoomError::Unknown => Self::NotFound,
            RoomError::Faults(_)
            | RoomError::List(_)
            | RoomError::InUse
            | RoomError::Published
            | RoomError::Engine(_) => Self::Bad,
            RoomError::Store(error) => error.into(),
        }
    }
}

/// Where nothing of its own is said: what was refused about places has its own words beside the sitting.
impl From<ArrangeError> for Failure {
    fn from(error: ArrangeError) -> Self {
        match error {
            ArrangeError::Forbidden(_) => Self::Forbidden,
            ArrangeError::Unknown => Self::NotFound,
            ArrangeError::NoRooms
            | ArrangeError::Begun
            | ArrangeError::Published
            | ArrangeError::Frozen
            | ArrangeError::Changed
            | ArrangeError::Moves(_)
            | ArrangeError::Input(_) => Self::Bad,
            ArrangeError::Store(error) => error.into(),
        }
    }
}

/// Where nothing of its own is said: why a file was not taken, or not applied, has its own words beside it.
impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Forbidden(_) => Self::Forbidden,
            ImportError::Unknown | ImportError::Gone => Self::NotFound,
            ImportError::TooLarge => Self::TooLarge,
            ImportError::Empty | ImportError::Changed => Self::Bad,
            ImportError::TooMany => Self::Unavailable,
            ImportError::Store(error) => error.into(),
        }
    }
}

/// Where nothing of its own is said: a list that is asked for of an exam that is not there is not there.
impl From<ListError> for Failure {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Forbidden(_) => Self::Forbidden,
            ListError::Unknown => Self::NotFound,
            ListError::Store(error) => error.into(),
        }
    }
}

/// Where nothing of its own is said: why a draft was not changed or applied has its own words beside it.
impl From<DraftError> for Failure {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Forbidden(_) => Self::Forbidden,
            DraftError::Unknown => Self::NotFound,
            DraftError::TooLarge => Self::TooLarge,
            DraftError::Changed
            | DraftError::TooMany
            | DraftError::Write(_)
            | DraftError::Faults(_)
            | DraftError::Refused(_)
            | DraftError::NotNow => Self::Bad,
            DraftError::Busy | DraftError::Engine(_) => Self::Unavailable,
            DraftError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a store failed under a staff page");
        match error {
            StoreError::Pool(_) | StoreError::Postgres(_) => Self::Unavailable,
            StoreError::Files(_) | StoreError::Vault(_) | StoreError::Corrupt(_) => Self::Broken,
        }
    }
}
