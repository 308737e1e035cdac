//! English names of operations, outcomes and checks.

use crate::measured::record::{Operation, Outcome};
use crate::measured::results::CheckKind;

pub(super) fn operation(operation: Operation) -> &'static str {
    match operation {
        Operation::Enter => "enter the waiting room",
        Operation::Look => "ask whether it is one's turn",
        Operation::Hold => "take a seat",
        Operation::Freeze => "begin to pay",
        Operation::Confirm => "confirm the payment",
        Operation::Release | Operation::GiveBack => "give the seat back",
        Operation::List => "read the sittings",
        Operation::Page => "open a page",
        Operation::Stream => "first live message",
        Operation::Exams => "page: all exams",
        Operation::Exam => "page: the exam",
        Operation::Asset => "stylesheet or picture",
        Operation::Choose => "send the choice as a guest",
        Operation::SignInPage => "page: sign in",
        Operation::SignIn => "sign in (Argon2)",
        Operation::SignUpPage => "page: new account",
        Operation::SignUpCode => "send a code to the mobile",
        Operation::SignUp => "make an account (Argon2)",
        Operation::Begin => "begin as a guest",
        Operation::IdentityPage => "page: who one is",
        Operation::Identity => "consent to the identity check",
        Operation::CardPage => "page: identity card",
        Operation::CardCheck => "hand the card in (read by a machine)",
        Operation::VerifiedPage => "page: identity verified",
        Operation::NoticePage => "page: notice",
        Operation::Notice => "agree to the notice",
        Operation::FacePage => "page: face check",
        Operation::FaceConsent => "agree to the face check",
        Operation::FaceCheck => "hand the face in (compared)",
        Operation::DetailsPage => "page: details",
        Operation::Details => "hand the details in",
        Operation::SittingsPage => "page: sittings",
        Operation::Take => "take a seat",
        Operation::Order => "page: payment",
        Operation::Upload => "hand the picture in",
        Operation::Receipt => "page: receipt",
        Operation::Ended => "page: given back",
        Operation::UnknownStep => "a step that cannot be played",
    }
}

pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Given => "given",
        Outcome::Kept => "given, told later",
        Outcome::Done => "done",
        Outcome::Waiting => "still waiting",
        Outcome::Admitted => "let in",
        Outcome::Full => "full",
        Outcome::NotOpen => "not open yet",
        Outcome::NotAdmitted => "not admitted",
        Outcome::Refused => "refused",
        Outcome::Busy => "too busy",
        Outcome::WrongPage => "wrong page",
        Outcome::Failed => "failed",
        Outcome::TimedOut => "no answer in time",
        Outcome::Broken => "connection broke",
        Outcome::NotSent => "not sent",
    }
}

pub(super) fn check(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Peak => "What candidates were told",
        CheckKind::UniqueIds => "Numbers of seats",
        CheckKind::Census => "What the server says",
        CheckKind::Ledger => "The ledger in the database",
        CheckKind::Admission => "Admission",
        CheckKind::Order => "The order of admission",
    }
}
