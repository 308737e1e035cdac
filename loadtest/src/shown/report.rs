//! The report: one HTML file with plots that needs nothing else, made to be shown.

mod charts;
mod page;
mod parts;
mod plot;
mod words;

use crate::cli::Language;
use crate::measured::results::Results;
use crate::run::RunError;

/// Renders it.
///
/// # Errors
/// When a plot cannot be drawn.
pub fn report(results: &Results, language: Language) -> Result<String, RunError> {
    let words = words::of(language);
    let charts = charts::charts(results, &words.chart).map_err(RunError::Draw)?;
    Ok(page::page(results, words, &charts).into_string())
}

#[cfg(test)]
mod tests;
