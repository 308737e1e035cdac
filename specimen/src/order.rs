//! Drawn screens of a paid order, as payment apps show them: so that there is something to hand in, and to read.

use image::{Rgb, RgbImage, imageops};

use super::canvas::{Canvas, jpeg};
use super::font::{Face, NoFont};

/// A phone's screen.
const WIDTH: u32 = 1_080;
const HEIGHT: u32 = 2_340;
const QUALITY: u8 = 90;

/// Whose screen it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum App {
    /// Labels and values in two columns, the name above the sum.
    Alipay,
    /// The same with other words, and the numbers in two lines.
    WeChat,
    /// A bank: a table of grey bands.
    Bank,
}

/// What a drawn order says.
#[derive(Debug, Clone, Copy)]
pub struct OrderScreen<'a> {
    /// The app whose screen it is.
    pub app: App,
    /// White on black.
    pub is_dark: bool,
    /// Screens below the first: a long screenshot.
    pub more_screens: u32,
    /// `120.00`.
    pub amount: &'a str,
    /// Who was paid.
    pub payee: &'a str,
    /// `2026-11-22 14:03:05`.
    pub time: &'a str,
    /// The transaction's number.
    pub number: &'a str,
    /// The number that the payee gave it.
    pub merchant_number: &'a str,
}

/// The colours of a screen.
struct Paint {
    ground: Rgb<u8>,
    ink: Rgb<u8>,
    label: Rgb<u8>,
    line: Rgb<u8>,
}

const LIGHT: Paint = Paint { ground: Rgb([255; 3]), ink: Rgb([25; 3]), label: Rgb([136; 3]), line: Rgb([238; 3]) };
const DARK: Paint = Paint { ground: Rgb([17; 3]), ink: Rgb([214; 3]), label: Rgb([125; 3]), line: Rgb([40; 3]) };

impl<'a> OrderScreen<'a> {
    /// The screen of a payment of 120.00, light, with this transaction's number.
    pub fn of(app: App, number: &'a str) -> Self {
        Self {
            app,
            is_dark: false,
            more_screens: 0,
            amount: "120.00",
            payee: "临江大学继续教育学院",
            time: "2026-11-22 14:03:05",
            number,
            merchant_number: "1000107101202611220123456789",
        }
    }

    /// As a JPEG, as wide as a phone's screen.
    ///
    /// # Errors
    ///
    /// When no Chinese font is installed.
    pub fn draw(&self) -> Result<Vec<u8>, NoFont> {
        Ok(jpeg(&self.picture()?, QUALITY))
    }

    /// The pixels.
    ///
    /// # Errors
    ///
    /// When no Chinese font is installed.
    pub fn picture(&self) -> Result<RgbImage, NoFont> {
        let (face, paint) = (Face::load()?, if self.is_dark { DARK } else { LIGHT });
        let mut screen = Canvas::new(WIDTH, HEIGHT * (1 + self.more_screens), paint.ground);
        screen.text(face, (70, 40), 36.0, paint.ink, "14:05");
        screen.text(face, (900, 40), 36.0, paint.ink, "5G 86");
        screen.text(face, (60, 150), 44.0, paint.ink, "账单详情");
        screen.text(face, (830, 152), 38.0, paint.label, "样例 SPECIMEN");
        screen.disc((540, 360), 56, Rgb([196, 150, 90]));
        centred(&mut screen, face, 450, 46.0, paint.ink, self.payee);
        centred(&mut screen, face, 550, 92.0, paint.ink, &format!("-{}", self.amount));
        if self.app != App::WeChat {
            centred(&mut screen, face, 690, 40.0, paint.label, "交易成功");
        }
        let mut y = 820;
        for (label, value) in self.rows() {
            if self.app == App::Bank {
                screen.picture((0, y - 26), &RgbImage::from_pixel(WIDTH, 4, paint.line));
            }
            screen.text(face, (60, y), 40.0, paint.label, label);
            for line in wrapped(&value) {
                screen.text(face, (330, y), 40.0, paint.ink, &line);
                y += 64;
            }
            y += 34;
        }
        for below in 0..self.more_screens {
            for row in 0..18 {
                let at = HEIGHT * (1 + below) + row * 120;
                screen.text(face, (60, at), 40.0, paint.label, "往来记录");
                screen.text(face, (330, at), 40.0, paint.label, &format!("学习资料 {}", row + 1));
            }
        }
        Ok(screen.into_picture())
    }

    fn rows(&self) -> Vec<(&'static str, String)> {
        let own = |text: &str| text.to_owned();
        match self.app {
            App::Alipay => vec![
                ("支付时间", own(self.time)),
                ("付款方式", own("余额宝")),
                ("商品说明", own("学位外语考试费")),
                ("收款方全称", own(self.payee)),
                ("订单号", own(self.number)),
                ("商家订单号", own(self.merchant_number)),
                ("账单分类", own("教育培训")),
            ],
            App::WeChat => vec![
                ("当前状态", own("支付成功")),
                ("支付时间", chinese(self.time)),
                ("商品", own("学位外语考试费")),
                ("商户全称", own(self.payee)),
                ("支付方式", own("零钱")),
                ("交易单号", own(self.number)),
                ("商户单号", own(self.merchant_number)),
            ],
            App::Bank => vec![
                ("交易金额", format!("{}元", self.amount)),
                ("收款户名", own(self.payee)),
                ("付款账号", own("6214 **** **** 5678")),
                ("交易时间", own(self.time)),
                ("流水号", own(self.number)),
            ],
        }
    }
}

/// `2026-11-22 14:03:05` as `2026年11月22日 14:03:05`.
fn chinese(time: &str) -> String {
    match time.split_once(' ').map(|(date, rest)| (date.split('-').collect::<Vec<_>>(), rest)) {
        Some((date, rest)) if date.len() == 3 => format!("{}年{}月{}日 {rest}", date[0], date[1], date[2]),
        _ => time.to_owned(),
    }
}

/// In lines of as much as there is room for: a Chinese character is twice as wide as a digit.
fn wrapped(value: &str) -> Vec<String> {
    const ROOM: usize = 32;
    let mut lines = vec![String::new()];
    let mut used = 0;
    for c in value.chars() {
        let width = if c.is_ascii() { 1 } else { 2 };
        if used + width > ROOM {
            lines.push(String::new());
            used = 0;
        }
        used += width;
        lines.last_mut().into_iter().for_each(|line| line.push(c));
    }
    lines
}

/// Text in the middle of the screen.
fn centred(screen: &mut Canvas, face: &Face, y: u32, size: f32, ink: Rgb<u8>, text: &str) {
    let end = Canvas::new(1, 1, ink).text(face, (0, 0), size, ink, text);
    screen.text(face, (WIDTH.saturating_sub(end) / 2, y), size, ink, text);
}

/// A picture as another phone has it: this wide, saved at this quality, and without so many pixels at its top.
pub fn saved_again(picture: &RgbImage, width: u32, quality: u8, cut_top: u32) -> Vec<u8> {
    let cut_top = cut_top.min(picture.height() - 1);
    let cut = imageops::crop_imm(picture, 0, cut_top, picture.width(), picture.height() - cut_top).to_image();
    let height = (cut.height() * width / cut.width()).max(1);
    jpeg(&imageops::resize(&cut, width, height, imageops::FilterType::Triangle), quality)
}
