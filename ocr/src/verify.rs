//! Is this the text that was expected? The forward score of CTC (Graves et al. 2006, section 4.1) of the expected text against
//! that of the best reading: not what the recogniser would write, but how probable it thinks the expected text.

use crate::alphabet::Letter;
use crate::reading::Reading;

/// How an expected text fits a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// By how much less probable it is than the best reading, as a logarithm: 0 is the best reading itself, 2.3 a tenth of it.
    pub behind: f64,
    /// Has the text a character that the recogniser does not know?
    pub has_unknown: bool,
}

/// What is said of an expected text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It stands there.
    Equal,
    /// Another text stands there.
    Differs,
    /// Neither is sure: somebody has to look.
    Unsure,
}

/// How an expected text fits a line, behind any of these beginnings (labels that may or may not be on the line).
pub fn fit(reading: &Reading, beginnings: &[Vec<Letter>], text: &[Letter]) -> Fit {
    let score = |beginning: &Vec<Letter>| {
        let whole: Vec<&Letter> = beginning.iter().chain(text).collect();
        forward(reading, &whole)
    };
    let expected = beginnings.iter().map(score).fold(f64::NEG_INFINITY, f64::max);
    let best = forward(reading, &reading.letters().iter().collect::<Vec<_>>()).max(expected);
    Fit { behind: best - expected, has_unknown: text.contains(&Letter::Unknown) }
}

/// The logarithm of the probability that the line says exactly this.
fn forward(reading: &Reading, text: &[&Letter]) -> f64 {
    let states = 2 * text.len() + 1;
    let steps = reading.steps();
    if steps == 0 {
        return if text.is_empty() { 0.0 } else { f64::NEG_INFINITY };
    }
    // States alternate: nothing, first letter, nothing, second letter, …
    let emits = |step: usize, state: usize| {
        if state.is_multiple_of(2) {
            f64::from(reading.nothing(step))
        } else {
            match text[state / 2] {
                Letter::Classes(classes) => {
                    classes.iter().map(|class| f64::from(reading.probability(step, *class))).sum()
                }
                Letter::Unknown => f64::from((1.0 - reading.nothing(step)).max(0.0)),
            }
        }
    };
    let mut now = vec![0.0; states];
    now[0] = emits(0, 0);
    if states > 1 {
        now[1] = emits(0, 1);
    }
    let mut logarithm = 0.0;
    for step in 1..steps {
        let before = now.clone();
        for state in 0..states {
            let mut sum = before[state];
            if state > 0 {
                sum += before[state - 1];
            }
            // Two equal letters have something between them.
            if state > 1 && state % 2 == 1 && text[state / 2] != text[state / 2 - 1] {
                sum += before[state - 2];
            }
            now[state] = sum * emits(step, state);
        }
        let whole: f64 = now.iter().sum();
        if whole <= 0.0 {
            return f64::NEG_INFINITY;
        }
        // Kept near one, so that long lines do not vanish.
        for state in &mut now {
            *state /= whole;
        }
        logarithm += whole.ln();
    }
    let end = now[states - 1] + if states > 1 { now[states - 2] } else { 0.0 };
    logarithm + end.ln()
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod verify_tests;
