//! What `--demo` fills a site with: the exams of `ops/exams`, one staff member, one API key per scope. Doing it
//! again changes nothing.

mod calendar;

use std::fs;
use std::path::Path;

use anyhow::Context;
use jiff::Timestamp;
use registration::staff::{Role, StaffError};
use reservation::ledger::api_keys::Scope;
use rust_embed::RustEmbed;

use crate::rooms::Rooms;
use crate::secrets::{keep, new_api_key};

/// Printed at every start: a demo has nothing to guard.
const STAFF_NAME: &str = "demo";
const STAFF_PASSWORD: &str = "demo-seathold";

/// In the binary, so that the demo works wherever it is started.
#[derive(RustEmbed)]
#[folder = "../ops/exams"]
struct ExamFiles;

/// Fills the site.
pub async fn fill(data: &Path, rooms: &Rooms) -> anyhow::Result<()> {
    import_exams(data, rooms).await.context("the demo's exams cannot be imported")?;
    match rooms.registration.staff.add(STAFF_NAME, STAFF_PASSWORD, Role::Administrator).await {
        Ok(_) | Err(StaffError::NameTaken) => {}
        Err(error) => return Err(error).context("the demo's staff cannot be added"),
    }
    for scope in [Scope::Admin, Scope::Hold] {
        let key = keep(&data.join(format!("api-key-{}", scope.as_str())), new_api_key)?;
        rooms.engine.add_api_key("demo", scope, key.trim()).await.context("the demo's keys cannot be added")?;
    }
    Ok(())
}

/// Who may sign in where.
pub fn welcome() -> String {
    format!("       sign in there as {STAFF_NAME} with the password {STAFF_PASSWORD}")
}

async fn import_exams(data: &Path, rooms: &Rooms) -> anyhow::Result<()> {
    let exams = data.join("demo-exams");
    // What an earlier version had there is not this version's demo.
    if exams.exists() {
        fs::remove_dir_all(&exams)?;
    }
    for path in ExamFiles::iter() {
        let file = exams.join(&*path);
        let contents = ExamFiles::get(&path).context("the binary lacks one of its own files")?.data;
        fs::create_dir_all(file.parent().unwrap_or(&exams))?;
        fs::write(&file, contents)?;
    }
    for exam in fs::read_dir(&exams)? {
        let dir = exam?.path();
        calendar::bring_to(&dir, Timestamp::now())?;
        rooms.registration.exams.import(&dir).await?;
    }
    Ok(())
}
