//! Which step an address belongs to. The pages lead, and their addresses alone say what is to be done next.

/// A step of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Signing in, or up.
    SignIn,
    /// The exam's own page.
    Exam,
    /// Who one is, and the consent.
    Identity,
    /// Both sides of the identity card.
    Card,
    /// What must be read.
    Notice,
    /// The picture of one's face.
    Face,
    /// The registration form.
    Details,
    /// The choice of a sitting.
    Sittings,
    /// The page of paying.
    Order,
}

impl Step {
    /// The step at this address; none that we know of, perhaps.
    pub(crate) fn at(address: &str) -> Option<Self> {
        let parts: Vec<&str> = path(address).trim_start_matches('/').split('/').collect();
        Some(match parts[..] {
            ["sign-in"] => Self::SignIn,
            ["exams", _] => Self::Exam,
            ["me", "identity"] => Self::Identity,
            ["me", "identity", "card"] => Self::Card,
            ["exams", _, "notice"] => Self::Notice,
            ["exams", _, "face"] => Self::Face,
            ["exams", _, "details"] => Self::Details,
            ["exams", _, "sittings"] => Self::Sittings,
            ["orders", _] => Self::Order,
            _ => return None,
        })
    }
}

/// An address without query and fragment.
pub(crate) fn path(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_which_step_it_is() {
        for (address, step) in [
            ("/sign-in?next=%2Fme%2Fidentity", Step::SignIn),
            ("/exams/e?sitting=s1&agree=on#sittings", Step::Exam),
            ("/me/identity?exam=e&next=/exams/e", Step::Identity),
            ("/me/identity/card?exam=e&next=/exams/e", Step::Card),
            ("/exams/e/notice", Step::Notice),
            ("/exams/e/face", Step::Face),
            ("/exams/e/details", Step::Details),
            ("/exams/e/sittings?part=main", Step::Sittings),
            ("/orders/e-1", Step::Order),
        ] {
            assert_eq!(Step::at(address), Some(step), "{address}");
        }
        for unknown in ["/exams/e/eligibility", "/me/identity/liveness", "/exams/e/waiting", "/me", "/", ""] {
            assert_eq!(Step::at(unknown), None, "{unknown}");
        }
    }
}
