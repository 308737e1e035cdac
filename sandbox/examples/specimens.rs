//! Draws specimen cards and faces into a directory, for other programs to send: `specimens DIR`

use std::io::Error;
use std::path::PathBuf;

use specimen::{card_back, card_front, portrait};

fn main() -> std::io::Result<()> {
    let dir = PathBuf::from(std::env::args().nth(1).ok_or_else(|| Error::other("name a directory"))?);
    std::fs::create_dir_all(&dir)?;
    std::fs::write(dir.join("front.jpg"), card_front("李样例", "11010519491231002X").map_err(Error::other)?)?;
    std::fs::write(dir.join("back.jpg"), card_back().map_err(Error::other)?)?;
    std::fs::write(dir.join("face1.jpg"), portrait(1))?;
    std::fs::write(dir.join("face2.jpg"), portrait(2))
}
