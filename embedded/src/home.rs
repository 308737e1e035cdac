//! The directory of one store: made, owned by the right user, locked against a second instance, with a place for
//! its socket whose path is short enough.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::error::EmbeddedError;
use crate::user::{self, UnprivilegedUser, unprivileged_user};

/// Linux allows 107 bytes for a socket's path, macOS 103.
const SOCKET_PATH_BYTES_MAX: usize = 100;
/// The longest name that either store gives its socket.
const SOCKET_NAME_BYTES_MAX: usize = ".s.PGSQL.5432".len();
/// Where root's stores live when their user cannot pass through the directory asked for (a clone under `/root`).
const REACHABLE: &str = "/var/lib/seathold";

/// A store's directory, locked for as long as this value lives.
#[derive(Debug)]
pub(crate) struct Home {
    dir: PathBuf,
    socket_dir: PathBuf,
    user: Option<UnprivilegedUser>,
    _lock: File,
}

impl Home {
    /// Makes or reopens the directory and takes its lock.
    pub(crate) fn open(program: &'static str, dir: &Path) -> Result<Self, EmbeddedError> {
        let user = unprivileged_user();
        if user::is_root() && user.is_none() {
            return Err(EmbeddedError::NoUser(program));
        }
        let dir = place(dir, user.as_ref()).map_err(EmbeddedError::directory(dir))?;
        let lock = take_lock(&dir)?;
        let socket_dir = socket_dir(&dir, user.as_ref()).map_err(EmbeddedError::directory(&dir))?;
        Ok(Self { dir, socket_dir, user, _lock: lock })
    }

    /// What the store writes. Not made here: Postgres wants to make it itself.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// A file or directory beside the data.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The directory of the store's socket.
    pub(crate) fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// The user that runs the store, when that is not ourselves.
    pub(crate) fn user(&self) -> Option<&UnprivilegedUser> {
        self.user.as_ref()
    }

    /// Makes a directory that only the store's user may enter, and gives it that whole tree.
    pub(crate) fn private_dir(&self, dir: &Path) -> Result<(), EmbeddedError> {
        private_dir(dir, self.user.as_ref()).map_err(EmbeddedError::directory(dir))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // A socket directory outside the home is of no use to anybody once the store is gone.
        if !self.socket_dir.starts_with(&self.dir) {
            let _ = fs::remove_dir_all(&self.socket_dir);
            let _ = fs::remove_file(self.dir.join("socket"));
        }
    }
}

/// The socket directory of the store that some other process runs over `dir`.
pub(crate) fn socket_dir_of(dir: &Path) -> Result<PathBuf, EmbeddedError> {
    dir.join("socket").canonicalize().map_err(EmbeddedError::directory(dir))
}

/// The real, absolute directory: the one asked for, or, when root asks for one that the store's user cannot pass
/// through, a reachable one that the asked-for name then links to.
fn place(dir: &Path, user: Option<&UnprivilegedUser>) -> io::Result<PathBuf> {
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent)?;
    if let Some(user) = user
        && !dir.exists()
        && !reachable(&parent.canonicalize()?, user)?
    {
        let elsewhere = unique_dir(Path::new(REACHABLE), 0o711)?;
        tracing::info!(dir = %elsewhere.display(), user = user.name, "the store's user cannot enter the data directory; its data is kept elsewhere");
        symlink(&elsewhere, dir)?;
    }
    make_private(dir)?;
    let dir = dir.canonicalize()?;
    if let Some(user) = user {
        // Only itself: what is inside may be large, and the lock stays ours.
        user.own(&dir)?;
    }
    match user {
        Some(user) if !reachable(&dir, user)? => {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("the user {} cannot enter it", user.name)))
        }
        _ => Ok(dir),
    }
}

fn reachable(dir: &Path, user: &UnprivilegedUser) -> io::Result<bool> {
    for ancestor in dir.ancestors() {
        if !user.may_enter(ancestor)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn take_lock(dir: &Path) -> Result<File, EmbeddedError> {
    let path = dir.join("lock");
    let lock = File::options().create(true).truncate(false).write(true).open(&path);
    let lock = lock.map_err(EmbeddedError::directory(dir))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(fs::TryLockError::WouldBlock) => Err(EmbeddedError::InUse(dir.to_owned())),
        Err(fs::TryLockError::Error(source)) => Err(EmbeddedError::Directory { dir: dir.to_owned(), source }),
    }
}

/// `socket/` in the home, or a link of that name to a short directory of our own under the temporary directory.
fn socket_dir(dir: &Path, user: Option<&UnprivilegedUser>) -> io::Result<PathBuf> {
    let inside = dir.join("socket");
    if inside.as_os_str().len() + 1 + SOCKET_NAME_BYTES_MAX <= SOCKET_PATH_BYTES_MAX {
        private_dir(&inside, user)?;
        return Ok(inside);
    }
    let owner = user.map_or_else(|| fs::metadata(dir).map(|meta| meta.uid()), |user| Ok(user.uid))?;
    if let Ok(earlier) = inside.canonicalize()
        && fs::metadata(&earlier)?.uid() == owner
    {
        return Ok(earlier);
    }
    let _ = fs::remove_file(&inside);
    let outside = unique_dir(&std::env::temp_dir().canonicalize()?, 0o700)?;
    private_dir(&outside, user)?;
    symlink(&outside, &inside)?;
    Ok(outside)
}

/// A new directory under `parent` whose name nobody had before.
fn unique_dir(parent: &Path, mode: u32) -> io::Result<PathBuf> {
    DirBuilder::new().recursive(true).mode(mode).create(parent)?;
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let dir = parent.join(format!("seathold-{:x}-{nanos:x}", std::process::id()));
    DirBuilder::new().mode(0o700).create(&dir)?;
    Ok(dir)
}

fn private_dir(dir: &Path, user: Option<&UnprivilegedUser>) -> io::Result<()> {
    make_private(dir)?;
    user.map_or(Ok(()), |user| user.own_tree(dir))
}

fn make_private(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    fs::set_permissions(dir, Permissions::from_mode(0o700))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_instance_is_refused_and_the_lock_ends_with_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), Permissions::from_mode(0o711)).unwrap();
        let home = dir.path().join("store");
        let first = Home::open("Redis", &home).unwrap();
        assert!(matches!(Home::open("Redis", &home), Err(EmbeddedError::InUse(_))));
        drop(first);
        Home::open("Redis", &home).unwrap();
    }

    #[test]
    fn a_long_path_gets_a_short_socket_that_is_removed_at_the_end() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), Permissions::from_mode(0o711)).unwrap();
        let parent = dir.path().join("a".repeat(90));
        DirBuilder::new().mode(0o711).create(&parent).unwrap();
        let home = Home::open("Redis", &parent.join("store")).unwrap();
        let socket_dir = home.socket_dir().to_owned();
        assert!(socket_dir.as_os_str().len() < 80, "{}", socket_dir.display());
        assert_eq!(socket_dir_of(&parent.join("store")).unwrap(), socket_dir);
        drop(home);
        assert!(!socket_dir.exists());
    }

    #[test]
    fn a_file_in_the_way_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Home::open("Redis", &file.join("store")).unwrap_err().to_string();
        assert!(error.contains("cannot be used"), "{error}");
    }
}
