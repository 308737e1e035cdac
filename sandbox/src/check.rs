//! Liveness checks that were begun, and what the person in front of the page decided. The page stands for all of the
//! vendors' pages: it takes a picture of a face, and a button says what came of it.

pub(crate) mod page;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::digests::random;

const CHECKS_MAX: usize = 500;
/// Pictures that are kept with them.
const PHOTOS_MAX: usize = 50;

/// Whose check it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    TencentFaceId,
    TencentKyc,
    Aliyun,
}

impl Kind {
    /// How long its page is good.
    fn lasts(self) -> Duration {
        match self {
            Self::TencentFaceId => Duration::from_secs(7_200),
            Self::TencentKyc | Self::Aliyun => Duration::from_secs(1_800),
        }
    }

    pub(crate) fn product(self) -> &'static str {
        match self {
            Self::TencentFaceId => "腾讯云人脸核身 DetectAuth",
            Self::TencentKyc => "腾讯云人脸核身 H5（移动端浏览器）",
            Self::Aliyun => "阿里云金融级实人认证",
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Passed,
    /// A living person, but another one.
    Failed,
    /// Name and number do not belong together.
    Mismatch,
    Cancelled,
}

/// A check to begin.
pub(crate) struct NewCheck<'a> {
    pub(crate) kind: Kind,
    pub(crate) order: &'a str,
    pub(crate) return_url: &'a str,
    /// What will come of it whatever the person does.
    pub(crate) decided: Option<Decision>,
}

#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub(crate) kind: Kind,
    pub(crate) token: String,
    pub(crate) order: String,
    pub(crate) return_url: String,
    pub(crate) decision: Option<Decision>,
    pub(crate) photo: Option<Bytes>,
    /// Decided beforehand; takes the place of the person's decision.
    forced: Option<Decision>,
    begun: Instant,
}

impl Check {
    pub(crate) fn is_over(&self) -> bool {
        self.begun.elapsed() > self.kind.lasts()
    }

    /// There is no police photo to compare with: a number between 90 and 99 that follows from the picture.
    pub(crate) fn similarity(&self) -> f64 {
        let sum =
            self.photo.iter().flatten().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte)));
        90.0 + f64::from(sum % 1_000) / 100.0
    }
}

#[derive(Debug, Default)]
pub(crate) struct Checks(Mutex<VecDeque<Check>>);

impl Checks {
    /// Begins a check and returns its token.
    pub(crate) fn begin(&self, new: NewCheck<'_>) -> String {
        let token = random();
        let mut checks = self.lock();
        checks.push_front(Check {
            kind: new.kind,
            token: token.clone(),
            order: new.order.to_owned(),
            return_url: new.return_url.to_owned(),
            decision: None,
            photo: None,
            forced: new.decided,
            begun: Instant::now(),
        });
        checks.truncate(CHECKS_MAX);
        token
    }

    pub(crate) fn find(&self, kind: Kind, token: &str) -> Option<Check> {
        self.lock().iter().find(|check| check.kind == kind && check.token == token).cloned()
    }

    /// By the merchant's number.
    pub(crate) fn of_order(&self, kind: Kind, order: &str) -> Option<Check> {
        self.lock().iter().find(|check| check.kind == kind && check.order == order).cloned()
    }

    pub(crate) fn any(&self, token: &str) -> Option<Check> {
        self.lock().iter().find(|check| check.token == token).cloned()
    }

    /// Where the browser goes back to is only known when it comes to the page.
    pub(crate) fn set_return_url(&self, token: &str, return_url: &str) {
        if let Some(check) = self.lock().iter_mut().find(|check| check.token == token) {
            return_url.clone_into(&mut check.return_url);
        }
    }

    /// Decides once; later decisions change nothing. False when it was decided or is over.
    pub(crate) fn decide(&self, token: &str, decision: Decision, photo: Option<Bytes>) -> bool {
        let mut checks = self.lock();
        let with_photo = checks.iter().filter(|check| check.photo.is_some()).count();
        if with_photo >= PHOTOS_MAX
            && let Some(oldest) = checks.iter_mut().rev().find(|check| check.photo.is_some())
        {
            oldest.photo = None;
        }
        let Some(check) = checks.iter_mut().find(|check| check.token == token) else { return false };
        if check.decision.is_some() || check.is_over() {
            return false;
        }
        check.decision = Some(check.forced.unwrap_or(decision));
        check.photo = photo;
        true
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Check>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
