//! Ports that tests give to their servers: each is one test's for as long as its process lives, whatever else runs beside it.

use std::fs::{self, File};
use std::net::TcpListener;
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::paths::target_dir;

/// Below what systems give to outgoing connections, which could take the port of a server that is down.
const PORTS: Range<u16> = 20_000..30_000;

/// What says to other tests that a port is ours; the system lets go of it when this process ends, however that comes.
static OURS: Mutex<Vec<File>> = Mutex::new(Vec::new());

/// A port of loopback that nobody listens at. No other test is given it while this one runs, so that a server may start at it,
/// end, and start at it again.
pub fn free_port() -> u16 {
    free_ports(1)[0]
}

/// The same, so many of them.
pub(crate) fn free_ports(count: usize) -> Vec<u16> {
    let dir = target_dir().join("ports");
    fs::create_dir_all(&dir).expect("target is writable");
    let (first, span) = (std::process::id(), u32::from(PORTS.end - PORTS.start));
    // Seven is no divisor of how many there are: all of them come, and tests that run at once begin at different ones.
    let place = |step: u32| u16::try_from((first % span + 7 * step) % span).expect("smaller than a port");
    let numbers = (0..span).map(|step| PORTS.start + place(step));
    let ports: Vec<u16> = numbers.filter(|port| is_taken_by_us(&dir, *port)).take(count).collect();
    assert_eq!(ports.len(), count, "the machine has free ports");
    ports
}

/// Takes the port, unless another test has it or somebody listens there.
fn is_taken_by_us(dir: &Path, port: u16) -> bool {
    let lock = File::options().create(true).truncate(false).write(true).open(dir.join(port.to_string()));
    let lock = lock.expect("target is writable");
    if lock.try_lock().is_err() || TcpListener::bind(("127.0.0.1", port)).is_err() {
        return false;
    }
    OURS.lock().unwrap_or_else(PoisonError::into_inner).push(lock);
    true
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_port_is_given_out_once_and_not_while_somebody_listens_there() {
        let ports: HashSet<u16> = free_ports(40).into_iter().chain([free_port()]).collect();
        assert_eq!(ports.len(), 41);
        assert!(ports.iter().all(|port| PORTS.contains(port)));
        let dir = target_dir().join("ports");
        let (port, listened) = (*ports.iter().next().expect("there are some"), free_port());
        assert!(!is_taken_by_us(&dir, port), "it is ours already");
        OURS.lock().expect("nobody panicked").pop();
        let listener = TcpListener::bind(("127.0.0.1", listened)).expect("nobody listens there");
        assert!(!is_taken_by_us(&dir, listened));
        drop(listener);
        assert!(is_taken_by_us(&dir, listened));
    }
}
