//! A request that has come through to its handler.

use http::request::Parts;

use crate::api::Api;
use crate::api::namespace::Namespace;
use crate::api::problem::Problem;
use crate::ids::ExamId;

/// What a handler may look at. Each takes what it needs.
pub(in crate::api) struct Call<'a, B> {
    pub(in crate::api) api: &'a Api,
    /// What stands in the path where the route has `{…}`, in that order.
    pub(in crate::api) path: [&'a str; 2],
    /// The namespace of the candidates that the caller may name.
    pub(in crate::api) names: Namespace,
    pub(in crate::api) asked: &'a Parts,
    pub(in crate::api) body: B,
}

impl<B> Call<'_, B> {
    /// The exam in the path. What is no name cannot exist.
    pub(in crate::api) fn exam(&self) -> Result<ExamId, Problem> {
        let [exam, _] = self.path;
        exam.parse().map_err(|_| Problem::unknown_exam(exam))
    }
}
