//! Where the machine's packages put Redis and Postgres: Debian, Fedora, Alpine and Homebrew, then `PATH`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::EmbeddedError;

/// Older Postgres lacks what the ledger uses.
const OLDEST_POSTGRES: u32 = 13;
const INSTALL_REDIS: &str = "`apt-get install redis-server`, `dnf install redis` or `brew install redis`";
const INSTALL_POSTGRES: &str =
    "`apt-get install postgresql`, `dnf install postgresql-server` or `brew install postgresql`";
/// Directories that hold one directory of binaries per version, with the part between that directory and the binaries.
const VERSIONED: [(&str, &str, &str); 5] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
];
const PLAIN: [&str; 7] = [
    "/usr/bin",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/opt/homebrew/bin",
    "/usr/local/pgsql/bin",
    "/home/linuxbrew/.linuxbrew/bin",
];

/// The binaries of one Postgres.
#[derive(Debug, Clone)]
pub(crate) struct PostgresPrograms {
    pub(crate) major: u32,
    pub(crate) postgres: PathBuf,
    pub(crate) initdb: PathBuf,
}

/// The Redis server, or Valkey, which some systems ship in its place.
pub(crate) fn redis_server() -> Result<PathBuf, EmbeddedError> {
    ["redis-server", "valkey-server"]
        .iter()
        .find_map(|name| plain_dirs().map(|dir| dir.join(name)).find(|path| path.is_file()))
        .ok_or(EmbeddedError::PackageMissing { program: "Redis", install: INSTALL_REDIS })
}

/// The server's program for data in `data`, for whoever starts it in ways of their own.
///
/// # Errors
/// [`EmbeddedError::PackageMissing`] and [`EmbeddedError::OtherVersion`].
pub fn postgres_program(data: &Path) -> Result<PathBuf, EmbeddedError> {
    Ok(postgres_for(data)?.postgres)
}

/// The Postgres that can serve `data`: of the version that wrote it, or the newest installed when it is new.
pub(crate) fn postgres_for(data: &Path) -> Result<PostgresPrograms, EmbeddedError> {
    let mut installed = installed_postgres();
    installed.sort_by_key(|programs| programs.major);
    let Some(newest) = installed.last().cloned() else {
        return Err(EmbeddedError::PackageMissing { program: "PostgreSQL", install: INSTALL_POSTGRES });
    };
    let Ok(found) = fs::read_to_string(data.join("PG_VERSION")) else { return Ok(newest) };
    let found = found.trim();
    installed.iter().find(|programs| programs.major.to_string() == found).cloned().ok_or_else(|| {
        let versions: Vec<String> = installed.iter().map(|programs| programs.major.to_string()).collect();
        EmbeddedError::OtherVersion {
            dir: data.to_owned(),
            found: found.to_owned(),
            installed: format!("PostgreSQL {}", versions.join(" and ")),
        }
    })
}

/// Every Postgres on this machine, each directory once.
fn installed_postgres() -> Vec<PostgresPrograms> {
    let mut seen = Vec::new();
    let mut programs = Vec::new();
    for dir in versioned_dirs().into_iter().chain(plain_dirs()) {
        // A `postgres` on PATH is often a link into the versioned directory, where its `initdb` is.
        let Ok(postgres) = dir.join("postgres").canonicalize() else { continue };
        let Some(home) = postgres.parent().map(Path::to_owned) else { continue };
        if seen.contains(&home) || !home.join("initdb").is_file() {
            continue;
        }
        if let Some(major) = major_version(&postgres).filter(|major| *major >= OLDEST_POSTGRES) {
            programs.push(PostgresPrograms { major, initdb: home.join("initdb"), postgres });
        }
        seen.push(home);
    }
    programs
}

fn versioned_dirs() -> Vec<PathBuf> {
    let mut dirs = Vec::new();
    for (parent, prefix, bin) in VERSIONED {
        let Ok(entries) = fs::read_dir(parent) else { continue };
        let named = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
        dirs.extend(named.map(|entry| entry.path().join(bin)));
    }
    dirs
}

fn plain_dirs() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = env::split_paths(&path).collect();
    on_path.into_iter().chain(PLAIN.iter().map(PathBuf::from))
}

/// `postgres (PostgreSQL) 15.8 (Debian 15.8-0)` → 15.
fn major_version(postgres: &Path) -> Option<u32> {
    let output = Command::new(postgres).arg("--version").output().ok()?;
    parse_major(&String::from_utf8_lossy(&output.stdout))
}

fn parse_major(line: &str) -> Option<u32> {
    let version = line.split_once("(PostgreSQL)")?.1.trim_start();
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta2\n"), Some(18));
        assert_eq!(parse_major("something else"), None);
    }

    #[test]
    fn data_of_a_version_that_is_not_installed_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("PG_VERSION"), "9\n").unwrap();
        let error = postgres_for(dir.path()).unwrap_err().to_string();
        assert!(error.contains("holds data of PostgreSQL 9, but this machine has PostgreSQL"), "{error}");
    }
}
