//! Who looks at a page, in which language, when, and which hold of theirs is running.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{COOKIE, USER_AGENT};
use http::request::Parts;
use httpkit::limits::{ClientAddress, TooMany};
use jiff::Timestamp;
use maud::Markup;
use pagekit::language::Language;
use pagekit::when;
use pagekit::words::Words;
use registration::model::exam::Exam;
use registration::model::exam_rules::{CaptchaRule, PaymentRules};
use registration::model::facts::{EligibilityState, Facts};
use registration::model::order::{Order, OrderState};
use registration::payments::Surface;
use registration::people::accounts::{Account, Caller, Device, Display, Hears, Machine};
use registration::rules::choosing;
use registration::rules::standing::{Standing, standing};
use registration::rules::steps::{StepView, steps};
use registration::store::StoreError;
use reservation::engine::waiting_list::Waiting;
use reservation::ids::SittingId;
use tokio::sync::OnceCell;

use crate::app::App;
use crate::catalogue::words;
use crate::failure::Failure;
use crate::request::cookies::{display, session};
use crate::request::sent::captcha::CaptchaFields;
use crate::request::signed_in::{count, signed_in};
use crate::request::signing_in::last_word::LastWord;
use crate::request::signing_in::signed_out::signed_out;
use crate::request::surface::surface;
use crate::view::contact::contact;
use crate::view::layout::hold_banner::{HoldBanner, PayFirst};
use crate::view::layout::said::SessionEnds;
use crate::view::layout::{Frame, Visitor};
use crate::words::choice::subject;
use crate::words::standing::Reader;

/// A request for a page.
pub(crate) struct Visit {
    pub(crate) app: App,
    pub(crate) words: Words,
    /// How large pages are drawn: as the account says, else the browser.
    pub(crate) display: Display,
    /// Path and query, as asked for.
    pub(crate) path: String,
    pub(crate) now: Timestamp,
    /// Who is signed in.
    pub(crate) account: Option<Account>,
    /// Of what the bar at the bottom of every page speaks: their unpaid orders, and what is live beside those.
    running: Vec<Order>,
    /// All of their orders, newest first, once a page has asked for them.
    orders: OnceCell<Vec<Order>>,
    /// The visitor's network asks too often; the page keeps what was typed and says so.
    pub(crate) too_many: Option<TooMany>,
    /// From which address it came.
    pub(crate) address: Option<IpAddr>,
    /// Where one pays from this browser.
    pub(crate) surface: Surface,
    /// Does the browser send any cookie? One that keeps none cannot be signed in.
    pub(crate) has_cookies: bool,
    /// Was somebody signed in on this browser, who is not any more?
    pub(crate) has_ended: bool,
    /// Who signed in on this browser before; known on the page of signing in only.
    pub(crate) device: Option<Device>,
    /// How the browser calls itself.
    agent: Option<HeaderValue>,
    /// When the sign-in ends if nobody uses it any more.
    pub(crate) session_ends_at: Option<Timestamp>,
}

/// How far a candidate is in an exam, and for which of its subjects.
pub(crate) struct Progress {
    pub(crate) steps: Vec<StepView>,
    /// The candidate's orders of the exam, newest first.
    pub(crate) orders: Vec<Order>,
    /// Where the registration stands.
    pub(crate) standing: Standing,
    /// `None` where the exam does not ask.
    pub(crate) eligibility: EligibilityState,
}

impl Progress {
    /// What these facts come to.
    pub(crate) fn of(exam: &Exam, facts: Facts<'_>, now: Timestamp) -> Self {
        let steps = steps(exam, &facts, now);
        let standing = standing(exam, &facts, &steps, now);
        Self { steps, standing, orders: facts.orders.to_vec(), eligibility: facts.eligibility }
    }
}

impl Visit {
    /// Somebody whom we do not know looks at `path` now.
    pub(crate) fn of_guest(app: App, words: Words, display: Display, path: String) -> Self {
        Self {
            app,
            words,
            display,
            path,
            now: Timestamp::now(),
            account: None,
            running: Vec::new(),
            orders: OnceCell::new_with(Some(Vec::new())),
            too_many: None,
            address: None,
            surface: Surface::Phone,
            has_cookies: false,
            has_ended: false,
            device: None,
            agent: None,
            session_ends_at: None,
        }
    }

    /// On what somebody looks at it.
    pub(crate) fn machine(&self) -> Machine {
        Machine::of_agent(self.agent.as_ref().and_then(|agent| agent.to_str().ok()).unwrap_or_default())
    }

    /// Has the account never been signed in on this browser, as far as that is known?
    pub(crate) fn is_new_to(&self, account: &Account) -> bool {
        !self.device.as_ref().is_some_and(|device| device.accounts.contains(&account.id))
    }

    /// Who asks, as accounts look at it.
    pub(crate) fn caller<'a>(&'a self, captcha: &'a CaptchaFields, rule: CaptchaRule) -> Caller<'a> {
        Caller { address: self.address, device: self.device.as_ref(), captcha: captcha.answer(), rule }
    }

    /// Counts a change by this candidate.
    pub(crate) fn count(&self, account: &Account) -> Result<(), TooMany> {
        self.app.outside.limits.candidate(&account.id.0.to_string())
    }

    /// The frame of the page to answer with.
    pub(crate) fn frame(&self, title: impl Into<String>) -> Frame<'_> {
        Frame {
            visitor: if self.account.is_some() { Visitor::SignedIn } else { Visitor::Guest },
            hold: self.hold(),
            contact: self.contact(),
            ended_after: self.has_ended.then(|| self.app.outside.registration.accounts.limits()),
            session_ends: self.session_ends_at.map(|ends_at| SessionEnds { ends_at, now: self.now }),
            asks: self.account.as_ref().map(|_| match self.orders.get() {
                Some(orders) => ("/me/decided?seats=on".to_owned(), seats_mark(orders)),
                None => ("/me/bar".to_owned(), seats_mark(&self.running)),
            }),
            ..Frame::bare(&self.app, self.words, self.display, title.into(), &self.path)
        }
    }

    /// The frame of a page that tells where a registration stands.
    pub(crate) fn frame_of(&self, title: impl Into<String>, exam: &Exam, progress: &Progress) -> Frame<'_> {
        let asks = format!("/me/decided?standing={}", exam.id);
        let mark = progress.standing.mark ^ seats_mark(self.known());
        Frame { asks: self.account.as_ref().map(|_| (asks, mark)), ..self.frame(title) }
    }

    /// The exam that the page is about, as its address says.
    pub(crate) fn exam(&self) -> Option<Arc<Exam>> {
        self.exam_at(&self.path)
    }

    /// The exam that the page at this address is about; of an order, as far as it is known.
    pub(crate) fn exam_at(&self, path: &str) -> Option<Arc<Exam>> {
        let mut parts = path.split(['/', '?', '#']).skip(1);
        let exam = match (parts.next()?, parts.next()?) {
            ("exams", exam) => exam.parse().ok()?,
            ("orders", order) => self.known().iter().find(|known| order.parse() == Ok(known.id))?.exam.clone(),
            _ => return None,
        };
        self.app.outside.registration.exams.get(&exam)
    }

    /// Whom to ask about what the page is about: the exam's contact, else the site's.
    fn contact(&self) -> Option<Markup> {
        let exam = self.exam();
        let own = exam.as_ref().and_then(|exam| exam.rules.contact.as_ref());
        let own = own.map(|text| contact(self.words.pick(&text.zh, &text.en)));
        own.or_else(|| self.app.outside.contact.as_deref().map(contact))
    }

    /// The candidate's steps in an exam; those of somebody who has done nothing yet when nobody is signed in.
    pub(crate) async fn steps(&self, exam: &Exam) -> Result<Vec<StepView>, StoreError> {
        Ok(self.progress(exam).await?.steps)
    }

    /// The steps, and what the roster says.
    pub(crate) async fn progress(&self, exam: &Exam) -> Result<Progress, StoreError> {
        let orders = self.orders_of(exam).await?;
        let facts = match &self.account {
            Some(account) => self.app.outside.registration.applications.facts(account.id, exam, &orders).await?,
            None => Facts::default(),
        };
        Ok(Progress::of(exam, facts, self.now))
    }

    /// On which waiting lists of an exam the candidate is; none for whoever is not signed in.
    pub(crate) async fn waits(&self, exam: &Exam) -> Vec<Waiting> {
        match &self.account {
            Some(account) => self.app.outside.registration.orders.waits(account.id, exam).await,
            None => Vec::new(),
        }
    }

    /// To whom the state of a registration is told.
    pub(crate) fn reader(&self) -> Reader {
        let accounts = &self.app.outside.registration.accounts;
        let hears = self.account.as_ref().map_or(Hears::Nothing, |account| accounts.hears(account));
        Reader { is_signed_in: self.account.is_some(), hears, now: self.now }
    }

    /// The candidate's orders, newest first: read once, when a page asks first.
    pub(crate) async fn orders(&self) -> Result<&[Order], StoreError> {
        let read = async || match &self.account {
            Some(account) => self.app.outside.registration.orders.of(account.id).await,
            None => Ok(Vec::new()),
        };
        self.orders.get_or_try_init(read).await.map(Vec::as_slice)
    }

    /// The candidate's orders of an exam, newest first.
    pub(crate) async fn orders_of(&self, exam: &Exam) -> Result<Vec<Order>, StoreError> {
        Ok(self.orders().await?.iter().filter(|order| order.exam == exam.id).cloned().collect())
    }

    /// What of their orders is known without asking.
    pub(crate) fn known(&self) -> &[Order] {
        self.orders.get().unwrap_or(&self.running)
    }

    /// The unpaid order that this page is about, else the one that lapses first.
    fn hold(&self) -> Option<HoldBanner> {
        let path = self.path.split('?').next().unwrap_or_default();
        let is_here = |order: &Order| path.split('/').nth(2).and_then(|id| id.parse().ok()) == Some(order.id);
        let unpaid =
            || self.known().iter().filter(|order| order.state == OrderState::Unpaid && !order.is_paid_by_school());
        // What a school pays for wants nothing of the candidate: what does comes first.
        let order = unpaid().min_by_key(|order| (!is_here(order), order.locked_until().is_some(), order.expires_at))?;
        let order_path = format!("/orders/{}", order.id);
        // A page of several unpaid orders speaks of all of them, and only one of them is the banner's.
        let is_of_exam =
            path.strip_prefix("/exams/").is_some_and(|rest| rest.split('/').next() == Some(order.exam.as_str()));
        let is_sole = unpaid().filter(|other| other.exam == order.exam).count() == 1;
        let exam = self.app.outside.registration.exams.get(&order.exam);
        let payment = exam.as_ref().map(|exam| &exam.rules.payment);
        Some(HoldBanner {
            takes_upload: payment.is_none_or(PaymentRules::takes_screenshots),
            takes_channels: payment.is_some_and(PaymentRules::takes_channels),
            what: self.what(order),
            expires_at: order.expires_at,
            now: self.now,
            is_order_page: is_here(order),
            is_own: is_here(order) || (is_of_exam && is_sole),
            first: self.pay_first(order),
            locked_until: order.locked_until(),
            exam_path: format!("/exams/{}", order.exam),
            order_path,
        })
    }

    /// What is held, short enough for the bar: the exam, and the day.
    fn what(&self, order: &Order) -> String {
        let Some(exam) = self.app.outside.registration.exams.get(&order.exam) else { return String::new() };
        let title = exam.rules.short_title.as_ref().unwrap_or(&exam.title);
        let first =
            order.sittings.iter().filter_map(|seat| exam.sitting(&seat.sitting)).min_by_key(|one| one.starts_at);
        let day = first.map(|sitting| when::short_day(self.words.language, sitting.starts_at, self.now));
        [self.words.pick(&title.zh, &title.en).to_owned(), day.unwrap_or_default()].join(" ").trim_end().to_owned()
    }

    /// What is paid for before this order, and where.
    fn pay_first(&self, order: &Order) -> Option<PayFirst> {
        let exam = self.app.outside.registration.exams.get(&order.exam)?;
        let live: Vec<&Order> =
            self.known().iter().filter(|other| other.exam == order.exam && other.state.is_live()).collect();
        let first = choosing::pay_first(&exam, &live, order)?;
        let has = |sitting: &SittingId| exam.sitting(sitting).is_some_and(|one| one.subject.as_ref() == Some(&first));
        let at = live.iter().find(|other| other.sittings.iter().any(|seat| has(&seat.sitting)));
        let path = at.map_or_else(|| format!("/exams/{}#mine", exam.id), |other| format!("/orders/{}", other.id));
        Some(PayFirst { subject: subject(self.words, &exam, &first), path })
    }
}

/// Changes with the candidate's seats: of what the bar at the bottom of every page speaks.
pub(crate) fn seats_mark(orders: &[Order]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for order in orders {
        (order.id, &order.state, order.expires_at, order.by_school).hash(&mut hasher);
        order.sittings.iter().for_each(|seat| seat.sitting.as_str().hash(&mut hasher));
    }
    hasher.finish()
}

impl FromRequestParts<App> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let now = Timestamp::now();
        let registration = &app.outside.registration;
        let found = signed_in(parts, app, now).await?;
        let session_ends_at = found.as_ref().and_then(|found| found.ends_at);
        let account = found.map(|found| found.account);
        let (mut running, mut orders) = (Vec::new(), OnceCell::new());
        match &account {
            Some(account) if parts.extensions.get::<ReadsOrders>().is_some() => {
                orders = OnceCell::new_with(Some(registration.orders.of(account.id).await?));
            }
            Some(account) => running = registration.orders.running(account.id).await?,
            None => {}
        }
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let too_many = parts.extensions.get::<TooMany>().copied();
        let address = parts.extensions.get::<ClientAddress>().map(|from| from.0);
        let surface = surface(parts);
        let device = session::device(&parts.headers, &app.seal());
        let has_ended = account.is_none() && session::is_sent(&parts.headers, &app.seal());
        if let Some(word) = parts.extensions.get::<LastWord>().filter(|_| has_ended) {
            word.say();
        }
        let (words, has_cookies) = (words(Language::of(&parts.headers)), parts.headers.contains_key(COOKIE));
        let display = account.as_ref().and_then(|account| account.display);
        let display = display.unwrap_or_else(|| display::display(&parts.headers));
        let app = app.clone();
        Ok(Self {
            app,
            words,
            display,
            path,
            now,
            account,
            running,
            orders,
            too_many,
            address,
            surface,
            has_cookies,
            has_ended,
            device,
            agent: parts.headers.get(USER_AGENT).cloned(),
            session_ends_at,
        })
    }
}

/// A visit to a page that shows orders: all of them are read at once, and the bar is made of them.
pub(crate) struct WithOrders<T>(pub(crate) T);

/// Marks a request for such a page.
#[derive(Clone, Copy)]
struct ReadsOrders;

impl<T: FromRequestParts<App>> FromRequestParts<App> for WithOrders<T> {
    type Rejection = T::Rejection;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, T::Rejection> {
        parts.extensions.insert(ReadsOrders);
        T::from_request_parts(parts, app).await.map(Self)
    }
}

/// A visit by somebody who is signed in; anybody else is sent to sign in first.
pub(crate) struct Candidate {
    pub(crate) visit: Visit,
    pub(crate) account: Account,
}

impl FromRequestParts<App> for Candidate {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let visit =
            <Visit as FromRequestParts<App>>::from_request_parts(parts, app).await.map_err(Failure::into_response)?;
        match visit.account.clone() {
            Some(account) => {
                count(parts, app, &account).map_err(Failure::into_response)?;
                Ok(Self { visit, account })
            }
            None => Err(signed_out(parts, &visit.path)),
        }
    }
}
