//! What roles and rights are called.

use std::borrow::Cow;

use pagekit::words::Words;
use registration::desk::permits::Right;
use registration::desk::staff::Role;

/// What a role is called.
pub(crate) fn role(w: Words, role: Role) -> Cow<'static, str> {
    match role {
        Role::Registrar => w.t("staff-role-registrar"),
        Role::Reviewer => w.t("staff-role-reviewer"),
        Role::Finance => w.t("staff-role-finance"),
        Role::Seating => w.t("staff-role-seating"),
        Role::Invigilator => w.t("staff-role-invigilator"),
        Role::Operator => w.t("staff-role-operator"),
        Role::Auditor => w.t("staff-role-auditor"),
        Role::Administrator => w.t("staff-role-administrator"),
    }
}

/// What whoever has the role is there for.
pub(crate) fn task(w: Words, role: Role) -> Cow<'static, str> {
    match role {
        Role::Registrar => w.t("role-task-registrar"),
        Role::Reviewer => w.t("role-task-reviewer"),
        Role::Finance => w.t("role-task-finance"),
        Role::Seating => w.t("role-task-seating"),
        Role::Invigilator => w.t("role-task-invigilator"),
        Role::Operator => w.t("role-task-operator"),
        Role::Auditor => w.t("role-task-auditor"),
        Role::Administrator => w.t("role-task-administrator"),
    }
}

/// What somebody may do who has the right.
pub(crate) fn right(w: Words, right: Right) -> Cow<'static, str> {
    match right {
        Right::See(_) => w.t("right-see"),
        Right::Decide(_) => w.t("right-decide"),
        Right::TakeOverCases => w.t("right-take-over"),
        Right::CorrectAccounts => w.t("right-correct"),
        Right::MoveRegistrations => w.t("right-move"),
        Right::TellCodes => w.t("right-codes"),
        Right::SeeMoney => w.t("right-see-money"),
        Right::MoveMoney => w.t("right-move-money"),
        Right::PayForGroups => w.t("right-groups"),
        Right::MakeInvoices => w.t("right-invoices"),
        Right::ArrangeSeats => w.t("right-arrange"),
        Right::CheckIn => w.t("right-check-in"),
        Right::AssignInvigilators => w.t("right-assign"),
        Right::ManageStaff => w.t("right-staff"),
        Right::ReadAudit => w.t("right-audit"),
        Right::ChangeImprint => w.t("right-imprint"),
        Right::SetRetention => w.t("right-retention"),
        Right::Watch => w.t("right-watch"),
        Right::Import => w.t("right-import"),
        Right::Export => w.t("right-export"),
        Right::EditExams => w.t("right-edit-exams"),
        Right::OpenAndClose => w.t("right-open-and-close"),
        Right::SeeCandidates => w.t("right-see-candidates"),
        Right::NoteOnCandidates => w.t("right-note-on-candidates"),
        Right::AnswerInquiries => w.t("right-answer-inquiries"),
        Right::ManageKeys => w.t("right-manage-keys"),
        Right::ManageWebhooks => w.t("right-manage-webhooks"),
    }
}
