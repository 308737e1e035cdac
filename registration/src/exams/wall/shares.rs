//! How an exam's seats are shared out among networks, as plain sums: no address, no index of one, nobody.

/// Of fewer seats nothing is told: a share would be somebody.
const SEATS_MIN: i64 = 100;

/// How the seats that candidates' pages gave since an opening are shared out among networks: 24 bits of IPv4, 48 of IPv6.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shares {
    /// Networks that were told apart and were given a seat.
    pub networks: i64,
    /// Seats that were given, to all of them and to others.
    pub seats: i64,
    /// Seats of the network that was given most.
    pub largest: i64,
    /// Seats of the ten networks that were given most.
    pub ten_largest: i64,
    /// Seats of networks that were not told apart, because there were too many.
    pub others: i64,
}

impl Shares {
    /// Are there so many seats that their shares are about nobody?
    pub fn is_told(&self) -> bool {
        self.seats >= SEATS_MIN
    }
}
