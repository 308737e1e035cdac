//! How many connections come from one address: nobody alone takes the places of all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use httpkit::limits::ClientAddress;

/// The open connections by network; there are never more networks than connections.
#[derive(Debug, Clone)]
pub(super) struct Neighbours {
    most: usize,
    open: Arc<Mutex<HashMap<u64, usize>>>,
}

/// One connection's place among those of its network; given back when dropped.
#[derive(Debug)]
pub(super) struct Neighbour {
    network: u64,
    open: Arc<Mutex<HashMap<u64, usize>>>,
}

impl Neighbours {
    /// At most so many from one network.
    pub(super) fn new(most: usize) -> Self {
        Self { most, open: Arc::default() }
    }

    /// One more from this address, unless there are too many.
    pub(super) fn come(&self, from: IpAddr) -> Option<Neighbour> {
        let network = ClientAddress(from).network();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(network).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Neighbour { network, open: self.open.clone() })
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_leaves_room_and_comes_again_when_one_has_gone() {
        let neighbours = Neighbours::new(2);
        let come = |address: &str| neighbours.come(address.parse().unwrap());
        let first = come("192.0.2.1").unwrap();
        let second = come("::ffff:192.0.2.1").unwrap();
        assert!(come("192.0.2.1").is_none());
        let _other = come("192.0.2.2").unwrap();
        drop(first);
        let third = come("192.0.2.1").unwrap();
        let _phone = come("2001:db8:0:1::1").unwrap();
        let _tablet = come("2001:db8:0:1::2").unwrap();
        assert!(come("2001:db8:0:1:ffff::3").is_none());
        drop((second, third));
        assert_eq!(neighbours.open.lock().unwrap().len(), 2, "who has gone is forgotten");
    }
}
