//! Which formats show a number as a day.

/// Formats that every program knows (ECMA-376 18.8.30), those of Chinese among them.
pub(crate) fn is_known_day(number: u32) -> bool {
    matches!(number, 14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58)
}

/// Does a format of somebody's own show a day? Texts in it, colours and places do not count.
pub(crate) fn shows_day(code: &str) -> bool {
    // What programs in other languages call General has letters of days in it.
    if ["general", "standard"].iter().any(|word| code.eq_ignore_ascii_case(word)) {
        return false;
    }
    let (mut is_quoted, mut is_bracketed, mut is_escaped) = (false, false, false);
    // What stands behind the first semicolon is for negative numbers.
    for c in code.split(';').next().unwrap_or_default().chars() {
        if is_escaped {
            is_escaped = false;
            continue;
        }
        match c {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '\\' | '_' | '*' => is_escaped = true,
            '[' => is_bracketed = true,
            ']' => is_bracketed = false,
            _ if is_bracketed => {}
            // A month alone is as good as minutes; a day or a year stands beside every other one.
            'y' | 'Y' | 'd' | 'D' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_days_are_told_from_those_of_numbers() {
        for day in [
            "yyyy-mm-dd",
            "yyyy\"年\"m\"月\"d\"日\"",
            "[$-804]yyyy/m/d;@",
            "d/m/yy",
            "m\"月\"d\"日\"",
            "yyyy-mm-dd hh:mm",
        ] {
            assert!(shows_day(day), "{day}");
        }
        for number in [
            "0", "0.00", "@", "General", "Standard", "#,##0", "0.00E+00", "[Red]0", "\"day\"0", "h:mm:ss", "0_d",
            "[h]:mm",
        ] {
            assert!(!shows_day(number), "{number}");
        }
        assert!(is_known_day(14) && is_known_day(31) && !is_known_day(0) && !is_known_day(49) && !is_known_day(18));
    }
}
