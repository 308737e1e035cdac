//! placeholder

/// x
#[derive(Debug)]
pub struct LocalReader;
impl LocalReader {
    pub(crate) async fn read(&self, _: super::CardSide, _: bytes::Bytes) -> Result<super::CardText, super::CardError> {
        Err(super::CardError::NoCard)
    }
}
