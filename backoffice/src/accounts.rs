//! Putting accounts right, for administrators.

pub(crate) mod correct;
mod field;
mod found;
pub(crate) mod rebind;

use registration::desk::staff::Role;

use crate::failure::Failure;
use crate::request::visit::Visit;

#[cfg(test)]
pub(crate) use found::Found;

fn administrators(visit: &Visit) -> Result<(), Failure> {
    if visit.staff.role == Role::Administrator { Ok(()) } else { Err(Failure::Forbidden) }
}
