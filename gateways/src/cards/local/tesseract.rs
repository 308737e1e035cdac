//! Runs of the program: a picture in, words with their places out.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::picture::{Area, Page};
use crate::cards::error::CardError;

const RUN_WAIT: Duration = Duration::from_secs(12);
/// A card has some hundred characters; a page of noise some thousand words.
const ANSWER_BYTES_MAX: u64 = 512 * 1024;
const WORDS_MAX: usize = 2_000;

/// The program that reads text in pictures.
#[derive(Debug)]
pub(crate) struct Tesseract {
    program: PathBuf,
}

/// What was read.
pub(crate) type Words = Vec<Word>;

/// A word and its place, in pixels of the page.
#[derive(Clone)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) area: Area,
    /// 0 to 100
    pub(crate) confidence: f32,
}

/// Bounds of a run that nobody waits for: it gives way to whatever answers requests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Background {
    pub(crate) wait: Duration,
    pub(crate) memory_bytes_max: u64,
}

/// What a run looks for.
#[derive(Clone, Copy)]
pub(crate) enum Look {
    /// Chinese, anywhere on the page.
    Page,
    /// One line of Chinese.
    Line,
    /// One line of these characters.
    Characters(&'static str),
}

impl Look {
    fn arguments(self) -> Vec<String> {
        let (language, mode) = match self {
            Self::Page => ("chi_sim", "11"),
            Self::Line => ("chi_sim", "7"),
            Self::Characters(_) => ("eng", "7"),
        };
        let fixed = ["stdin", "stdout", "-l", language, "--psm", mode, "--dpi", "300"];
        let mut all: Vec<String> = fixed.map(String::from).to_vec();
        if let Self::Characters(characters) = self {
            all.extend(["-c".to_owned(), format!("tessedit_char_whitelist={characters}")]);
        }
        all.push("tsv".to_owned());
        all
    }
}

impl Tesseract {
    /// The program, if it starts and has the languages.
    pub(crate) fn find(program: PathBuf) -> Option<Self> {
        let asked = std::process::Command::new(&program).arg("--list-langs").stdin(Stdio::null()).output().ok()?;
        let listed = [asked.stdout, asked.stderr].concat();
        let listed = String::from_utf8_lossy(&listed);
        let has = |language: &str| listed.lines().any(|line| line.trim() == language);
        (has("chi_sim") && has("eng")).then_some(Self { program })
    }

    /// All words of a page.
    pub(super) async fn words(&self, page: &Page) -> Result<Words, CardError> {
        self.run(Look::Page, page.pgm(), (0, 0), 1.0).await
    }

    /// The words of a picture that is no card's, within these bounds.
    pub(crate) async fn words_of(&self, look: Look, pgm: Vec<u8>, bounds: Background) -> Result<Words, CardError> {
        let mut command = Command::new("sh");
        // Where memory cannot be bounded so, the size of a page still bounds it.
        let script = "ulimit -v \"$1\" 2>/dev/null; shift; exec nice -n 10 \"$@\"";
        command.args(["-c", script, "sh", &(bounds.memory_bytes_max / 1024).to_string()]).arg(&self.program);
        self.run_as(command, bounds.wait, look, pgm, ((0, 0), 1.0)).await
    }

    /// The words of an area, which is magnified first so that its characters are as high as the program likes.
    pub(super) async fn words_in(&self, page: &Arc<Page>, area: Area, look: Look) -> Result<Words, CardError> {
        let page = Arc::clone(page);
        let crop = tokio::task::spawn_blocking(move || page.crop(area)).await;
        let crop = crop.map_err(|_| CardError::Unavailable("picture".into()))?;
        self.run(look, crop.pgm, crop.origin, crop.scale).await
    }

    async fn run(&self, look: Look, pgm: Vec<u8>, origin: (u32, u32), scale: f32) -> Result<Words, CardError> {
        self.run_as(Command::new(&self.program), RUN_WAIT, look, pgm, (origin, scale)).await
    }

    async fn run_as(
        &self,
        mut command: Command,
        wait: Duration,
        look: Look,
        pgm: Vec<u8>,
        (origin, scale): ((u32, u32), f32),
    ) -> Result<Words, CardError> {
        let broken = |word: &str| CardError::Unavailable(format!("tesseract {word}"));
        let mut child = command
            .args(look.arguments())
            // One core per picture: many are read at once.
            .env("OMP_THREAD_LIMIT", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|_| broken("does not start"))?;
        let mut stdin = child.stdin.take().ok_or_else(|| broken("has no input"))?;
        let stdout = child.stdout.take().ok_or_else(|| broken("has no output"))?;
        let mut answer = String::new();
        let talk = async {
            let mut limited = stdout.take(ANSWER_BYTES_MAX);
            let write = async {
                stdin.write_all(&pgm).await?;
                drop(stdin);
                Ok::<_, std::io::Error>(())
            };
            tokio::try_join!(write, limited.read_to_string(&mut answer))?;
            // Whoever has more to say ends by it, and does not wait to be read.
            drop(limited);
            child.wait().await
        };
        match tokio::time::timeout(wait, talk).await {
            Ok(Ok(status)) if status.success() => Ok(words_of(&answer, origin, scale)),
            Ok(Ok(_)) => Err(broken("failed")),
            Ok(Err(_)) => Err(broken("broke off")),
            Err(_) => Err(broken("timeout")),
        }
    }
}

/// <https://tesseract-ocr.github.io/tessdoc/Command-Line-Usage.html#tsv-output>: twelve columns, words at level 5.
fn words_of(tsv: &str, origin: (u32, u32), scale: f32) -> Words {
    let parse = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [level, .., left, top, width, height, confidence, text] = columns[..] else { return None };
        let number = |column: &str| column.parse::<f32>().ok().map(|number| number / scale);
        let text = text.trim();
        if level != "5" || text.is_empty() {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place on a page")]
        let pixels = |column: &str| number(column).map(|number| number.max(0.0) as u32);
        let area = Area {
            left: origin.0 + pixels(left)?,
            top: origin.1 + pixels(top)?,
            width: pixels(width)?.max(1),
            height: pixels(height)?.max(1),
        };
        Some(Word { text: text.to_owned(), area, confidence: confidence.parse().unwrap_or(0.0) })
    };
    tsv.lines().filter_map(parse).take(WORDS_MAX).collect()
}

/// The text of a line of words, without blanks.
pub(crate) fn joined(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect()
}
