//! The tables of exams.

pub(crate) mod exam_applications;
pub(crate) mod exam_definitions;
pub(crate) mod exam_drafts;
pub(crate) mod exam_groups;
pub(crate) mod exam_organisations;
pub(crate) mod exam_sittings;
pub(crate) mod exams;
