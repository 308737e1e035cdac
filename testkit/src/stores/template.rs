//! A fresh Postgres costs an `initdb`: made once, kept under `target/`, copied for every test.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use embedded::{Durability, EmbeddedError, Postgres};

use crate::paths::{target_dir, temp_dir};

/// Starts Postgres over `home` from a copy of the template, making the template first when there is none or when
/// it is of another version than the machine's Postgres.
pub(crate) async fn start_postgres(home: &Path, durability: Durability) -> Postgres {
    for _ in 0..2 {
        let template = ready_template().await;
        copy_tree(&template, &home.join("data")).expect("the template is copied");
        match Postgres::start_with(home, durability).await {
            Err(EmbeddedError::OtherVersion { .. }) => {
                let _ = fs::remove_dir_all(&template);
                fs::remove_dir_all(home).expect("the copy is removed");
            }
            other => return other.unwrap_or_else(|error| panic!("Postgres for a test: {error}")),
        }
    }
    panic!("the template of Postgres does not fit the Postgres that made it");
}

/// The template's directory. One test makes it; the others wait at the lock.
async fn ready_template() -> PathBuf {
    let parent = target_dir().join("testkit");
    fs::create_dir_all(&parent).expect("target is writable");
    let template = parent.join("postgres");
    let lock = File::create(parent.join("postgres.lock")).expect("target is writable");
    // Not `lock()`: two tests of one thread would wait for each other.
    while lock.try_lock().is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    if !template.exists() {
        let made = temp_dir();
        let home = made.path().join("postgres");
        let postgres = Postgres::start_with(&home, Durability::Process).await;
        postgres.unwrap_or_else(|error| panic!("Postgres for a test: {error}")).stop().await;
        let unfinished = parent.join("postgres.unfinished");
        let _ = fs::remove_dir_all(&unfinished);
        copy_tree(&home.join("data"), &unfinished).expect("the template is copied");
        fs::rename(&unfinished, &template).expect("target is writable");
    }
    template
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_tree(&from, &to)?;
        } else {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}
