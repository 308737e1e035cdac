//! An address at which the world reaches the site, as an operator writes it: checked at the start, because cookies, forms and
//! letters all rest on it.

use std::str::FromStr;

use url::Url;

/// An `http` or `https` address without a path, written as browsers write an origin: `https://exam.example.edu`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteUrl(String);

/// Why a text is no such address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SiteUrlError {
    /// It has no scheme, or another one.
    #[error("give the whole address, with https:// or http:// before the host")]
    Scheme,
    /// There is something behind or before the host.
    #[error("give scheme, host and port only: the site has its host to itself")]
    More,
}

impl FromStr for SiteUrl {
    type Err = SiteUrlError;

    fn from_str(text: &str) -> Result<Self, SiteUrlError> {
        let url = Url::parse(text.trim()).map_err(|_| SiteUrlError::Scheme)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(SiteUrlError::Scheme);
        }
        let has_user = !url.username().is_empty() || url.password().is_some();
        if has_user || url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(SiteUrlError::More);
        }
        Ok(Self(url.origin().ascii_serialization()))
    }
}

impl SiteUrl {
    /// Scheme and host in small letters, a port where it is not the scheme's own, no slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is it reached over TLS?
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_browsers_write_an_origin() {
        for (written, read) in [
            ("https://exam.example.edu", "https://exam.example.edu"),
            ("HTTPS://Exam.Example.edu/", "https://exam.example.edu"),
            ("https://exam.example.edu:443", "https://exam.example.edu"),
            (" http://10.0.0.5:8080 ", "http://10.0.0.5:8080"),
            ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443"),
            ("https://考试.example.edu", "https://xn--xw0a15v.example.edu"),
        ] {
            assert_eq!(written.parse::<SiteUrl>().unwrap().as_str(), read, "{written}");
        }
        for written in ["", "exam.example.edu", "exam.example.edu:8080", "ftp://exam.example.edu", "https://", "/exams"]
        {
            assert_eq!(written.parse::<SiteUrl>(), Err(SiteUrlError::Scheme), "{written}");
        }
        for rest in ["/exam", "/?a=b", "/#top"] {
            assert_eq!(format!("https://exam.example.edu{rest}").parse::<SiteUrl>(), Err(SiteUrlError::More), "{rest}");
        }
        assert_eq!("https://me:secret@exam.example.edu".parse::<SiteUrl>(), Err(SiteUrlError::More));
    }
}
