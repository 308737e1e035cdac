//! One file per command. A command joins the server that runs over the same data, or opens the stores itself.

mod approvals;
mod audit;
mod books;
mod demo;
mod exam;
mod key;
mod pay;
mod reconcile;
mod rooms;
mod seating;
mod staff;
mod ticket;

use gateways::Gateways;
use registration::exams::definition::Emptying;
use registration::people::accounts::AccountSettings;

use crate::cli::{
    ApprovalsCommand, AuditCommand, BooksCommand, Cli, Command, DemoCommand, ExamCommand, KeyCommand, PayCommand,
    RoomsCommand, SeatingCommand, SiteArgs, StaffCommand, TicketCommand,
};
use crate::secrets::make_data_dir;
use crate::serve::serve;
use crate::services::Services;
use crate::stores::{Sharing, Stores};

/// Does what the command line says.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Serve(args) => Box::pin(serve(*args, None)).await,
        Command::Demo(DemoCommand::Rush(args)) => Box::pin(demo::rush(*args)).await,
        Command::Exam(ExamCommand::Import { dir, empty_roster, empty_past_scores, site }) => {
            let emptying = Emptying { roster: empty_roster, past_scores: empty_past_scores };
            Box::pin(exam::import(&dir, emptying, &site)).await
        }
        Command::Exam(ExamCommand::Check { dir }) => exam::check(&dir),
        Command::Books(BooksCommand::Check { site }) => books::check(&site).await,
        Command::Audit(AuditCommand::Verify { heads, site }) => audit::verify(heads.as_deref(), &site).await,
        Command::Audit(AuditCommand::Key { site }) => audit::key(&site).await,
        Command::Reconcile(args) => reconcile::reconcile(&args).await,
        Command::Pay(PayCommand::Check(args)) => pay::check::check(&args).await,
        Command::Pay(PayCommand::Try(args)) => pay::trial::pay(&args).await,
        Command::Key(KeyCommand::Add(args)) => key::add(&args).await,
        Command::Key(KeyCommand::Rotate { key, overlap_hours, site }) => key::rotate(key, overlap_hours, &site).await,
        Command::Key(KeyCommand::List { site }) => key::list(&site).await,
        Command::Key(KeyCommand::Revoke { key, site }) => key::revoke(&key, &site).await,
        Command::Staff(StaffCommand::Add { name, duty, password_stdin, site }) => {
            staff::add(&name, duty.duty(), password_stdin, &site).await
        }
        Command::Staff(StaffCommand::Invite { name, duty, site }) => staff::invite(&name, duty.duty(), &site).await,
        Command::Staff(StaffCommand::Role { name, duty, site }) => staff::set_duty(&name, &duty.duty(), &site).await,
        Command::Staff(StaffCommand::ResetFactor { name, site }) => staff::reset_factor(&name, &site).await,
        Command::Staff(StaffCommand::Link { name, subject, issuer, site }) => {
            staff::link(&name, (&issuer, &subject), &site).await
        }
        Command::Staff(StaffCommand::Unlink { name, site }) => staff::unlink(&name, &site).await,
        Command::Staff(StaffCommand::Sessions { name, end, site }) => staff::sessions(&name, end, &site).await,
        Command::Staff(StaffCommand::List { site }) => staff::list(&site).await,
        Command::Staff(StaffCommand::Disable { name, site }) => staff::set_disabled(&name, true, &site).await,
        Command::Staff(StaffCommand::Enable { name, site }) => staff::set_disabled(&name, false, &site).await,
        Command::Staff(StaffCommand::Password { name, password_stdin, site }) => {
            staff::password(&name, password_stdin, &site).await
        }
        Command::Approvals(ApprovalsCommand::List { site }) => approvals::list(&site).await,
        Command::Approvals(ApprovalsCommand::Agree { id, site }) => Box::pin(approvals::agree(id, &site)).await,
        Command::Approvals(ApprovalsCommand::Refuse { id, site }) => Box::pin(approvals::refuse(id, &site)).await,
        Command::Rooms(RoomsCommand::Import { file, site }) => rooms::import(&file, &site).await,
        Command::Seating(SeatingCommand::Seed { file }) => seating::seed(&file),
        Command::Seating(SeatingCommand::Draw { input, seed, record }) => seating::draw(&input, &seed, &record),
        Command::Seating(SeatingCommand::Verify { record }) => seating::verify(&record),
        Command::Ticket(TicketCommand::Verify { code, keys }) => ticket::verify(&code, &keys),
        Command::Ticket(TicketCommand::Keys { exam, rotate, site }) => {
            Box::pin(ticket::keys(&exam, rotate, &site)).await
        }
        Command::Ticket(TicketCommand::Issue { exam, site }) => Box::pin(ticket::issue(&exam, &site)).await,
    }
}

/// Runs `work` with everything open but the outside world, which hardly a command needs.
async fn with_services<T>(
    site: &SiteArgs,
    work: impl AsyncFnOnce(&Services) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    with_gateways(site, Gateways::default(), work).await
}

/// Runs `work` with everything open, and closes it all whatever comes of it.
async fn with_gateways<T>(
    site: &SiteArgs,
    gateways: Gateways,
    work: impl AsyncFnOnce(&Services) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    // What is open is large, and every command would carry it.
    let worked = async {
        let data = make_data_dir(&site.data)?;
        let stores = Stores::open(site, &data, Sharing::Joined).await?;
        let outcome = match Services::open(&stores, &data, gateways, AccountSettings::default()).await {
            Ok(services) => {
                let outcome = work(&services).await;
                Box::pin(services.stop()).await;
                outcome
            }
            Err(error) => Err(error),
        };
        stores.stop().await;
        outcome
    };
    Box::pin(worked).await
}
