//! Numbers as people read them: `200,000`, `12.5 %`, `3.2 MB`.

/// With a comma before every three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 sitting`, `2,000 sittings`.
pub fn counted(number: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A rate or another number that is not whole, rounded and grouped; small ones with one digit behind the point.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "negative and huge numbers do not occur")]
pub fn rounded(number: f64) -> String {
    if number < 10.0 { format!("{number:.1}") } else { grouped(number.round() as u64) }
}

/// A share (0–1) in percent.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        p if p <= 0.0 => "0 %".to_owned(),
        p if p < 0.1 => format!("{p:.3} %"),
        p if p < 10.0 => format!("{p:.2} %"),
        p => format!("{p:.1} %"),
    }
}

/// Bytes in the largest unit that fits.
#[expect(clippy::cast_precision_loss, reason = "three figures are shown")]
pub fn bytes(number: u64) -> String {
    let units = ["B", "KB", "MB", "GB", "TB"];
    let mut value = number as f64;
    let mut unit = 0;
    while value >= 1_000.0 && unit < units.len() - 1 {
        value /= 1_000.0;
        unit += 1;
    }
    if unit == 0 { format!("{number} B") } else { format!("{value:.1} {}", units[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!([grouped(0), grouped(999), grouped(1_000), grouped(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([rounded(3.12), rounded(12_345.6)], ["3.1", "12,346"]);
        assert_eq!(
            [percent(0.0), percent(0.000_5), percent(0.012), percent(0.5)],
            ["0 %", "0.050 %", "1.20 %", "50.0 %"]
        );
        assert_eq!([bytes(12), bytes(3_200_000), bytes(8_000_000_000_000_000)], ["12 B", "3.2 MB", "8000.0 TB"]);
    }
}
