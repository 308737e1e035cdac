//! The exams that come with the program, to begin others from. Their rosters are examples and stay out.

use crate::exams::definition::DefinitionTexts;

/// The files of an exam of `ops/exams`.
struct Shipped {
    name: &'static str,
    exam: &'static str,
    sittings: &'static str,
    organisations: Option<&'static str>,
}

macro_rules! file {
    ($name:literal, $file:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../ops/exams/", $name, "/", $file))
    };
}

macro_rules! shipped {
    ($name:literal, $organisations:expr) => {
        Shipped {
            name: $name,
            exam: file!($name, "exam.toml"),
            sittings: file!($name, "sittings.csv"),
            organisations: $organisations,
        }
    };
}

const ALL: [Shipped; 4] = [
    shipped!("degree-english", None),
    shipped!("campus-english", None),
    shipped!("continuing-education", None),
    shipped!("cet", Some(file!("cet", "organisations.csv"))),
];

/// What they are called.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|shipped| shipped.name)
}

/// The files of one; `None`: there is none of that name.
pub fn find(name: &str) -> Option<DefinitionTexts> {
    let found = ALL.iter().find(|shipped| shipped.name == name)?;
    Some(DefinitionTexts {
        exam: found.exam.to_owned(),
        sittings: found.sittings.to_owned(),
        organisations: found.organisations.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_exam_that_ships_can_be_begun_from() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams");
        let there: BTreeSet<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        assert_eq!(there, names().map(str::to_owned).collect());
        for name in names() {
            assert_eq!(DefinitionTexts::of(&folder.join(name)), find(name), "{name}");
        }
    }
}
