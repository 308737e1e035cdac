//! One file per page: handler, then markup. `hold`, `release`, `screenshot` and `sign_out` only act and lead on.

pub(crate) mod choice_words;
pub(crate) mod ended;
pub(crate) mod error;
pub(crate) mod exam;
pub(crate) mod exam_choice;
pub(crate) mod exam_chooser;
pub(crate) mod files;
pub(crate) mod hold;
pub(crate) mod home;
pub(crate) mod language;
pub(crate) mod me;
pub(crate) mod order;
pub(crate) mod order_parts;
pub(crate) mod payment_code;
pub(crate) mod payment_part;
pub(crate) mod poster;
pub(crate) mod receipt;
pub(crate) mod release;
pub(crate) mod screenshot;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod sign_up;
pub(crate) mod steps_view;
pub(crate) mod waiting;
pub(crate) mod waiting_view;
pub(crate) mod wechat;
