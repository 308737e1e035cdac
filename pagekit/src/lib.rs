//! What the candidate's pages and the staff's pages share: words, dates, files, headers, guards.
//! It knows no exam, no order and no store.

pub mod assets;
pub mod callout;
pub mod guard;
pub mod headers;
pub mod icons;
pub mod language;
pub mod local_path;
pub mod qr_code;
pub mod refused_form;
pub mod when;
pub mod words;

/// The custom properties of both style sheets: type, space, colour, light and dark.
pub const TOKENS_CSS: &str = include_str!("../assets/tokens.css");
/// The site's mark as a picture of its own.
pub const MARK_SVG: &str = include_str!("../assets/mark.svg");
/// What both sites draw alike: type, links, buttons, fields, callouts.
pub const BASE_CSS: &str = include_str!("../assets/base.css");

#[cfg(test)]
mod tests {
    use super::TOKENS_CSS;

    /// The value of a colour token in one of the two schemes: `#rgb` or `#rrggbb`.
    fn luminance(scheme: &str, token: &str) -> f64 {
        let start = format!("--{token}: #");
        let hex: String =
            scheme.split(start.as_str()).nth(1).unwrap().chars().take_while(char::is_ascii_hexdigit).collect();
        let wide: String = if hex.len() == 3 { hex.chars().flat_map(|c| [c, c]).collect() } else { hex };
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&wide[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
    }

    /// WCAG 2.2, 1.4.3: 4.5 to 1 for text on every ground that it stands on.
    #[test]
    fn text_can_be_read_in_both_schemes() {
        let (light, dark) = TOKENS_CSS.split_once("@media").unwrap();
        let mut pairs =
            vec![("on-accent", "accent"), ("on-accent", "accent-press"), ("surface", "vermilion"), ("surface", "pine")];
        for ground in ["paper", "surface", "raised", "accent-tint"] {
            pairs.extend([("ink", ground), ("ink-2", ground), ("accent", ground)]);
        }
        for state in ["pine", "amber", "vermilion"] {
            pairs.extend([(state, "paper"), (state, "surface"), (state, "accent-tint")]);
        }
        pairs.extend([("pine", "pine-tint"), ("amber", "amber-tint"), ("vermilion", "vermilion-tint")]);
        for (scheme, css) in [("light", light), ("dark", dark)] {
            for (text, ground) in &pairs {
                let (one, other) = (luminance(css, text), luminance(css, ground));
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= 4.5, "{scheme}: {text} on {ground} is {contrast:.2}");
            }
        }
    }
}
