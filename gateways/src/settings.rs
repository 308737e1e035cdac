//! Where settings come from: environment variables, or values given in their place. A variable `NAME` may also be
//! given as `NAME_FILE`, the path of a file that holds the value: how secrets come into containers.

use std::collections::BTreeMap;
use std::{env, fs};

use secrecy::SecretString;

/// Longest value; certificates and keys included.
const VALUE_BYTES_MAX: usize = 64 * 1024;

/// Settings by the names of environment variables. Given values go before the environment's.
#[derive(Clone, Default)]
pub struct Variables {
    given: BTreeMap<String, String>,
    reads_environment: bool,
}

/// Why a setting cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// It is needed and not there.
    #[error("{0} is not set: set it, or {0}_FILE to the path of a file with its value")]
    Missing(String),
    /// It is there and wrong.
    #[error("{name} {why}")]
    Wrong {
        /// The variable that is missing.
        name: String,
        /// What is wrong, and what to do.
        why: String,
    },
}

impl Variables {
    /// Those of this process's environment.
    pub fn of_environment() -> Self {
        Self { given: BTreeMap::new(), reads_environment: true }
    }

    /// The same, with `given` before them.
    #[must_use]
    pub fn with<N: Into<String>, V: Into<String>>(mut self, given: impl IntoIterator<Item = (N, V)>) -> Self {
        self.given.extend(given.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// The value, if there is one; an empty one is none.
    pub fn optional(&self, name: &str) -> Result<Option<String>, SettingError> {
        if let Some(value) = self.plain(name) {
            return Ok(Some(value));
        }
        let Some(path) = self.plain(&format!("{name}_FILE")) else { return Ok(None) };
        let text =
            fs::read_to_string(&path).map_err(|error| wrong(name, format!("cannot be read from its file: {error}")))?;
        if text.len() > VALUE_BYTES_MAX {
            return Err(wrong(name, "has a file of more than 64 KiB: name the right one"));
        }
        let value = text.trim_end_matches(['\r', '\n']).to_owned();
        Ok(Some(value).filter(|value| !value.is_empty()))
    }

    /// The value of a variable that must be there.
    pub fn required(&self, name: &str) -> Result<String, SettingError> {
        self.optional(name)?.ok_or_else(|| SettingError::Missing(name.to_owned()))
    }

    /// The value, wrapped so that nothing prints it.
    pub fn secret(&self, name: &str) -> Result<SecretString, SettingError> {
        self.required(name).map(SecretString::from)
    }

    /// The value, or `default`.
    pub fn or(&self, name: &str, default: &str) -> Result<String, SettingError> {
        Ok(self.optional(name)?.unwrap_or_else(|| default.to_owned()))
    }

    fn plain(&self, name: &str) -> Option<String> {
        let value = self.given.get(name).cloned();
        let value = value.or_else(|| self.reads_environment.then(|| env::var(name).ok()).flatten());
        value.filter(|value| !value.is_empty())
    }
}

/// The error of a wrong value.
pub(crate) fn wrong(name: &str, why: impl Into<String>) -> SettingError {
    SettingError::Wrong { name: name.to_owned(), why: why.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stands_in_a_variable_or_in_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        fs::write(&path, "from the file\n").unwrap();
        let variables = Variables::default().with([("A", "1"), ("B", ""), ("KEY_FILE", path.to_str().unwrap())]);
        assert_eq!(variables.required("A").unwrap(), "1");
        assert_eq!(variables.optional("B").unwrap(), None);
        assert_eq!(variables.required("KEY").unwrap(), "from the file");
        let missing = variables.required("C").unwrap_err().to_string();
        assert_eq!(missing, "C is not set: set it, or C_FILE to the path of a file with its value");
        let unreadable = Variables::default().with([("D_FILE", "/nowhere/at/all")]).required("D").unwrap_err();
        assert!(unreadable.to_string().starts_with("D cannot be read from its file"));
    }
}
