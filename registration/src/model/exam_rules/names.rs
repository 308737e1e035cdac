//! Names within an exam's definition: of the form that the engine's names have.

use reservation::ids::typed_name;

typed_name!(
    /// A part of an exam, chosen and paid for by itself: the written test, the oral test.
    PartId, "a part"
);
typed_name!(
    /// A subject that can be sat: English, CET-4 written.
    SubjectId, "a subject"
);
typed_name!(
    /// A field of the registration form, or a column of the roster.
    FieldName, "a field"
);
typed_name!(
    /// A province, a school or a campus, by its code.
    OrganisationCode, "the code of an organisation"
);

impl PartId {
    /// The part of exams that have only one.
    pub fn main() -> Self {
        Self("main".into())
    }
}
