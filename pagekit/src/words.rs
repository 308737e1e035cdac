//! Message catalogues: one Fluent file per language, looked up by key.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

pub use fluent_bundle::FluentValue as Value;

use crate::language::Language;

/// The same messages in both languages.
pub struct Catalogue {
    zh: FluentBundle<FluentResource>,
    en: FluentBundle<FluentResource>,
}

impl Catalogue {
    /// Reads both files. Panics on a syntax error or a repeated key: they are part of the program, and a test reads them.
    pub fn new(zh: &str, en: &str) -> Self {
        Self { zh: bundle(Language::Zh, zh), en: bundle(Language::En, en) }
    }

    /// This catalogue in one language.
    pub fn words(&'static self, language: Language) -> Words {
        Words { catalogue: self, language }
    }

    fn bundle(&self, language: Language) -> &FluentBundle<FluentResource> {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

fn bundle(language: Language, source: &str) -> FluentBundle<FluentResource> {
    let locale: LanguageIdentifier = language.tag().parse().expect("the tags are constants");
    let mut bundle = FluentBundle::new_concurrent(vec![locale]);
    // Isolation marks guard mixed directions; Chinese and English run the same way.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(_, errors)| {
        panic!("catalogue {}: {errors:?}", language.tag());
    });
    bundle.add_resource(resource).unwrap_or_else(|errors| panic!("catalogue {}: {errors:?}", language.tag()));
    bundle
}

/// A catalogue in the language of one visitor.
#[derive(Clone, Copy)]
pub struct Words {
    catalogue: &'static Catalogue,
    /// The language that they are in.
    pub language: Language,
}

impl Words {
    /// The message of that key. An unknown key is shown as itself: a test keeps that from happening.
    pub fn t(self, key: &'static str) -> Cow<'static, str> {
        self.format(key, None)
    }

    /// The message of that key with its places filled in.
    pub fn with(self, key: &'static str, values: &[(&'static str, Value<'_>)]) -> Cow<'static, str> {
        let mut arguments = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            arguments.set(*name, value.clone());
        }
        self.format(key, Some(&arguments))
    }

    /// The text that was written in both languages, in this one.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    fn format(self, key: &'static str, arguments: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        let bundle: &'static FluentBundle<FluentResource> = self.catalogue.bundle(self.language);
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return Cow::Borrowed(key);
        };
        let mut errors = Vec::new();
        bundle.format_pattern(pattern, arguments, &mut errors)
    }
}

/// A key that is looked up later: named so, the check of all keys finds it.
pub const fn key(key: &'static str) -> &'static str {
    key
}

/// For tests: the keys of a catalogue file, each with the places (`{ $name }`) in its message.
pub fn keys(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in source.lines() {
        if line.starts_with(|c: char| c.is_ascii_lowercase())
            && let Some((key, _)) = line.split_once(" =")
        {
            current = Some(key.to_owned());
            found.entry(key.to_owned()).or_default();
        }
        let Some(places) = current.as_ref().and_then(|key| found.get_mut(key)) else { continue };
        for piece in line.split('$').skip(1) {
            places.insert(piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect());
        }
    }
    found
}

/// For tests: the keys that Rust sources ask for, in `t("…")`, `with("…"` or `key("…")`.
pub fn keys_used(source: &str) -> BTreeSet<String> {
    [".t(\"", ".with(\"", "key(\"", ".with(\n"]
        .iter()
        .flat_map(|call| source.split(call).skip(1))
        .filter_map(|rest| rest.trim_start().trim_start_matches('"').split('"').next())
        .filter(|key| !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
        Catalogue::new(
            "left = 余 { $free }\nplain = 好",
            "left = { $free ->\n    [one] one seat\n   *[other] { $free } seats\n }\nplain = Good",
        )
    });

    #[test]
    fn places_are_filled_and_plurals_chosen() {
        let (zh, en) = (CATALOGUE.words(Language::Zh), CATALOGUE.words(Language::En));
        assert_eq!(zh.with("left", &[("free", 3.into())]), "余 3");
        assert_eq!(en.with("left", &[("free", 1.into())]), "one seat");
        assert_eq!(en.with("left", &[("free", 12000.into())]), "12000 seats");
        assert_eq!(zh.t("plain"), "好");
        assert_eq!(zh.t("missing"), "missing");
    }

    #[test]
    fn keys_are_found_with_their_places() {
        let found = keys("# note\nleft = { $free ->\n   *[other] { $all }\n }\nplain = x");
        assert_eq!(found["left"].len(), 2);
        assert!(found["plain"].is_empty());
        assert!(keys_used("w.t(\"plain\"), w.with(\"left\", &[])").contains("left"));
    }
}
