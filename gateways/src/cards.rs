//! Reading of resident identity cards, on this machine or by a vendor.

pub(crate) mod card;
pub(crate) mod error;
pub(crate) mod fields;
pub mod local;
pub mod networks;
mod places;

use std::sync::Arc;

use bytes::Bytes;

use crate::vendors::aliyun::id_card_ocr::{AliyunOcr, AliyunOcrConfig};
use crate::vendors::tencent::id_card_ocr::{TencentOcr, TencentOcrConfig};
pub use card::{Asked, CardSide, CardText, CardWarning};
pub use error::CardError;
use local::LocalReader;
use networks::NetworkReader;
use places::Place;

/// Reads cards. Cloning is a reference count.
#[derive(Debug, Clone)]
pub struct CardReader(Arc<Reader>);

#[derive(Debug)]
enum Reader {
    Local(LocalReader),
    Networks(NetworkReader),
    Tencent(TencentOcr),
    Aliyun(AliyunOcr),
}

impl CardReader {
    /// On this machine, with the program tesseract; no picture leaves it.
    pub fn local(reader: LocalReader) -> Self {
        Self(Arc::new(Reader::Local(reader)))
    }

    /// In this process, with networks; no picture leaves it.
    pub fn networks(reader: NetworkReader) -> Self {
        Self(Arc::new(Reader::Networks(reader)))
    }

    /// By Tencent Cloud.
    pub fn tencent(config: TencentOcrConfig) -> Self {
        Self(Arc::new(Reader::Tencent(TencentOcr::new(config))))
    }

    /// By Alibaba Cloud.
    pub fn aliyun(config: AliyunOcrConfig) -> Self {
        Self(Arc::new(Reader::Aliyun(AliyunOcr::new(config))))
    }

    /// Does it read on this machine? What reads here does not judge whether a card is forged.
    pub fn is_here(&self) -> bool {
        match &*self.0 {
            Reader::Local(_) | Reader::Networks(_) => true,
            Reader::Tencent(_) | Reader::Aliyun(_) => false,
        }
    }

    /// Waits for a place to read a whole card at, so that nothing is read of somebody for whom there is no time.
    ///
    /// # Errors
    ///
    /// [`CardError::Busy`] when too many wait already, or after ten seconds. A vendor has always room.
    pub async fn place(&self) -> Result<ReadingPlace<'_>, CardError> {
        let place = match &*self.0 {
            Reader::Local(local) => Some(local.place().await?),
            Reader::Networks(networks) => Some(networks.place().await?),
            Reader::Tencent(_) | Reader::Aliyun(_) => None,
        };
        Ok(ReadingPlace { reader: &self.0, place })
    }

    /// Reads one side of a card from a JPEG or PNG.
    pub async fn read(&self, side: CardSide, jpeg: Bytes) -> Result<CardText, CardError> {
        self.place().await?.read(side, jpeg, None).await
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
    place: Option<Place>,
}

impl ReadingPlace<'_> {
    /// Reads both sides, front and back; a reader that can compare says whether they are of whom was asked for.
    ///
    /// # Errors
    ///
    /// What is wrong with the front, else with the back; with both when each shows the other side.
    pub async fn both(&self, front: Bytes, back: Bytes, asked: &Asked) -> Result<[CardText; 2], Unread> {
        let (front, back) =
            (self.read(CardSide::Front, front, Some(asked.clone())), self.read(CardSide::Back, back, None));
        let (front, back) = match self.reader {
            // A place is one core: where the front cannot be read, the back is looked at only if they may be swapped.
            Reader::Local(_) | Reader::Networks(_) => match front.await {
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

    async fn read(&self, side: CardSide, jpeg: Bytes, asked: Option<Asked>) -> Result<CardText, CardError> {
        match self.reader {
            Reader::Networks(networks) => networks.read(side, jpeg, asked, self.place.clone()).await,
            Reader::Local(local) => local.read(side, jpeg).await,
            Reader::Tencent(tencent) => tencent.read(side, jpeg).await,
            Reader::Aliyun(aliyun) => aliyun.read(side, jpeg).await,
        }
    }
}
