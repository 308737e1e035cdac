//! The forward score against all paths counted one by one, and what follows for texts that are and are not there.

use proptest::prelude::*;

use super::*;
use crate::alphabet::Alphabet;

/// Blank, a, b, c, space.
const CLASSES: usize = 5;

fn alphabet() -> Alphabet {
    Alphabet::of("a\nb\nc")
}

/// Rows that add up to one.
fn steps(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Vec<f32>>> {
    let row = prop::collection::vec(0.01_f32..1.0, CLASSES).prop_map(|row| {
        let sum: f32 = row.iter().sum();
        row.into_iter().map(|part| part / sum).collect()
    });
    prop::collection::vec(row, count)
}

fn reading(steps: &[Vec<f32>]) -> Reading {
    Reading::of(steps.concat(), steps.len(), &alphabet())
}

/// The probability of a text as the sum over every path that says it.
fn counted(steps: &[Vec<f32>], text: &str) -> f64 {
    let mut sum = 0.0;
    for path in 0..CLASSES.pow(u32::try_from(steps.len()).unwrap()) {
        let classes: Vec<usize> =
            (0..steps.len()).map(|step| path / CLASSES.pow(u32::try_from(step).unwrap()) % CLASSES).collect();
        let mut said = String::new();
        let mut last = 0;
        for class in &classes {
            // A space says as little as a blank.
            let class = if *class == CLASSES - 1 { 0 } else { *class };
            if class != 0 && class != last {
                said.push(['a', 'b', 'c'][class - 1]);
            }
            last = class;
        }
        if said == text {
            sum += classes.iter().zip(steps).map(|(class, row)| f64::from(row[*class])).product::<f64>();
        }
    }
    sum
}

/// What a network says that is this sure of a text.
fn sure(text: &str, probability: f32) -> Reading {
    let mut rows = vec![vec![0.0; CLASSES]; 2 * text.len() + 1];
    for (step, row) in rows.iter_mut().enumerate() {
        let class = if step % 2 == 1 { usize::from(text.as_bytes()[step / 2] - b'a') + 1 } else { 0 };
        #[allow(clippy::cast_precision_loss, reason = "small whole numbers")]
        row.fill((1.0 - probability) / (CLASSES - 1) as f32);
        row[class] = probability;
    }
    reading(&rows)
}

fn behind(reading: &Reading, text: &str) -> Fit {
    let alphabet = alphabet();
    fit(reading, &[Vec::new(), alphabet.letters("c")], &alphabet.letters(text))
}

proptest! {
    #[test]
    fn the_forward_score_is_the_sum_over_all_paths(steps in steps(1..6), text in "[abc]{0,3}") {
        let letters = alphabet().letters(&text);
        let score = forward(&reading(&steps), &letters.iter().collect::<Vec<_>>());
        let counted = counted(&steps, &text);
        if counted == 0.0 {
            prop_assert!(score < -30.0);
        } else {
            prop_assert!((score - counted.ln()).abs() < 1e-3, "{score} {}", counted.ln());
        }
    }

    #[test]
    fn what_is_surely_there_is_not_behind_and_what_is_not_is(text in "[ab]{1,4}", other in "[abc]{1,4}", sure_of in 0.9_f32..0.999) {
        let reading = sure(&text, sure_of);
        prop_assert!(behind(&reading, &text).behind < 0.01);
        if other != text && other != format!("c{text}") {
            prop_assert!(behind(&reading, &other).behind > f64::from(sure_of / (1.0 - sure_of)).ln() - 1.3);
        }
    }

    #[test]
    fn a_character_that_nobody_can_write_is_never_behind_where_something_stands(text in "[ab]{1,3}") {
        let reading = sure(&text, 0.95);
        let unknown = format!("{}龘", &text[..text.len() - 1]);
        let fit = behind(&reading, &unknown);
        prop_assert!(fit.has_unknown && fit.behind < 0.5, "{fit:?}");
    }
}

#[test]
fn a_label_before_the_text_changes_nothing() {
    assert!(behind(&sure("cab", 0.95), "ab").behind < 0.01);
    assert!(behind(&sure("bab", 0.95), "ab").behind > 2.0);
    assert_eq!(sure("cab", 0.95).text(), "cab");
}
