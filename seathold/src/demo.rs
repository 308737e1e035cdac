//! What `--demo` fills a site with: the exams of `ops/exams`, one staff member, one API key per scope. Doing it
//! again changes nothing.

mod calendar;
pub mod rush;

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use jiff::Timestamp;
use registration::desk::staff::{Role, StaffError};
use registration::secrets::api_keys::DEMO_NAME;
use registration::store::purpose;
use registration::store::purpose::{PublicSignIn, Purpose};
use reservation::api::auth::secret::new_key;
use reservation::ledger::api_keys::{Named, Scope, Scopes};
use rust_embed::RustEmbed;

use crate::cli::ServeArgs;
use crate::secrets::keep;
use crate::services::Services;
use crate::stores::Stores;

/// Printed at every start: a demo has nothing to guard.
const STAFF: PublicSignIn = PublicSignIn { name: "demo", password: "demo-seathold" };

/// In the binary, so that the demo works wherever it is started.
#[derive(RustEmbed)]
#[folder = "../ops/exams"]
struct ExamFiles;

/// Fills the site.
pub async fn fill(data: &Path, services: &Services) -> anyhow::Result<()> {
    import_exams(data, services).await.context("the demo's exams cannot be imported")?;
    match services.registration.staff.add(STAFF.name, STAFF.password, Role::Administrator).await {
        Ok(_) | Err(StaffError::NameTaken) => {}
        Err(error) => return Err(error).context("the demo's staff cannot be added"),
    }
    for (file, scopes) in [("admin", Scope::Admin.into()), ("hold", Scopes::from([Scope::Hold, Scope::Confirm]))] {
        let key = keep(&data.join(format!("api-key-{file}")), || Ok(new_key()))?;
        services.engine.add_api_key(DEMO_NAME, scopes, key.trim()).await.context("the demo's keys cannot be added")?;
    }
    Ok(())
}

/// A demo's passwords are public, so it is for this machine unless its operator says otherwise.
pub fn check_listeners(args: &ServeArgs) -> anyhow::Result<()> {
    let addresses = [("--listen", args.listen), ("--staff-listen", args.staff_listen)];
    for (flag, address) in addresses.into_iter().filter(|_| args.demo && !args.demo_public) {
        ensure!(
            address.ip().to_canonical().is_loopback(),
            "{flag} {address} lets other machines into a demo, whose passwords everybody knows: listen at 127.0.0.1, or \
             add --demo-public"
        );
    }
    Ok(())
}

/// Refuses a demo over real data, and real work over a demo's, before anything works with either.
pub async fn keep_apart(args: &ServeArgs, stores: &Stores) -> anyhow::Result<()> {
    let wanted = if args.demo { Purpose::Demo } else { Purpose::Real };
    Ok(purpose::establish(&stores.postgres, wanted, STAFF).await?)
}

/// Ends the keys that a demo over the same data had, when an earlier version let it run there.
pub async fn end_keys(services: &Services) -> anyhow::Result<()> {
    let ended = services.engine.revoke_api_keys(Named::Name(DEMO_NAME)).await?;
    if !ended.is_empty() {
        tracing::warn!(keys = ended.len(), "keys of a demo were good here, and are revoked now");
    }
    Ok(())
}

/// Who may sign in where.
pub fn welcome() -> String {
    format!("       sign in there as {} with the password {}", STAFF.name, STAFF.password)
}

async fn import_exams(data: &Path, services: &Services) -> anyhow::Result<()> {
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
        services.registration.exams.import(&dir).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn checked(arguments: &[&str]) -> Result<(), String> {
        let cli = Cli::parse_from(["seathold", "serve"].iter().chain(arguments));
        let Command::Serve(args) = cli.command else { unreachable!("it says serve") };
        check_listeners(&args).map_err(|error| error.to_string())
    }

    #[test]
    fn a_demo_listens_at_loopback_unless_said_otherwise() {
        for fine in [
            &["--demo", "--listen", "[::1]:0"][..],
            &["--demo", "--listen", "127.9.9.9:0", "--staff-listen", "[::ffff:127.0.0.1]:0"],
            &["--demo", "--demo-public", "--listen", "0.0.0.0:0"],
            &["--listen", "[::]:80", "--staff-listen", "192.0.2.1:0"],
        ] {
            assert_eq!(checked(fine), Ok(()), "{fine:?}");
        }
        for flag in ["--listen", "--staff-listen"] {
            let told = checked(&["--demo", flag, "192.0.2.1:0"]).unwrap_err();
            assert!(told.starts_with(&format!("{flag} 192.0.2.1:0 lets other machines into a demo")), "{told}");
        }
    }
}
