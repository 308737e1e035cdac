//! What is done with a paper: reading its text, drawing its pages, scanning its code. All by programs of poppler, which
//! share nothing with what made it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use image::GrayImage;
use papers::{FontPaths, Paper, Press, Ticket};
use tempfile::TempDir;

/// A press on the fonts of this machine.
pub(crate) fn press() -> Press {
    let press = Press::new(FontPaths::default()).expect("ops/test installs the fonts");
    assert!(press.lacks().is_empty(), "ops/test installs faces for all scripts: {:?}", press.lacks());
    press
}

/// The ticket of the handbook of the continuing-education exam, with a face that was drawn.
pub(crate) fn ticket() -> Ticket {
    let rule = |text: &str| text.to_owned();
    Ticket {
        exam: "2027年继续教育外语水平考试".into(),
        organiser: "样例市教育考试院".into(),
        name: "孙剑峰".into(),
        document: "3101**********1234".into(),
        school: String::new(),
        campus: String::new(),
        sitting: "12月31日上午场".into(),
        site: "12-23测试考点A".into(),
        address: "上海市徐汇区桂林路100号".into(),
        room: "5楼计算中心H机房".into(),
        floor: String::new(),
        start: "2026年12月31日（周四）11:00".into(),
        arrive: "请于 10:20 前到场，10:45 后不得入场。".into(),
        needs: String::new(),
        rules: vec![
            rule(
                "请提前40分钟入场，本场考试有听力，开考前15分钟禁止入场！考生入场查验纸质准考证和有效身份证件原件（不含电子证件），证件不齐备者不得进入考场。",
            ),
            rule("考试时间：120分钟。"),
            rule("准考证正、反面均不得涂改或书写。"),
            rule("考生落座后根据监考老师指引登录考试系统，若无法登录请及时与监考老师沟通处理。"),
            rule("距离考试结束30分钟后考生可交卷，经与监考老师确认后离开考场。"),
            rule("考试期间，考生须保持手机处于关闭状态并按要求在指定位置存放。"),
        ],
        photo: Some(specimen::form_photo(7)),
        code: Some("6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDEMWK4MI6UOS03CR83KLBMDBHQT*PG:BKP9I8T1ONX-J2Q1".into()),
        ..Ticket::specimen()
    }
}

/// A paper on disk, for poppler to read.
pub(crate) struct Printed {
    home: TempDir,
    file: PathBuf,
}

impl Printed {
    /// Writes the paper, and a copy into `SEATHOLD_GALLERY`.
    pub(crate) fn new(name: &str, paper: &Paper) -> Self {
        if let Some(gallery) = std::env::var_os("SEATHOLD_GALLERY").map(PathBuf::from) {
            fs::create_dir_all(&gallery).unwrap();
            fs::write(gallery.join(name).with_extension("pdf"), &paper.pdf).unwrap();
        }
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("paper.pdf");
        fs::write(&file, &paper.pdf).unwrap();
        Self { home, file }
    }

    fn run(&self, program: &str, arguments: &[&str], end: &[&str]) -> String {
        let out =
            Command::new(program).args(arguments).arg(&self.file).args(end).output().expect("poppler is installed");
        let (said, complaints) =
            (String::from_utf8(out.stdout).unwrap(), String::from_utf8_lossy(&out.stderr).into_owned());
        // PDF says that this is a boolean; poppler before 23.02 wanted a word.
        let faults =
            complaints.lines().filter(|line| !line.contains("Suspects object is wrong type") && !line.is_empty());
        assert!(out.status.success() && faults.count() == 0, "{program}: {complaints}");
        said
    }

    /// The text of all pages, or of one, from 1.
    pub(crate) fn text(&self, page: Option<usize>) -> String {
        let page = page.map(|page| page.to_string());
        let pages: Vec<&str> = page.iter().flat_map(|page| ["-f", page, "-l", page]).collect();
        self.run("pdftotext", &[&["-enc", "UTF-8"], &pages[..]].concat(), &["-"])
    }

    /// What pdfinfo says, with the metadata.
    pub(crate) fn info(&self) -> String {
        self.run("pdfinfo", &[], &[]) + &self.run("pdfinfo", &["-meta"], &[])
    }

    /// How many pages it has.
    pub(crate) fn pages(&self) -> usize {
        let info = self.run("pdfinfo", &[], &[]);
        let line = info.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap();
        line.trim().parse().unwrap()
    }

    /// Each font: whether it is embedded, a subset, and has its characters named.
    pub(crate) fn fonts(&self) -> Vec<(bool, bool, bool)> {
        let table = self.run("pdffonts", &[], &[]);
        let row = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().rev().skip(2).take(3).collect();
            let [unicode, subset, embedded] = words[..] else { panic!("{line}") };
            (embedded == "yes", subset == "yes", unicode == "yes")
        };
        table.lines().skip(2).map(row).collect()
    }

    /// A page in grey, from 1.
    pub(crate) fn page(&self, page: usize, dots_per_inch: u32) -> GrayImage {
        let (page, dots) = (page.to_string(), dots_per_inch.to_string());
        let out = self.home.path().join("page");
        let out = out.to_str().unwrap();
        self.run("pdftoppm", &["-png", "-gray", "-singlefile", "-r", &dots, "-f", &page], &[out]);
        image::open(format!("{out}.png")).unwrap().into_luma8()
    }

    /// What the codes of a page say.
    pub(crate) fn scanned(&self, page: usize) -> Vec<String> {
        scanned(&self.page(page, 130))
    }
}

/// What the codes of a picture say.
pub(crate) fn scanned(picture: &GrayImage) -> Vec<String> {
    let side = |side: u32| usize::try_from(side).unwrap();
    let grey = |x: usize, y: usize| picture.as_raw()[y * side(picture.width()) + x];
    let mut seen = rqrr::PreparedImage::prepare_from_greyscale(side(picture.width()), side(picture.height()), grey);
    seen.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect()
}

/// A text without white space, which poppler puts in and leaves out as it sees gaps.
pub(crate) fn dense(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Panics unless the text has these words, each after the one before.
pub(crate) fn in_order(text: &str, words: &[&str]) {
    let text = dense(text);
    let mut rest = text.as_str();
    for word in words {
        let word = dense(word);
        let at = rest.find(&word).unwrap_or_else(|| panic!("{word:?} is not where it should be, in {text}"));
        rest = &rest[at + word.len()..];
    }
}

/// Resident memory of this process, in bytes; 0 where the system does not tell it so.
pub(crate) fn resident() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split_whitespace().nth(1).map_or(0, |pages| pages.parse::<usize>().unwrap() * 4_096)
}
