//! What is being printed, and what was: one job at a time in a process, and its file for whoever asked for it, for a while and in
//! memory only, since names and photos stand on it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::body::Bytes;
use jiff::Timestamp;
use papers::Press;
use registration::desk::staff::StaffMember;
use registration::model::ids::StaffId;
use uuid::Uuid;

/// How long a file can be fetched.
pub(crate) const KEPT: Duration = Duration::from_mins(15);
/// Most jobs that are remembered, and most bytes of all their files.
const JOBS_MAX: usize = 8;
const BYTES_MAX: usize = 128 * 1024 * 1024;

/// Where papers of sites are printed, and the jobs of this process. Cloning is a few reference counts.
#[derive(Clone)]
pub(crate) struct Jobs {
    /// `None` on a machine without a font that has Chinese.
    press: Option<Arc<Press>>,
    known: Arc<Mutex<VecDeque<Job>>>,
}

/// One job, as far as it is.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) id: Uuid,
    by: StaffId,
    /// Who asked for it.
    pub(crate) by_name: String,
    /// What is printed: the site and the sitting.
    pub(crate) title: String,
    /// Where the page is on which it was asked for.
    pub(crate) path: String,
    pub(crate) begun_at: Timestamp,
    /// How many rooms it has, and how many of them are printed.
    pub(crate) rooms: usize,
    pub(crate) done: usize,
    pub(crate) state: State,
}

/// Where a job stands.
#[derive(Debug, Clone)]
pub(crate) enum State {
    Running,
    Done(File),
    Failed(Fault),
}

/// What was printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) bytes: Bytes,
    pub(crate) name: String,
    pub(crate) media_type: &'static str,
    /// Characters that no face has: a marked box stands in their place.
    pub(crate) missing: Vec<char>,
}

/// Why nothing was printed, as far as somebody can act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Whoever asked for it may not do so any more.
    Forbidden,
    /// It is more than one file holds.
    TooLarge,
    /// It took too long.
    TooSlow,
    /// The fault is ours.
    Broken,
}

/// What a job is about, before it begins.
pub(crate) struct NewJob<'a> {
    pub(crate) by: &'a StaffMember,
    pub(crate) title: String,
    pub(crate) path: String,
    pub(crate) rooms: usize,
    pub(crate) at: Timestamp,
}

impl Jobs {
    pub(crate) fn new(press: Option<Arc<Press>>) -> Self {
        Self { press, known: Arc::default() }
    }

    /// The press, where there is one.
    pub(crate) fn press(&self) -> Option<&Arc<Press>> {
        self.press.as_ref()
    }

    /// Begins a job, unless another one is under way: then that one.
    pub(crate) fn begin(&self, new: NewJob<'_>) -> Result<Running, Box<Job>> {
        let mut known = self.known();
        if let Some(running) = known.iter().find(|job| matches!(job.state, State::Running)) {
            return Err(Box::new(running.clone()));
        }
        let NewJob { by, title, path, rooms, at } = new;
        let id = Uuid::new_v4();
        let (by, by_name) = (by.id, by.name.clone());
        known.push_back(Job { id, by, by_name, title, path, begun_at: at, rooms, done: 0, state: State::Running });
        while known.len() > JOBS_MAX {
            known.pop_front();
        }
        Ok(Running { jobs: self.clone(), id, is_over: false })
    }

    /// A job of this member of staff.
    pub(crate) fn get(&self, id: Uuid, by: StaffId) -> Option<Job> {
        self.known().iter().find(|job| job.id == id && job.by == by).cloned()
    }

    /// What is under way, whoever asked for it.
    pub(crate) fn running(&self) -> Option<Job> {
        self.known().iter().find(|job| matches!(job.state, State::Running)).cloned()
    }

    /// Forgets a job with its file.
    pub(crate) fn forget(&self, id: Uuid) {
        self.known().retain(|job| job.id != id);
    }

    fn known(&self) -> MutexGuard<'_, VecDeque<Job>> {
        self.known.lock().expect("nothing panics while the jobs are held")
    }

    fn change(&self, id: Uuid, change: impl FnOnce(&mut Job)) {
        if let Some(job) = self.known().iter_mut().find(|job| job.id == id) {
            change(job);
        }
    }

    /// The oldest files go as soon as all together are too large.
    fn make_room(&self) {
        let bytes = |job: &Job| if let State::Done(file) = &job.state { file.bytes.len() } else { 0 };
        let mut known = self.known();
        while known.iter().map(bytes).sum::<usize>() > BYTES_MAX && known.len() > 1 {
            known.pop_front();
        }
    }
}

/// The job that is under way. Dropped before it has ended, it has failed: nothing waits for it for ever.
pub(crate) struct Running {
    jobs: Jobs,
    pub(crate) id: Uuid,
    is_over: bool,
}

impl Running {
    /// So many more rooms are printed.
    pub(crate) fn done(&self, rooms: usize) {
        self.jobs.change(self.id, |job| job.done = (job.done + rooms).min(job.rooms));
    }

    /// It has ended. Answers the jobs, of which it is still one.
    pub(crate) fn end(mut self, ended: Result<File, Fault>) -> Jobs {
        self.is_over = true;
        let state = ended.map_or_else(State::Failed, State::Done);
        self.jobs.change(self.id, |job| job.state = state);
        self.jobs.make_room();
        self.jobs.clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.is_over {
            self.jobs.change(self.id, |job| job.state = State::Failed(Fault::Broken));
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use registration::desk::staff::{Reach, Role};

    use super::*;

    pub(crate) fn member(number: u128) -> StaffMember {
        let (id, name) = (StaffId(Uuid::from_u128(number)), format!("staff-{number}"));
        StaffMember {
            id,
            name,
            role: Role::Administrator,
            reach: Reach::default(),
            session_epoch: 0,
            disabled_at: None,
        }
    }

    pub(crate) fn new(by: &StaffMember, rooms: usize) -> NewJob<'_> {
        NewJob { by, title: "东校区".to_owned(), path: "/arrange".to_owned(), rooms, at: Timestamp::UNIX_EPOCH }
    }

    pub(crate) fn file(bytes: usize) -> File {
        let bytes = Bytes::from(vec![0; bytes]);
        File { bytes, name: "papers.pdf".to_owned(), media_type: "application/pdf", missing: Vec::new() }
    }

    /// A job as its page shows it.
    pub(crate) fn job((rooms, done): (usize, usize), state: State) -> Job {
        Job {
            id: Uuid::from_u128(7),
            by: StaffId(Uuid::from_u128(9)),
            by_name: "li.min".to_owned(),
            title: "东校区 · 英语 · 一号楼".to_owned(),
            path: "/arrange/e/s/papers/0".to_owned(),
            begun_at: "2026-11-20T06:31:00Z".parse().unwrap(),
            rooms,
            done,
            state,
        }
    }

    #[test]
    fn one_job_is_under_way_and_its_file_is_for_whoever_asked_for_it() {
        let (jobs, one, other) = (Jobs::new(None), member(1), member(2));
        let running = jobs.begin(new(&one, 3)).ok().unwrap();
        let id = running.id;
        running.done(2);
        let busy = jobs.begin(new(&other, 1)).err().unwrap();
        assert_eq!((busy.by_name.as_str(), busy.done, busy.rooms), ("staff-1", 2, 3));
        running.end(Ok(file(7)));
        assert!(matches!(jobs.get(id, one.id).unwrap().state, State::Done(found) if found == file(7)));
        assert!(jobs.get(id, other.id).is_none() && jobs.running().is_none());
        jobs.forget(id);
        assert!(jobs.get(id, one.id).is_none());
    }

    #[test]
    fn a_job_that_breaks_off_keeps_nobody_from_the_next() {
        let (jobs, one) = (Jobs::new(None), member(1));
        let id = jobs.begin(new(&one, 1)).ok().unwrap().id;
        assert!(matches!(jobs.get(id, one.id).unwrap().state, State::Failed(Fault::Broken)));
        assert!(jobs.begin(new(&one, 1)).is_ok());
    }

    #[test]
    fn files_are_bounded_in_number_and_together() {
        let (jobs, one) = (Jobs::new(None), member(1));
        let mut made = Vec::new();
        for _ in 0..JOBS_MAX + 2 {
            let running = jobs.begin(new(&one, 1)).ok().unwrap();
            made.push(running.id);
            running.end(Ok(file(1)));
        }
        assert!(jobs.get(made[1], one.id).is_none() && jobs.get(made[2], one.id).is_some());
        let running = jobs.begin(new(&one, 1)).ok().unwrap();
        let large = running.id;
        running.end(Ok(file(BYTES_MAX)));
        assert!(jobs.get(large, one.id).is_some() && jobs.get(made[9], one.id).is_none());
    }
}
