//! Files of people, of any length: they are read line by line, and nothing of a line is kept but a mark against a
//! second one.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::BufReader;
use std::path::Path;

use super::DefinitionError;
use super::source::decoded;
use super::table::{Row, Shape, stream};

/// Most lines of such a file. What is kept against a second line of somebody is some 20 bytes a line.
pub(super) const PEOPLE_MAX: usize = 3_000_000;
/// Longest field, in characters.
const FIELD_CHARS_MAX: usize = 200;
/// Read from the disk at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// Reads the file if it is there; `read` says what a line is about and, where nothing is wrong with it, takes it. How
/// many lines there are. `read` may end the reading by breaking off.
pub(super) fn read_people(
    dir: &Path,
    shape: &Shape,
    faults: &mut Vec<DefinitionError>,
    mut read: impl FnMut(&Row<'_>, &mut Vec<DefinitionError>, &mut Seen) -> bool,
) -> u64 {
    let file = match File::open(dir.join(shape.file)) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return 0,
        Err(error) => {
            faults.push(DefinitionError { file: shape.file, line: 1, message: format!("cannot be read: {error}") });
            return 0;
        }
    };
    let (mut seen, mut lines) = (Seen::default(), 0);
    let source = match decoded(file) {
        Ok(source) => source,
        Err(message) => {
            faults.push(DefinitionError { file: shape.file, line: 1, message });
            return 0;
        }
    };
    stream(shape, BufReader::with_capacity(BUFFER_BYTES, source), faults, |row, faults| {
        lines += 1;
        for (column, value) in row.fields() {
            if value.chars().count() > FIELD_CHARS_MAX {
                faults.push(row.fault(format!("{column}: at most {FIELD_CHARS_MAX} characters")));
            } else if value.contains(['\n', '\r']) {
                faults.push(row.fault(format!("{column}: has a line break: write it on one line")));
            } else if let Some(sign) = value.chars().find(|sign| sign.is_control()) {
                faults.push(row.fault(format!("{column}: U+{:04X} cannot be in it: delete it", u32::from(sign))));
            }
        }
        read(row, faults, &mut seen)
    });
    lines
}

/// What was there already, as 64 bits of a hash under a key of this process: of three million lines two different ones
/// are taken for the same once in four million files.
#[derive(Default)]
pub(super) struct Seen {
    hasher: RandomState,
    marks: HashSet<u64>,
}

impl Seen {
    /// Notes a key. False when it was there before.
    pub(super) fn is_new(&mut self, key: &str) -> bool {
        self.marks.insert(self.hasher.hash_one(key))
    }
}
