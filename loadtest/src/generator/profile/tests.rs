//! Profile arithmetic: counts, order, and that the shape is what was asked for.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

/// Arrivals in each of `parts` equal spans.
#[expect(clippy::cast_possible_truncation, reason = "few parts")]
fn counts(profile: &Profile, parts: usize) -> Vec<u64> {
    let mut counts = vec![0; parts];
    let span = profile.length.as_secs_f64() / parts as f64;
    for index in 0..profile.candidates {
        let at = profile.arrival(index, 7).as_secs_f64();
        counts[((at / span) as usize).min(parts - 1)] += 1;
    }
    counts
}

fn assert_in_order(profile: &Profile) {
    let mut last = Duration::ZERO;
    for index in 0..profile.candidates {
        let at = profile.arrival(index, 7);
        assert!(at >= last && at <= profile.length, "{index} comes at {at:?} after {last:?}");
        last = at;
    }
}

#[test]
fn an_even_rate_has_the_same_number_in_every_second() {
    let profile = Profile::at_rate(500.0, Duration::from_secs(20)).unwrap();
    assert_eq!(profile.candidates, 10_000);
    assert_in_order(&profile);
    // A slot may straddle a boundary, so one may come on either side.
    assert!(counts(&profile, 20).iter().all(|count| count.abs_diff(500) <= 1));
}

#[test]
fn a_ramp_rises_in_a_straight_line() {
    let profile = Profile::ramp(0.0, 1_000.0, MINUTE).unwrap();
    assert_eq!(profile.candidates, 30_000);
    assert_in_order(&profile);
    let counts = counts(&profile, 6);
    for (part, count) in (0_u64..).zip(&counts) {
        // The sixth part number n has (2n + 1) / 36 of all.
        assert!(count.abs_diff(30_000 * (2 * part + 1) / 36) <= 2, "{counts:?}");
    }
}

#[test]
fn a_ramp_may_fall_and_may_be_flat() {
    let falling = Profile::ramp(800.0, 200.0, MINUTE).unwrap();
    assert_eq!(falling.candidates, 30_000);
    assert_in_order(&falling);
    let halves = counts(&falling, 2);
    assert!(halves[0].abs_diff(19_500) <= 2, "{halves:?}");
    let flat = Profile::ramp(100.0, 100.0, MINUTE).unwrap();
    assert!(counts(&flat, 6).iter().all(|count| count.abs_diff(1_000) <= 1));
}

#[test]
fn a_rush_is_thick_at_first_and_thin_at_last() {
    let profile = Profile::of_candidates(Shape::Rush, 60_000, MINUTE).unwrap();
    assert_in_order(&profile);
    let counts = counts(&profile, 60);
    assert_eq!(counts.iter().sum::<u64>(), 60_000);
    assert!((3_800..4_000).contains(&counts[0]), "{counts:?}");
    assert!((60..90).contains(&counts[59]), "{counts:?}");
}

#[test]
fn the_same_seed_gives_the_same_moments_and_another_does_not() {
    let profile = Profile::at_rate(10.0, MINUTE).unwrap();
    assert_eq!(profile.arrival(5, 1), profile.arrival(5, 1));
    assert_ne!(profile.arrival(5, 1), profile.arrival(5, 2));
}

#[test]
fn what_makes_no_sense_is_refused() {
    assert_eq!(Profile::at_rate(0.0, MINUTE), Err(ProfileError::Nobody));
    assert_eq!(Profile::at_rate(f64::NAN, MINUTE), Err(ProfileError::Nobody));
    assert_eq!(Profile::at_rate(f64::INFINITY, MINUTE), Err(ProfileError::Nobody));
    assert_eq!(Profile::at_rate(10.0, Duration::ZERO), Err(ProfileError::Nobody));
    assert_eq!(Profile::ramp(-5.0, 50.0, MINUTE), Err(ProfileError::Nobody));
    assert_eq!(Profile::of_candidates(Shape::Even, 0, MINUTE), Err(ProfileError::Nobody));
    assert_eq!(Profile::at_rate(1e9, MINUTE), Err(ProfileError::TooMany(60_000_000_000)));
}

#[test]
fn a_spike_has_its_share_in_its_seconds() {
    let shape = Shape::Spike { share: 0.3, within: Duration::from_secs(2) };
    let profile = Profile::of_candidates(shape, 10_000, MINUTE).unwrap();
    assert_in_order(&profile);
    let counts = counts(&profile, 60);
    assert!((2_999..=3_001).contains(&(counts[0] + counts[1])), "{counts:?}");
    assert!(counts[0].abs_diff(1_500) <= 1 && counts[2] < 600 && counts[59] < 30, "{counts:?}");
    let too_long = Shape::Spike { share: 0.3, within: MINUTE };
    assert!(matches!(Profile::of_candidates(too_long, 10, MINUTE), Err(ProfileError::SpikeTooLong { .. })));
}

#[test]
fn some_come_before_the_opening_and_the_shape_begins_with_it() {
    let opening = Opening { at: Duration::from_secs(10), early: Some(0.1) };
    let spike = Shape::Spike { share: 0.5, within: Duration::from_secs(1) };
    let profile = Profile::of_candidates(spike, 10_000, MINUTE).unwrap().opening(opening).unwrap();
    assert_in_order(&profile);
    let seen = counts(&profile, 60);
    assert!(seen[..10].iter().all(|count| count.abs_diff(100) <= 1), "{seen:?}");
    assert!(seen[10].abs_diff(4_500) <= 1, "half of those who are not early: {seen:?}");
    let nobody_early = Opening { early: Some(0.0), ..opening };
    let profile = Profile::of_candidates(Shape::Rush, 1_000, MINUTE).unwrap().opening(nobody_early).unwrap();
    assert_in_order(&profile);
    assert_eq!(counts(&profile, 60)[..10].iter().sum::<u64>(), 0);
    let unnoticed = Profile::at_rate(10.0, MINUTE).unwrap().opening(Opening { early: None, ..opening }).unwrap();
    assert!(counts(&unnoticed, 60).iter().all(|count| count.abs_diff(10) <= 1));
    let too_late = Profile::at_rate(10.0, MINUTE).unwrap().opening(Opening { at: MINUTE, early: None });
    assert!(matches!(too_late, Err(ProfileError::OpensTooLate { .. })));
}
