//! Kinds of operations, and how they may end.

use serde::{Deserialize, Serialize};

/// Makes an enum of words: each variant with what it is, its word in tables and conditions, and all of them in order.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$what])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All of them, in the order in which tables show them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its word in tables, conditions and results.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

words! {
    /// Something a candidate or a viewer asks for, in the order of their ways.
    Operation {
        /// A position in the waiting room.
        Enter = "enter",
        /// How that position stands.
        Look = "look",
        /// A seat, please.
        Hold = "hold",
        /// Payment has begun: stop the clock.
        Freeze = "freeze",
        /// It is paid.
        Confirm = "confirm",
        /// The seat is not wanted any more.
        Release = "release",
        /// The list of sittings.
        List = "list",
        /// A page was asked for.
        Page = "page",
        /// A stream of events; its latency is the time until the first event.
        Stream = "stream",
        /// The page of all exams.
        Exams = "exams",
        /// The page of one exam with its sittings.
        Exam = "exam",
        /// A stylesheet or picture that a page names.
        Asset = "asset",
        /// A choice that is sent off by somebody who is not signed in yet.
        Choose = "choose",
        /// The form to sign in.
        SignInPage = "sign-in-page",
        /// Number and password; the server compares an Argon2 hash.
        SignIn = "sign-in",
        /// The form for a new account.
        SignUpPage = "sign-up-page",
        /// The button that has a code sent to the mobile.
        SignUpCode = "sign-up-code",
        /// A new account; the server makes an Argon2 hash.
        SignUp = "sign-up",
        /// The first step's link, followed by somebody who is not signed in yet: it leads to the form to sign in.
        Begin = "begin",
        /// The form that asks who one is and for the consent.
        IdentityPage = "identity-page",
        /// That form, sent off.
        Identity = "identity",
        /// The form for both sides of the card.
        CardPage = "card-page",
        /// Both sides, sent off and read by a machine.
        CardCheck = "card-check",
        /// The page that says that one is who one says.
        VerifiedPage = "verified-page",
        /// What must be read before anything else.
        NoticePage = "notice-page",
        /// The agreement to it.
        Notice = "notice",
        /// The form for a picture of one's face.
        FacePage = "face-page",
        /// The consent to the face check.
        FaceConsent = "face-consent",
        /// The picture, sent off and compared with the card's.
        FaceCheck = "face-check",
        /// The registration form.
        DetailsPage = "details-page",
        /// The registration form, sent off.
        Details = "details",
        /// The page of sittings to choose from, where it is one of its own.
        SittingsPage = "sittings-page",
        /// The choice, sent off: a seat, please.
        Take = "take",
        /// The page to pay on.
        Order = "order",
        /// The picture of the payment.
        Upload = "upload",
        /// The page that says how it stands.
        Receipt = "receipt",
        /// The button that gives the seat back.
        GiveBack = "give-back",
        /// The page after that.
        Ended = "ended",
        /// A step that this program cannot play; what went wrong names its address.
        UnknownStep = "unknown-step",
    }
}

words! {
    /// How an operation ended, the good ones first.
    Outcome {
        /// 201: a seat was given.
        Given = "given",
        /// 200 to a repeated request for a seat: it had been given, but the answer was lost.
        Kept = "kept",
        /// Any other wish was fulfilled.
        Done = "done",
        /// In the waiting room, not yet admitted.
        Waiting = "waiting",
        /// Admitted out of the waiting room.
        Admitted = "admitted",
        /// No seat left: 409 `full`, or a page that offers none.
        Full = "full",
        /// Registration has not opened: 409 `not_open`, or a page without a form. It was too early.
        NotOpen = "not open",
        /// 409 `not_admitted`: the waiting room is on, and there was no valid pass.
        NotAdmitted = "not admitted",
        /// Another 409: lapsed, group taken.
        Refused = "refused",
        /// 429 or 503 until patience ran out.
        Busy = "busy",
        /// A page that says that all is well and shows an error, or is not the one that was asked for.
        WrongPage = "wrong page",
        /// Any other answer.
        Failed = "failed",
        /// No answer in time.
        TimedOut = "timed out",
        /// No connection, or one that broke.
        Broken = "broken",
        /// Not even sent: too many were waiting for a connection.
        NotSent = "not sent",
    }
}

impl Outcome {
    /// Did the server, or the generator, fall short? A clear refusal is no error.
    pub fn is_error(self) -> bool {
        match self {
            Self::Given
            | Self::Kept
            | Self::Done
            | Self::Waiting
            | Self::Admitted
            | Self::Full
            | Self::NotOpen
            | Self::NotAdmitted
            | Self::Refused => false,
            Self::Busy | Self::WrongPage | Self::Failed | Self::TimedOut | Self::Broken | Self::NotSent => true,
        }
    }

    /// Does this answer give a seat?
    pub fn is_seat(self) -> bool {
        matches!(self, Self::Given | Self::Kept)
    }
}
