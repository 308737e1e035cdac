//! The characters that the recogniser knows, and texts as it may write them.

use std::collections::HashMap;

/// The recogniser's characters by their class. Class 0 is the blank of CTC, the last one a space.
#[derive(Debug)]
pub struct Alphabet {
    characters: Vec<char>,
    classes: HashMap<char, usize>,
}

/// One character of an expected text: the classes that are good for it, or `Unknown` where the recogniser has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Letter {
    /// Any of these classes.
    Classes(Vec<usize>),
    /// A character that the recogniser cannot write: whatever stands there may be it.
    Unknown,
}

/// What the recogniser takes the dot of a name for.
const DOTS: &str = "·•.．・，。,、‧∙";

impl Alphabet {
    /// From the recogniser's own list, one character a line.
    pub fn of(list: &str) -> Self {
        // The list's own order counts; what is more than one character long has its class, too, and is never asked for.
        let mut characters: Vec<char> = vec!['\0'];
        characters.extend(list.lines().map(|line| line.chars().next().unwrap_or('\0')));
        characters.push(' ');
        let classes = characters.iter().enumerate().skip(1).map(|(class, character)| (*character, class)).collect();
        Self { characters, classes }
    }

    /// How many classes there are, blank and space included.
    pub fn len(&self) -> usize {
        self.characters.len()
    }

    /// Is there no character but blank and space?
    pub fn is_empty(&self) -> bool {
        self.characters.len() <= 2
    }

    /// The character of a class; `None` for the blank.
    pub fn character(&self, class: usize) -> Option<char> {
        self.characters.get(class).copied().filter(|character| *character != '\0')
    }

    /// Does the recogniser know this character?
    pub fn knows(&self, character: char) -> bool {
        self.classes.contains_key(&character)
    }

    /// The classes of blanks between characters: they say nothing.
    pub fn spaces(&self) -> Vec<usize> {
        [' ', '\u{3000}'].iter().filter_map(|space| self.classes.get(space).copied()).collect()
    }

    /// An expected text as the recogniser may write it: without spaces, its dots as any dot.
    pub fn letters(&self, text: &str) -> Vec<Letter> {
        let letter = |character: char| {
            let alike: Vec<char> = if DOTS.contains(character) { DOTS.chars().collect() } else { vec![character] };
            let classes: Vec<usize> = alike.iter().filter_map(|alike| self.classes.get(alike).copied()).collect();
            if classes.is_empty() { Letter::Unknown } else { Letter::Classes(classes) }
        };
        text.chars().filter(|character| !character.is_whitespace()).map(letter).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_is_any_dot_and_what_is_not_known_is_said_to_be() {
        let alphabet = Alphabet::of("王\n芳\n·\n.\n");
        assert_eq!(alphabet.len(), 6);
        assert_eq!(
            alphabet.letters("王 ・龘"),
            [Letter::Classes(vec![1]), Letter::Classes(vec![3, 4]), Letter::Unknown]
        );
        assert_eq!(
            (alphabet.character(0), alphabet.character(2), alphabet.character(5)),
            (None, Some('芳'), Some(' '))
        );
        assert!(alphabet.knows('芳') && !alphabet.knows('龘'));
    }
}
