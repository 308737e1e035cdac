//! Writes specimens to a directory.
fn main() {
    let dir = std::path::PathBuf::from(std::env::args().nth(1).unwrap());
    std::fs::write(dir.join("front.jpg"), testkit::specimen::card_front("李样例", "11010519491231002X")).unwrap();
    std::fs::write(dir.join("back.jpg"), testkit::specimen::card_back()).unwrap();
    for seed in 0..12 {
        std::fs::write(dir.join(format!("p{seed}.jpg")), testkit::specimen::portrait(seed)).unwrap();
    }
}
