//! One file per page: handler, then markup. What several draw stands in `view`; no page knows another, its folder's door
//! apart, which has what the folder's pages share.

pub(crate) mod account;
pub(crate) mod details;
pub(crate) mod eligibility;
pub(crate) mod exam;
pub(crate) mod forgotten;
pub(crate) mod home;
pub(crate) mod identity;
pub(crate) mod notified;
pub(crate) mod order;
pub(crate) mod proof;
pub(crate) mod sign;
pub(crate) mod site;
pub(crate) mod still_waits;
pub(crate) mod ticket;
pub(crate) mod waiting_room;
