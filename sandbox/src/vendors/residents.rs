//! The register of residents, as far as the sandbox has one: everybody whose number has a good check digit is in it, by whatever
//! name is asked for.

/// The weights of the seventeen digits before the check character (GB 11643).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check characters by the sum modulo 11.
const CHECKS: [u8; 11] = *b"10X98765432";
/// Longest name that the register has, in characters.
const NAME_CHARS_MAX: usize = 40;

/// What the register has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record {
    Found,
    NoNumber,
    NoName,
}

/// Looks a name and a number up.
pub(super) fn look_up(name: &str, number: &str) -> Record {
    if !is_number(number.as_bytes()) {
        return Record::NoNumber;
    }
    match name.chars().count() {
        1..=NAME_CHARS_MAX => Record::Found,
        _ => Record::NoName,
    }
}

fn is_number(number: &[u8]) -> bool {
    let [digits @ .., check] = number else { return false };
    if digits.len() != WEIGHTS.len() || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECKS.get(sum as usize % CHECKS.len()) == Some(check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_a_wrong_check_character_is_nobodys() {
        assert_eq!(look_up("李样例", "11010519491231002X"), Record::Found);
        for number in ["110105194912310021", "11010519491231002x", "1101051949123100", ""] {
            assert_eq!(look_up("李样例", number), Record::NoNumber, "{number}");
        }
        assert_eq!(look_up("", "11010519491231002X"), Record::NoName);
    }
}
