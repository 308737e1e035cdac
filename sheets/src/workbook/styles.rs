//! Which styles of cells show a number as a day.

use std::collections::HashMap;
use std::io::BufRead;

use super::markup::{Markup, Next, attribute};
use crate::error::SheetError;
use crate::format::{is_known_day, shows_day};

/// Most formats and styles that a workbook may have; Excel's own bound is 65,490.
const STYLES_MAX: usize = 70_000;

/// For each style: does it show a number as a day?
#[derive(Default)]
pub(super) struct Styles(Vec<bool>);

impl Styles {
    pub(super) fn is_day(&self, style: usize) -> bool {
        self.0.get(style).copied().unwrap_or_default()
    }
}

pub(super) fn read(mut markup: Markup<impl BufRead>) -> Result<Styles, SheetError> {
    let (mut formats, mut styles, mut is_of_cells) = (HashMap::new(), Vec::new(), false);
    loop {
        match markup.next()? {
            Next::Begin(element) => match element.local_name().as_ref() {
                "numFmt" if formats.len() < STYLES_MAX => {
                    let number = attribute(&element, "numFmtId").and_then(|number| number.parse::<u32>().ok());
                    let code = attribute(&element, "formatCode").unwrap_or_default();
                    formats.extend(number.map(|number| (number, shows_day(&code))));
                }
                "cellXfs" => is_of_cells = true,
                "xf" if is_of_cells && styles.len() < STYLES_MAX => {
                    let number = attribute(&element, "numFmtId").and_then(|number| number.parse().ok()).unwrap_or(0);
                    styles.push(formats.get(&number).copied().unwrap_or_else(|| is_known_day(number)));
                }
                _ => {}
            },
            Next::End(element) if element.local_name().as_ref() == "cellXfs" => is_of_cells = false,
            Next::Over => return Ok(Styles(styles)),
            _ => {}
        }
    }
}
