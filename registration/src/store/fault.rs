//! What Postgres said when it refused, for a log: the server's message, its SQLSTATE and the constraint. Never the
//! detail, which may quote a row; so neither the driver's error nor what it stands on is shown or handed out.

use std::error::Error as _;
use std::fmt;

use tokio_postgres::Error;

/// A fault of Postgres. `Display` and `Debug` quote no row, and there is no source below it.
pub struct PostgresFault(Error);

impl PostgresFault {
    /// Did the database refuse because of this constraint?
    pub(crate) fn violates(&self, constraint: &str) -> bool {
        crate::store::violates(&self.0, constraint)
    }

    /// Did Postgres refuse this very statement: its values, a constraint, a trigger, or a lock that others would not give?
    pub(crate) fn is_of_one_row(&self) -> bool {
        let code = self.0.code().map(|code| code.code());
        code.is_some_and(|code| matches!(&code[..2], "22" | "23" | "40" | "55" | "P0"))
    }
}

impl From<Error> for PostgresFault {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for PostgresFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.0)
    }
}

impl fmt::Debug for PostgresFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresFault({self})")
    }
}

impl std::error::Error for PostgresFault {}

fn write(f: &mut fmt::Formatter<'_>, error: &Error) -> fmt::Result {
    let Some(said) = error.as_db_error() else {
        // The driver's own words, and those of the line below it. A value that could not be sent is described by its type.
        write!(f, "{error}")?;
        return error.source().map_or(Ok(()), |source| write!(f, ": {source}"));
    };
    write!(f, "{} (SQLSTATE {}", said.message(), said.code().code())?;
    match (said.constraint(), said.table()) {
        (Some(constraint), Some(table)) => write!(f, ", constraint {constraint} of {table})"),
        (Some(constraint), None) => write!(f, ", constraint {constraint})"),
        _ => f.write_str(")"),
    }
}

/// What is known of any fault on the way to Postgres: where one of the driver's is at its bottom, that one.
pub(crate) fn described(error: &(dyn std::error::Error + 'static)) -> String {
    let mut below = Some(error);
    while let Some(each) = below {
        if let Some(fault) = each.downcast_ref::<Error>() {
            return Described(fault).to_string();
        }
        below = each.source();
    }
    error.to_string()
}

struct Described<'a>(&'a Error);

impl fmt::Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self.0)
    }
}
