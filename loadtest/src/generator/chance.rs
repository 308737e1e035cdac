//! What is up to chance for one candidate, from the seed alone: the same seed gives the same rush.

/// The dice of one candidate. They do not depend on any other candidate's.
#[derive(Debug, Clone)]
pub struct Chance {
    dice: fastrand::Rng,
    arrival: f64,
    index: u64,
}

/// What a candidate does with a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Pays: freeze, then confirm.
    Confirm,
    /// Gives it back.
    Release,
    /// Walks away; the hold lapses.
    WalkAway,
}

impl Chance {
    /// The dice of candidate `index` under `seed`.
    pub fn of(seed: u64, index: u64) -> Self {
        // Neighbouring seeds must not give neighbouring dice: spread the index over all bits first
        // (the golden-ratio step and finaliser of SplitMix64).
        let mut mixed = seed ^ index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let mut dice = fastrand::Rng::with_seed(mixed ^ (mixed >> 31));
        let arrival = dice.f64();
        Self { dice, arrival, index }
    }

    /// Where within its slot the candidate comes, 0–1.
    pub fn arrival(&self) -> f64 {
        self.arrival
    }

    /// A sitting out of `count`.
    pub fn sitting(&mut self, count: usize) -> usize {
        self.dice.usize(..count.max(1))
    }

    /// What becomes of the seat, with these shares (0–1) of confirmed and released.
    pub fn fate(&mut self, confirm: f64, release: f64) -> Fate {
        let throw = self.dice.f64();
        if throw < confirm {
            Fate::Confirm
        } else if throw < confirm + release {
            Fate::Release
        } else {
            Fate::WalkAway
        }
    }

    /// An address that is this candidate's own, out of 10.0.0.0/8.
    pub fn address(&self) -> std::net::Ipv4Addr {
        let [_, .., a, b, c] = self.index.to_be_bytes();
        std::net::Ipv4Addr::new(10, a, b, c)
    }

    /// `time`, give or take half of it.
    pub fn about(&mut self, time: std::time::Duration) -> std::time::Duration {
        time.mul_f64(0.5 + self.part())
    }

    /// True for `share` (0–1) of all throws.
    pub fn happens(&mut self, share: f64) -> bool {
        self.dice.f64() < share
    }

    /// A number in 0–1, for waits that should not end all at once.
    pub fn part(&mut self) -> f64 {
        self.dice.f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_kept_and_dice_are_even() {
        let (mut confirmed, mut released) = (0, 0);
        let mut sittings = [0_u32; 4];
        for index in 0..100_000 {
            let mut chance = Chance::of(42, index);
            sittings[chance.sitting(4)] += 1;
            match chance.fate(0.6, 0.1) {
                Fate::Confirm => confirmed += 1,
                Fate::Release => released += 1,
                Fate::WalkAway => {}
            }
        }
        assert!((59_000..61_000).contains(&confirmed), "{confirmed}");
        assert!((9_500..10_500).contains(&released), "{released}");
        assert!(sittings.iter().all(|count| (24_400..25_600).contains(count)), "{sittings:?}");
    }

    #[test]
    fn all_or_nothing_is_exact() {
        for index in 0..1_000 {
            assert_eq!(Chance::of(1, index).fate(1.0, 0.0), Fate::Confirm);
            assert_eq!(Chance::of(1, index).fate(0.0, 1.0), Fate::Release);
            assert_eq!(Chance::of(1, index).fate(0.0, 0.0), Fate::WalkAway);
        }
    }
}
