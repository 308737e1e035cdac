//! Where tests put things: short-lived ones under the temporary directory, lasting ones under `target/`.

use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::sys::statfs::{TMPFS_MAGIC, statfs};
use nix::sys::statvfs::{Statvfs, statvfs};
use tempfile::TempDir;

/// The build's target directory: the one with cargo's notes on the compiler above the running test. (Its
/// `CACHEDIR.TAG` is no sign: cargo leaves it out where the directory was there before.)
pub(crate) fn target_dir() -> PathBuf {
    let exe = env::current_exe().expect("the system knows which program runs");
    let target = exe.ancestors().find(|dir| dir.join(".rustc_info.json").is_file());
    target.expect("tests run from a directory that cargo made").to_owned()
}

/// The directory of the build's profile, where cargo puts binaries: `target/debug`.
pub(crate) fn profile_dir() -> PathBuf {
    let exe = env::current_exe().expect("the system knows which program runs");
    let deps = exe.ancestors().find(|dir| dir.file_name().is_some_and(|name| name == "deps"));
    // A program that is no test, such as `perf`, stands in the profile's directory itself.
    deps.unwrap_or(&exe).parent().expect("a program is in a directory").to_owned()
}

/// Linux's directory in memory.
const MEMORY: &str = "/dev/shm";
/// So much memory is left to others. A test's stores take some 60 MB, and few tests run at once.
const MEMORY_LEFT_BYTES: u128 = 4 << 30;

/// A new directory that is removed with its handle, and that the stores' own user may pass through when root
/// runs the tests.
pub(crate) fn temp_dir() -> TempDir {
    let parent = short_lived_dir();
    let dir = tempfile::Builder::new().prefix("seathold-").tempdir_in(parent);
    let dir = dir.expect("the temporary directory is writable");
    pass_through(dir.path());
    dir
}

/// Memory where there is plenty, unless `TMPDIR` says otherwise: a Postgres is a thousand files, and to make and remove them
/// for every test took a third of all that the tests did, as ext4 looks long for inodes that were not deleted just now.
fn short_lived_dir() -> PathBuf {
    let bytes = |of: Statvfs| u128::from(of.blocks_available()) * u128::from(of.fragment_size());
    let plenty = || statvfs(MEMORY).is_ok_and(|of| bytes(of) > MEMORY_LEFT_BYTES);
    if env::var_os("TMPDIR").is_none() && plenty() { PathBuf::from(MEMORY) } else { env::temp_dir() }
}

/// The same, on a disk: what is measured of a store that writes through to the disk means nothing in memory.
pub(crate) fn disk_dir() -> TempDir {
    let in_memory = |dir: &Path| statfs(dir).is_ok_and(|of| of.filesystem_type() == TMPFS_MAGIC);
    let mut parent = env::temp_dir();
    if in_memory(&parent) {
        parent = target_dir().join("tmp");
        fs::create_dir_all(&parent).expect("target is writable");
    }
    let dir = tempfile::Builder::new().prefix("seathold-").tempdir_in(parent);
    let dir = dir.expect("the temporary directory is writable");
    pass_through(dir.path());
    dir
}

fn pass_through(dir: &Path) {
    fs::set_permissions(dir, Permissions::from_mode(0o711)).expect("the directory is ours");
}
