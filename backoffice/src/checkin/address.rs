//! Which door is meant: exam, sitting and site, as they stand in the address.

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use registration::model::room::SiteId;
use registration::model::room::checkin::{DoubtId, Entrance};
use uuid::Uuid;

use crate::app::App;
use crate::request::failure::Failure;

/// A sitting at a site out of an address, whatever else stands in it.
#[derive(Debug, Clone)]
pub(crate) struct Address(pub(crate) Entrance);

impl Address {
    /// Where the pages of this door are.
    pub(crate) fn path(&self) -> String {
        path_of(&self.0)
    }
}

/// Where the pages of a door are.
pub(crate) fn path_of(entrance: &Entrance) -> String {
    let Entrance { exam, sitting, site } = entrance;
    format!("/check-in/{exam}/{sitting}/{}", site.0)
}

/// An entry in doubt, out of the same address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DoubtAddress(pub(crate) DoubtId);

impl FromRequestParts<App> for Address {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Failure::NotFound)?;
        let entrance = Entrance {
            exam: part(&params, "exam")?.parse().map_err(|_| Failure::NotFound)?,
            sitting: part(&params, "sitting")?.parse().map_err(|_| Failure::NotFound)?,
            site: SiteId(Uuid::try_parse(part(&params, "site")?).map_err(|_| Failure::NotFound)?),
        };
        Ok(Self(entrance))
    }
}

impl FromRequestParts<App> for DoubtAddress {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Failure::NotFound)?;
        Uuid::try_parse(part(&params, "doubt")?).map(DoubtId).map(Self).map_err(|_| Failure::NotFound)
    }
}

fn part<'a>(params: &'a RawPathParams, name: &str) -> Result<&'a str, Failure> {
    params.iter().find(|(known, _)| *known == name).map(|(_, value)| value).ok_or(Failure::NotFound)
}
