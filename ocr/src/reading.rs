//! What the recogniser says of a line: a probability for each character at each of its steps (CTC: Graves et al. 2006).

use crate::alphabet::{Alphabet, Letter};

/// The class that stands for nothing.
const BLANK: usize = 0;

/// How probable each class is at each step.
pub struct Reading {
    probabilities: Vec<f32>,
    classes: usize,
    spaces: Vec<usize>,
    characters: Vec<Character>,
    letters: Vec<Letter>,
}

/// One character of the best reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Character {
    /// Which one it is.
    pub character: char,
    /// How probable it is where it is most probable, 0 to 1.
    pub probability: f32,
    /// Where on the line, 0 to 1.
    pub place: f32,
}

impl Reading {
    /// From the network's output, step by step.
    pub fn of(probabilities: Vec<f32>, steps: usize, alphabet: &Alphabet) -> Self {
        let classes = alphabet.len();
        debug_assert_eq!(probabilities.len(), steps * classes);
        let mut reading =
            Self { probabilities, classes, spaces: alphabet.spaces(), characters: Vec::new(), letters: Vec::new() };
        (reading.characters, reading.letters) = reading.best(alphabet);
        reading
    }

    /// How many steps there are.
    pub fn steps(&self) -> usize {
        self.probabilities.len() / self.classes
    }

    /// How probable a class is at a step, 0 to 1.
    pub fn probability(&self, step: usize, class: usize) -> f32 {
        self.probabilities[step * self.classes + class]
    }

    /// How probable it is that a step adds nothing: a blank, or a space, which says nothing either.
    pub fn nothing(&self, step: usize) -> f32 {
        self.probability(step, BLANK) + self.spaces.iter().map(|space| self.probability(step, *space)).sum::<f32>()
    }

    /// The best reading: at each step the most probable class. Spaces are left out.
    pub fn characters(&self) -> &[Character] {
        &self.characters
    }

    /// The best reading as a text, without spaces.
    pub fn text(&self) -> String {
        self.characters.iter().map(|character| character.character).collect()
    }

    /// The best reading, letter by letter.
    pub(crate) fn letters(&self) -> &[Letter] {
        &self.letters
    }

    fn best(&self, alphabet: &Alphabet) -> (Vec<Character>, Vec<Letter>) {
        let (mut found, mut letters) = (Vec::<Character>::new(), Vec::new());
        let mut last = BLANK;
        for step in 0..self.steps() {
            let row = &self.probabilities[step * self.classes..(step + 1) * self.classes];
            let (class, probability) = most_probable(row);
            let is_again = class == last;
            last = class;
            if class == BLANK || self.spaces.contains(&class) {
                continue;
            }
            #[expect(clippy::cast_precision_loss, reason = "steps of a line")]
            let place = (step as f32 + 0.5) / self.steps() as f32;
            match (is_again, found.last_mut()) {
                (true, Some(same)) if same.probability >= probability => {}
                (true, Some(same)) => (same.probability, same.place) = (probability, place),
                _ => {
                    if let Some(character) = alphabet.character(class) {
                        found.push(Character { character, probability, place });
                        letters.push(Letter::Classes(vec![class]));
                    }
                }
            }
        }
        (found, letters)
    }
}

/// The most probable class and its probability. A line has a million probabilities: they are compared side by side, as
/// processors do at once.
fn most_probable(row: &[f32]) -> (usize, f32) {
    const LANES: usize = 16;
    let mut lanes = [0.0_f32; LANES];
    let chunks = row.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, probability) in lanes.iter_mut().zip(chunk) {
            *lane = if *probability > *lane { *probability } else { *lane };
        }
    }
    let most = lanes.iter().chain(rest).copied().fold(0.0, f32::max);
    (row.iter().position(|probability| *probability >= most).unwrap_or(BLANK), most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_most_probable_class_is_found_wherever_it_is(row in prop::collection::vec(0.0_f32..1.0, 1..70)) {
            let (class, probability) = most_probable(&row);
            prop_assert!(row.iter().all(|other| *other <= probability));
            prop_assert!(row[class] >= probability && row[..class].iter().all(|other| *other < probability));
        }
    }
}
