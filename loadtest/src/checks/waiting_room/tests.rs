//! The order is checked from what candidates saw, and only a proof counts.

use super::*;

const SEED: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// SHA-256 of that, by another program.
const COMMITMENT: &str = "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd";

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn stay(index: u64, entered: u64, still_waiting: Option<u64>, admitted: Option<u64>) -> Stay {
    Stay {
        index,
        entered: (ms(entered), ms(entered + 2)),
        was_early: false,
        shuffled_as: None,
        still_waiting: still_waiting.map(ms),
        admitted: admitted.map(ms),
        has_seat: false,
        pushed_in: false,
    }
}

fn early(index: u64, still_waiting: Option<u64>, admitted: Option<u64>) -> Stay {
    Stay { was_early: true, ..stay(index, 1, still_waiting, admitted) }
}

fn room(admitted: u64) -> WaitingRoomReply {
    WaitingRoomReply { commitment: Some(COMMITMENT.to_owned()), seed: Some(SEED.to_owned()), waiting: 0, admitted }
}

/// The same score as the index.
fn by_index(stay: &Stay) -> Option<u64> {
    Some(stay.index)
}

#[test]
fn the_seed_must_fit_what_was_promised() {
    assert!(Shuffle::published(Some(SEED), COMMITMENT).unwrap().is_some());
    assert_eq!(Shuffle::published(None, COMMITMENT).err(), Some(SeedError::Secret));
    assert_eq!(Shuffle::published(Some("xy"), COMMITMENT).err(), Some(SeedError::Form));
    assert_eq!(Shuffle::published(Some("00"), COMMITMENT).err(), Some(SeedError::Broken));
}

#[test]
fn a_score_is_the_first_52_bits_of_the_hmac() {
    let shuffle = Shuffle::published(Some(SEED), COMMITMENT).unwrap().unwrap();
    // printf c1 | openssl dgst -sha256 -mac HMAC -macopt hexkey:SEED
    assert_eq!(format!("{:013x}", shuffle.score("c1")), "6bfa1bc231b63");
    assert_ne!(shuffle.score("c1"), shuffle.score("c2"));
}

#[test]
fn the_shuffle_decides_among_those_who_were_early() {
    let fair = [early(1, Some(100), Some(200)), early(2, Some(200), Some(300)), early(3, None, None)];
    assert_eq!(order(&fair, by_index), Order { early: 3, late: 0, violation: None });
    // Number 2 was told `admitted` at 150, and number 1 asked at 160 and still waited.
    let unfair = [early(1, Some(160), Some(200)), early(2, Some(100), Some(150))];
    assert_eq!(order(&unfair, by_index).violation, Some((1, 2)));
    assert_eq!(order(&unfair, |_| None).violation, None);
    let never = [early(1, Some(160), None), early(2, Some(100), Some(150))];
    assert_eq!(order(&never, by_index).violation, Some((1, 2)), "who left must not be passed over while asking");
}

#[test]
fn the_early_come_before_the_late_and_those_in_their_order() {
    let fair = [early(9, Some(90), Some(100)), stay(1, 50, Some(95), Some(110)), stay(2, 60, Some(100), Some(110))];
    assert_eq!(order(&fair, by_index).violation, None);
    let early_waits = [early(9, Some(120), Some(130)), stay(1, 50, None, Some(110))];
    assert_eq!(order(&early_waits, by_index).violation, Some((9, 1)));
    let overtaken = [stay(1, 50, Some(120), Some(130)), stay(2, 60, None, Some(110))];
    assert_eq!(order(&overtaken, by_index).violation, Some((1, 2)));
    // They asked at the same time: nobody knows who came first.
    let together = [stay(1, 50, Some(120), Some(130)), stay(2, 51, None, Some(110))];
    assert_eq!(order(&together, by_index).violation, None);
}

#[test]
fn checks_say_what_was_seen() {
    let name = |index: u64| format!("c{index}");
    let (fair, reply) = ([stay(1, 50, Some(60), Some(130))], room(1));
    assert_eq!(fairness(&fair, Some(&reply), name).state, CheckState::Passed);
    assert_eq!(fairness(&fair, None, name).state, CheckState::Skipped);
    let lied = WaitingRoomReply { seed: Some("00".to_owned()), ..room(1) };
    assert_eq!(fairness(&fair, Some(&lied), name).state, CheckState::Failed);
    let secret = WaitingRoomReply { seed: None, ..room(1) };
    assert_eq!(fairness(&[early(1, None, None)], Some(&secret), name).state, CheckState::Failed);

    // The order is that of the names in the shuffle, which may be others than those asked for.
    let shuffle = Shuffle::published(Some(SEED), COMMITMENT).unwrap().unwrap();
    let mut told = [1, 2].map(|index| (shuffle.score(&format!("k7-c{index}")), index));
    told.sort_unstable();
    let under = |index, waiting, admitted| Stay {
        shuffled_as: Some(format!("k7-c{index}").into()),
        ..early(index, waiting, Some(admitted))
    };
    let right = [under(told[0].1, Some(60), 100), under(told[1].1, Some(160), 200)];
    let wrong = [under(told[0].1, Some(160), 200), under(told[1].1, Some(60), 100)];
    assert_eq!(fairness(&right, Some(&reply), name).state, CheckState::Passed);
    assert_eq!(fairness(&wrong, Some(&reply), name).state, CheckState::Failed);

    assert_eq!(admission(&fair, Some(&reply)).state, CheckState::Passed);
    assert_eq!(admission(&fair, Some(&room(0))).state, CheckState::Failed);
    let pushed = [Stay { pushed_in: true, has_seat: true, ..stay(4, 1, None, None) }];
    assert!(admission(&pushed, Some(&reply)).detail.starts_with("1 candidate got a seat without"));
}
