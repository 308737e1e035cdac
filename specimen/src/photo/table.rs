//! What a card lies on: wood, cloth, paper with print, or a plain top.

use image::{Rgb, RgbImage};

use super::Dice;

/// Colours of tables, from dark wood to a white sheet.
const TOPS: [[f32; 3]; 7] = [
    [96.0, 84.0, 74.0],
    [146.0, 112.0, 78.0],
    [52.0, 54.0, 60.0],
    [186.0, 178.0, 166.0],
    [226.0, 224.0, 220.0],
    [92.0, 112.0, 104.0],
    [196.0, 208.0, 214.0],
];

/// A table of this size.
pub(super) fn laid(dice: &mut Dice, (width, height): (u32, u32)) -> RgbImage {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "less than the number of tables")]
    let top = TOPS[(dice.next() * 6.99) as usize];
    let (grain, along) = (dice.between(0.0, 16.0), dice.between(0.002, 0.02));
    let (across, bend) = (dice.between(0.02, 0.12), dice.between(0.0, 2.5));
    let mut table = RgbImage::from_fn(width, height, |x, y| {
        #[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
        let (x, y) = (x as f32, y as f32);
        // Grain: waves across that bend slowly along the table.
        let wave = ((y * across + bend * (x * along).sin()).sin() + (y * across * 2.7).sin() * 0.4) * grain;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
        let byte = |part: f32| (part + wave).clamp(0.0, 255.0) as u8;
        Rgb(top.map(byte))
    });
    // Now and then a sheet or a book lies there, too.
    if dice.next() < 0.4 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a picture")]
        let at = |part: f32, of: u32| (part * f32::from(u16::try_from(of).unwrap_or(u16::MAX))) as u32;
        let (left, top) = (at(dice.next(), width), at(dice.next(), height));
        let shade = Rgb([dice.between(40.0, 250.0); 3].map(|part| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 40 and 250")]
            let byte = part as u8;
            byte
        }));
        for y in top..height {
            for x in left..width {
                table.put_pixel(x, y, shade);
            }
        }
    }
    table
}
