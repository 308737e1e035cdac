//! Who runs the stores when root starts them: Postgres refuses root, and Redis has no business being root.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use nix::unistd::{Uid, User, chown};

/// Tried in this order: one of our own, those that the packages bring (Debian and Fedora, then Homebrew), the last resort.
const CANDIDATES: [&str; 5] = ["seathold", "postgres", "_postgres", "redis", "nobody"];

/// A user without rights that the stores run as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnprivilegedUser {
    /// Its name, for messages.
    pub name: String,
    /// The user's number, uid.
    pub uid: u32,
    /// The number of the user's group, gid.
    pub gid: u32,
}

/// The user to run the stores as when this process is root and such a user exists; `None` when this process is
/// not root and the stores simply run as itself.
pub fn unprivileged_user() -> Option<UnprivilegedUser> {
    if !Uid::effective().is_root() {
        return None;
    }
    CANDIDATES.iter().find_map(|name| {
        let user = User::from_name(name).ok().flatten()?;
        Some(UnprivilegedUser { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw() })
    })
}

/// True when this process must not run a store as itself.
pub(crate) fn is_root() -> bool {
    Uid::effective().is_root()
}

impl UnprivilegedUser {
    /// Makes the command run as this user. The standard library drops root's other groups with it.
    pub(crate) fn run(&self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }

    /// Gives a file or directory to this user.
    pub(crate) fn own(&self, path: &Path) -> io::Result<()> {
        chown(path, Some(self.uid.into()), Some(self.gid.into())).map_err(io::Error::from)
    }

    /// Gives a directory and everything below it to this user; does nothing when it owns the directory already.
    pub(crate) fn own_tree(&self, dir: &Path) -> io::Result<()> {
        if fs::symlink_metadata(dir)?.uid() == self.uid {
            return Ok(());
        }
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                self.own_tree(&entry.path())?;
            } else {
                self.own(&entry.path())?;
            }
        }
        // Last, so that an interrupted walk is walked again.
        self.own(dir)
    }

    /// True when this user may pass through the directory to something inside it.
    pub(crate) fn may_enter(&self, dir: &Path) -> io::Result<bool> {
        let meta = fs::metadata(dir)?;
        let mode = meta.permissions().mode();
        let bit = match () {
            () if meta.uid() == self.uid => 0o100,
            () if meta.gid() == self.gid => 0o010,
            () => 0o001,
        };
        Ok(mode & bit != 0)
    }
}
