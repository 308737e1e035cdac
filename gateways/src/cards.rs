//! Reading of resident identity cards, on this machine or by a vendor.

pub(crate) mod fields;
pub mod local;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::SemaphorePermit;

use crate::aliyun::id_card_ocr::{AliyunOcr, AliyunOcrConfig};
use crate::tencent::id_card_ocr::{TencentOcr, TencentOcrConfig};
use local::LocalReader;

/// Reads cards. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct CardReader(Arc<Reader>);

#[derive(Debug)]
enum Reader {
    Local(LocalReader),
    Tencent(TencentOcr),
    Aliyun(AliyunOcr),
}

/// The sides of a resident identity card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardSide {
    /// Name, number and portrait (人像面).
    Front,
    /// The emblem, the authority and the validity (国徽面).
    Back,
}

/// What was read; `None` where nothing was. `Debug` shows no content.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CardText {
    /// 姓名
    pub name: Option<String>,
    /// 公民身份号码, with a good check digit.
    pub number: Option<String>,
    /// 出生, as `1987-01-31`.
    pub birth: Option<String>,
    /// The end of 有效期限, as `2030-07-21`, or `长期`.
    pub valid_until: Option<String>,
    /// 签发机关
    pub authority: Option<String>,
    /// What somebody should look at.
    pub warnings: Vec<CardWarning>,
}

impl fmt::Debug for CardText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("CardText");
        let fields = [
            ("name", &self.name),
            ("number", &self.number),
            ("birth", &self.birth),
            ("valid_until", &self.valid_until),
            ("authority", &self.authority),
        ];
        for (name, value) in fields {
            shown.field(name, &value.as_ref().map(|_| ".."));
        }
        shown.field("warnings", &self.warnings).finish()
    }
}

/// What makes a picture of a card doubtful, though it can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardWarning {
    /// The card is no longer valid.
    Expired,
    /// The validity makes no sense.
    Validity,
    /// A border is cut off.
    Border,
    /// A photocopy.
    Copy,
    /// A picture of a screen or of a picture.
    Reshot,
    /// A temporary card.
    Temporary,
    /// Something covers part of it.
    Covered,
    /// It seems edited.
    Edited,
    /// Light is reflected.
    Reflection,
    /// An electronic card.
    Electronic,
    /// It carries a watermark.
    Watermark,
    /// The number was read with help of its check digit or its birth date.
    Repaired,
}

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// The picture shows no card.
    #[error("the picture shows no identity card: take the card alone, filling the frame")]
    NoCard,
    /// Too blurred.
    #[error("the picture is blurred: hold still and take it again")]
    Blurred,
    /// The other side of the card.
    #[error("this is the other side of the card: turn it over")]
    WrongSide,
    /// A card, and yet it cannot be read.
    #[error("the card cannot be read: take it again in even light")]
    Unreadable,
    /// Too many are being read.
    #[error("many cards are being read: try again in a moment")]
    Busy,
    /// The reader cannot be reached or does not work. Holds its code, or what went wrong.
    #[error("the card reader does not answer as it should ({0}): try again later")]
    Unavailable(String),
}

impl CardReader {
    /// On this machine, with the program tesseract; no picture leaves it.
    pub fn local(reader: LocalReader) -> Self {
        Self(Arc::new(Reader::Local(reader)))
    }

    /// By Tencent Cloud.
    pub fn tencent(config: TencentOcrConfig) -> Self {
        Self(Arc::new(Reader::Tencent(TencentOcr::new(config))))
    }

    /// By Alibaba Cloud.
    pub fn aliyun(config: AliyunOcrConfig) -> Self {
        Self(Arc::new(Reader::Aliyun(AliyunOcr::new(config))))
    }

    /// Waits for a place to read a whole card at, so that nothing is read of somebody for whom there is no time.
    ///
    /// # Errors
    ///
    /// [`CardError::Busy`] when too many wait already, or after ten seconds. A vendor has always room.
    pub async fn place(&self) -> Result<ReadingPlace<'_>, CardError> {
        let place = match &*self.0 {
            Reader::Local(local) => Some(local.place().await?),
            Reader::Tencent(_) | Reader::Aliyun(_) => None,
        };
        Ok(ReadingPlace { reader: &self.0, _place: place })
    }

    /// Reads one side of a card from a JPEG or PNG.
    pub async fn read(&self, side: CardSide, jpeg: Bytes) -> Result<CardText, CardError> {
        self.place().await?.read(side, jpeg).await
    }
}

/// Why a whole card was not read.
#[derive(Debug)]
pub enum Unread {
    /// What is wrong with one side.
    Side(CardSide, CardError),
    /// Each picture shows the other side.
    Swapped,
}

/// A place at a reader, until it is dropped.
#[derive(Debug)]
pub struct ReadingPlace<'a> {
    reader: &'a Reader,
    _place: Option<SemaphorePermit<'a>>,
}

impl ReadingPlace<'_> {
    /// Reads both sides, front and back.
    ///
    /// # Errors
    ///
    /// What is wrong with the front, else with the back; with both when each shows the other side.
    pub async fn both(&self, front: Bytes, back: Bytes) -> Result<[CardText; 2], Unread> {
        let (front, back) = (self.read(CardSide::Front, front), self.read(CardSide::Back, back));
        let (front, back) = match self.reader {
            // A place is one core: where the front cannot be read, the back is looked at only if they may be swapped.
            Reader::Local(_) => match front.await {
                Err(error) if !matches!(error, CardError::WrongSide) => {
                    return Err(Unread::Side(CardSide::Front, error));
                }
                front => (front, back.await),
            },
            Reader::Tencent(_) | Reader::Aliyun(_) => tokio::join!(front, back),
        };
        match (front, back) {
            (Ok(front), Ok(back)) => Ok([front, back]),
            (Err(CardError::WrongSide), Err(CardError::WrongSide)) => Err(Unread::Swapped),
            (Err(error), _) => Err(Unread::Side(CardSide::Front, error)),
            (_, Err(error)) => Err(Unread::Side(CardSide::Back, error)),
        }
    }

    async fn read(&self, side: CardSide, jpeg: Bytes) -> Result<CardText, CardError> {
        match self.reader {
            Reader::Local(local) => local.read(side, jpeg).await,
            Reader::Tencent(tencent) => tencent.read(side, jpeg).await,
            Reader::Aliyun(aliyun) => aliyun.read(side, jpeg).await,
        }
    }
}
