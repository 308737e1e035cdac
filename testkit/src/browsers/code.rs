//! What a camera does with a code: the words in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::browsers::walker::Walker;

/// A picture of the page, as a `data:` URL.
const PICTURE: &str = r##"
const [css, done] = arguments;
fetch(document.querySelector(css).src).then((answer) => answer.blob()).then((picture) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result);
  reader.readAsDataURL(picture);
});
"##;

/// The words in each code of a picture, a PNG or a JPEG; whatever looks like a code and cannot be read is left out.
pub fn scanned(picture: &[u8]) -> Vec<String> {
    let picture = image::load_from_memory(picture).unwrap_or_else(|error| panic!("this is no picture: {error}"));
    let picture = picture.into_luma8();
    let side = |pixels: u32| usize::try_from(pixels).expect("a picture fits into memory");
    let (width, height) = (side(picture.width()), side(picture.height()));
    let grey = |x: usize, y: usize| picture.as_raw()[y * width + x];
    let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
    seen.detect_grids().into_iter().filter_map(|code| Some(code.decode().ok()?.1)).collect()
}

impl Walker {
    /// The words in the code that an `img` of the page shows, as the camera of another phone reads them.
    pub async fn scan(&self, css: &str) -> String {
        let source = self.find_one(css).await.attr("src").await.unwrap_or_else(|error| panic!("{css}: {error}"));
        let source = match source.filter(|source| source.starts_with("data:")) {
            Some(source) => source,
            None => self.fetched(css).await,
        };
        let picture = source.split_once(";base64,").and_then(|(_, picture)| STANDARD.decode(picture).ok());
        let picture = picture.unwrap_or_else(|| panic!("{css} shows no picture"));
        scanned(&picture).pop().unwrap_or_else(|| panic!("{css} shows no code"))
    }

    async fn fetched(&self, css: &str) -> String {
        let picture = self.execute_async(PICTURE, vec![json!(css)]).await;
        let picture = picture.unwrap_or_else(|error| panic!("{css}: {error}"));
        picture.as_str().map_or_else(|| panic!("{css} is {picture}"), str::to_owned)
    }
}
