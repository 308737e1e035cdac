//! Forms that no page of ours sends: a line in the log for whoever looks for attacks, with the route in place of the address and
//! nothing of what was sent.

use axum::extract::{MatchedPath, Request};
use http::Method;
use httpkit::limits::ClientAddress;
use httpkit::quiet::Quiet;

/// What is wrong with a form in itself, whoever sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormFault {
    /// A page of another site sent it.
    Forged,
    /// A field is missing, or says what no field and no choice of ours says.
    Malformed,
    /// It is larger than any form of that page.
    TooLarge,
}

/// What is remembered of a form while it is worked on, for the line about it.
#[derive(Debug)]
pub struct Sent {
    route: Option<MatchedPath>,
    from: Option<ClientAddress>,
}

/// The forms that were refused at one door: told once a second for each fault, however many come.
#[derive(Debug)]
pub struct RefusedForms {
    door: &'static str,
    said: [Quiet; 3],
}

impl FormFault {
    /// Its word in the log.
    fn as_str(self) -> &'static str {
        match self {
            Self::Forged => "forged",
            Self::Malformed => "malformed",
            Self::TooLarge => "too large",
        }
    }

    fn place(self) -> usize {
        match self {
            Self::Forged => 0,
            Self::Malformed => 1,
            Self::TooLarge => 2,
        }
    }
}

impl Sent {
    /// What is remembered of this request; `None`: it only reads, and so it is no form.
    pub fn of(request: &Request) -> Option<Self> {
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        let extensions = request.extensions();
        (!is_read).then(|| Self {
            route: extensions.get::<MatchedPath>().cloned(),
            from: extensions.get::<ClientAddress>().copied(),
        })
    }
}

impl RefusedForms {
    /// Nothing was refused yet at the door that the log calls so.
    pub const fn at(door: &'static str) -> Self {
        Self { door, said: [Quiet::new(), Quiet::new(), Quiet::new()] }
    }

    /// Notes that a form was refused. The line has the route and the network, and no value of the form.
    pub fn note(&self, fault: FormFault, sent: &Sent) {
        let said = &self.said[fault.place()];
        said.say(|times| {
            let (door, why) = (self.door, fault.as_str());
            let route = sent.route.as_ref().map_or("", MatchedPath::as_str);
            let network = sent.from.map(ClientAddress::masked).unwrap_or_default();
            tracing::info!(target: "security", event = "form_refused", door, why, route, network, times, "a form that is none of ours");
        });
    }
}
