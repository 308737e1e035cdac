//! A job: reads who sits in the rooms, prints them part by part, and puts the parts into one file. One room after the other is
//! read, and nobody's photo is kept any longer than the part is printed in.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pagekit::words::Words;
use papers::{Paper, PaperError, Press, ROOMS_MAX, RoomPapers, Sheet, SitePapers};
use registration::Registration;
use registration::desk::staff::StaffMember;
use registration::model::exam::{Exam, ExamSitting};
use registration::rooms::RoomError;
use registration::rooms::tickets::PaperRoom;
use seating::Rules;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use super::bundle::{Bundle, parts};
use super::fill::{self, Of, door_number};
use super::jobs::{Fault, File, KEPT, Running};

/// No part of a job begins later than that: some ten times what a hundred rooms need. What is in the press cannot be stopped, and
/// another job begins only when it has ended.
const JOB_MAX: Duration = Duration::from_secs(600);

/// What is printed, for whom.
pub(super) struct Task {
    pub(super) registration: Registration,
    pub(super) press: Arc<Press>,
    pub(super) staff: StaffMember,
    pub(super) words: Words,
    pub(super) exam: Arc<Exam>,
    pub(super) sitting: ExamSitting,
    pub(super) rules: Rules,
    /// Rooms of one site.
    pub(super) rooms: Vec<PaperRoom>,
    pub(super) sheets: Vec<Sheet>,
    /// Who prints it from which arrangement, as it stands at the foot of every page.
    pub(super) printed: String,
    /// What the file is called, without its ending.
    pub(super) name: String,
    pub(super) at: Timestamp,
}

/// Prints, and forgets the file after a while.
pub(super) async fn run(task: Task, job: Running) {
    let ended = task.print(&job).await;
    let id = job.id;
    let jobs = job.end(ended);
    drop(task);
    sleep(KEPT).await;
    jobs.forget(id);
}

impl Task {
    async fn print(&self, job: &Running) -> Result<File, Fault> {
        let has_counts = self.sheets.contains(&Sheet::Counts);
        let of_rooms: Vec<Sheet> = self.sheets.iter().copied().filter(|sheet| *sheet != Sheet::Counts).collect();
        let parts = parts(&self.rooms, of_rooms.len());
        let is_one = parts.len() == 1;
        let mut bundle = Bundle::new(is_one);
        let (mut counted, mut missing) = (Vec::new(), BTreeSet::new());
        let until = Instant::now() + JOB_MAX;
        for (number, part) in (1..).zip(&parts) {
            if Instant::now() > until {
                return Err(Fault::TooSlow);
            }
            let rooms = self.read(part, &mut counted).await?;
            // What fits into one file begins with the counts; else they are counted first, and come in a file of their own.
            let sheets = if is_one { self.sheets.clone() } else { of_rooms.clone() };
            if !sheets.is_empty() {
                let paper = self.press(rooms, sheets).await?;
                missing.extend(paper.missing);
                bundle.add(&part_name(number, &self.rooms[part.clone()]), paper.pdf)?;
            }
            job.done(part.len());
        }
        if has_counts && !is_one {
            for (number, rooms) in (1..).zip(counted.chunks(ROOMS_MAX)) {
                let paper = self.press(rooms.to_vec(), vec![Sheet::Counts]).await?;
                bundle.add(&format!("00-counts-{number}"), paper.pdf)?;
            }
        }
        let (bytes, ending, media_type) = bundle.end()?;
        let (bytes, name) = (bytes.into(), format!("{}.{ending}", self.name));
        Ok(File { bytes, name, media_type, missing: missing.into_iter().collect() })
    }

    /// The rooms of a part with whoever sits there; their counts are kept.
    async fn read(&self, part: &Range<usize>, counted: &mut Vec<RoomPapers>) -> Result<Vec<RoomPapers>, Fault> {
        let with_photos = self.sheets.contains(&Sheet::Map);
        let mut rooms = Vec::with_capacity(part.len());
        for room in &self.rooms[part.clone()] {
            let which = (&self.sitting.id, room.room.id);
            let seated = self.registration.tickets.seated(&self.staff, &self.exam, which, with_photos);
            let filled = fill::room(self.of(), room, seated.await.map_err(unread)?);
            let bare =
                RoomPapers { number: filled.number.clone(), counts: filled.counts.clone(), ..Default::default() };
            counted.push(bare);
            rooms.push(filled);
        }
        Ok(rooms)
    }

    async fn press(&self, rooms: Vec<RoomPapers>, sheets: Vec<Sheet>) -> Result<Paper, Fault> {
        let site = &self.rooms.first().ok_or(Fault::Broken)?.site;
        let papers = SitePapers { rooms, made_at: self.at, ..fill::site(self.of(), site, &self.printed) };
        let press = Arc::clone(&self.press);
        match spawn_blocking(move || press.site(&papers, &sheets)).await {
            Ok(Ok(paper)) => Ok(paper),
            Ok(Err(error)) => Err(unprinted(&error)),
            Err(_) => {
                tracing::error!("printing papers of a site broke off");
                Err(Fault::Broken)
            }
        }
    }

    fn of(&self) -> Of<'_> {
        Of { w: self.words, exam: &self.exam, sitting: &self.sitting, rules: &self.rules }
    }
}

/// What a part is called within a ZIP: its rooms, so that it can be found by them.
fn part_name(number: usize, rooms: &[PaperRoom]) -> String {
    let door = |room: Option<&PaperRoom>| door_number(room.map_or(0, |room| room.number));
    format!("{number:02}-rooms-{}-{}", door(rooms.first()), door(rooms.last()))
}

fn unread(error: RoomError) -> Fault {
    if let RoomError::Forbidden(_) = error {
        return Fault::Forbidden;
    }
    tracing::error!(%error, "papers of a site could not be filled");
    Fault::Broken
}

fn unprinted(error: &PaperError) -> Fault {
    if let PaperError::TooMuch { .. } = error {
        return Fault::TooLarge;
    }
    tracing::error!(%error, "papers of a site could not be printed");
    Fault::Broken
}
