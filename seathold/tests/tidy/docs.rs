//! What is said of an item: a sentence with a subject, that names the value it speaks of.

use crate::files::{check, code, files};

/// Fewest words of what is said of an item.
const WORDS_MIN: usize = 3;
/// How a sentence begins that leaves out which value it means: `None` is said by its name.
const RIDDLES: [&str; 2] = ["Nothing:", "Something:"];
/// Crates whose comments are mended elsewhere, and leave this list then.
const NOT_YET: [&str; 0] = [];

/// Every comment of documentation that stands before an item: in which line it begins, and its words.
fn comments(text: &str) -> Vec<(usize, Vec<&str>)> {
    let mut found: Vec<(usize, Vec<&str>)> = Vec::new();
    let mut is_open = false;
    for (at, line) in text.lines().enumerate() {
        let said = line.trim_start().strip_prefix("///").filter(|rest| !rest.starts_with('/'));
        match (said, found.last_mut()) {
            (Some(rest), Some((_, words))) if is_open => words.extend(rest.split_whitespace()),
            (Some(rest), _) => found.push((at + 1, rest.split_whitespace().collect())),
            (None, _) => {}
        }
        is_open = said.is_some();
    }
    found
}

/// Why the words of a comment say too little, if they do. An example of the value, or a link, may stand by itself.
fn fault(words: &[&str]) -> Option<&'static str> {
    let is_example = words.first().is_some_and(|word| word.starts_with(['`', '<']));
    if words.len() < WORDS_MIN && !is_example {
        return Some("is no sentence: say what the value is, with a subject");
    }
    let begins = |at: usize| at == 0 || words[at - 1].ends_with(['.', '?', ':']);
    let is_riddle = words.iter().enumerate().any(|(at, word)| RIDDLES.contains(word) && begins(at));
    is_riddle.then_some("leaves out which value it means: name it, as `None`")
}

#[test]
fn comments_of_items_are_sentences_and_name_their_values() {
    let sources = files(".rs").into_iter().filter(|(path, _)| path.contains("/src/"));
    let mended = sources.filter(|(path, _)| !NOT_YET.iter().any(|home| path.starts_with(home)));
    check("4: a docstring is a sentence", mended.collect(), |_, text| {
        let told = |(at, words): (usize, Vec<&str>)| Some(format!("{at}: \"{}\" {}", words.join(" "), fault(&words)?));
        comments(code(text)).into_iter().filter_map(told).collect()
    });
}

#[test]
fn a_comment_that_says_too_little_is_found() {
    let text = "/// Which.\nstruct A;\n/// The seats of an order.\n/// Nothing: it is gone.\nfn b() {}\n/// `09:00`\n\
         fn c() {}\n/// Nothing waits here.\nfn d() {}\n//// No documentation\nfn e() {}\n    /// Its\n    /// number.\nf: u8,\n";
    let found: Vec<usize> =
        comments(text).into_iter().filter(|(_, words)| fault(words).is_some()).map(|(at, _)| at).collect();
    assert_eq!(found, [1, 3, 12]);
}
