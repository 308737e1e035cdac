//! One file per command. A command joins the server that runs over the same data, or opens the stores itself.

mod books;
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
    BooksCommand, Cli, Command, ExamCommand, KeyCommand, PayCommand, RoomsCommand, SeatingCommand, SiteArgs,
    StaffCommand, TicketCommand,
};
use crate::secrets::make_data_dir;
use crate::serve::serve;
use crate::services::Services;
use crate::stores::{Sharing, Stores};

/// Does what the command line says.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Serve(args) => Box::pin(serve(*args)).await,
        Command::Exam(ExamCommand::Import { dir, empty_roster, empty_past_scores, site }) => {
            let emptying = Emptying { roster: empty_roster, past_scores: empty_past_scores };
            Box::pin(exam::import(&dir, emptying, &site)).await
        }
        Command::Exam(ExamCommand::Check { dir }) => exam::check(&dir),
        Command::Books(BooksCommand::Check { site }) => books::check(&site).await,
        Command::Reconcile(args) => reconcile::reconcile(&args).await,
        Command::Pay(PayCommand::Check(args)) => pay::check::check(&args).await,
        Command::Pay(PayCommand::Try(args)) => pay::trial::pay(&args).await,
        Command::Key(KeyCommand::Add { scope, name, site }) => key::add(scope.into(), &name, &site).await,
        Command::Key(KeyCommand::List { site }) => key::list(&site).await,
        Command::Key(KeyCommand::Revoke { key, site }) => key::revoke(&key, &site).await,
        Command::Staff(StaffCommand::Add { name, role, password_stdin, site }) => {
            staff::add(&name, role.into(), password_stdin, &site).await
        }
        Command::Staff(StaffCommand::List { site }) => staff::list(&site).await,
        Command::Staff(StaffCommand::Disable { name, site }) => staff::set_disabled(&name, true, &site).await,
        Command::Staff(StaffCommand::Enable { name, site }) => staff::set_disabled(&name, false, &site).await,
        Command::Staff(StaffCommand::Password { name, password_stdin, site }) => {
            staff::password(&name, password_stdin, &site).await
        }
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
                services.stop().await;
                outcome
            }
            Err(error) => Err(error),
        };
        stores.stop().await;
        outcome
    };
    Box::pin(worked).await
}
