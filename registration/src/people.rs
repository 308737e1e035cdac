//! Who candidates are: accounts, and the proof of who is behind one.

pub mod accounts;
pub mod candidates;
pub(crate) mod care;
pub mod consents;
pub mod faces;
pub mod identity;
pub mod retention;
pub(crate) mod store;

use gateways::Gateways;

use crate::application::Applications;
use crate::application::photos::Photos;
use crate::desk::people::IdentityReviews;
use crate::pictures::kept::IdentityPictures;
use crate::secrets::vault::Vault;
use crate::store::Database;
use accounts::Accounts;
use faces::Faces;
use identity::Identity;

/// The doors that are about who somebody is, and the one that asks them all.
pub(crate) struct People {
    pub(crate) identity: Identity,
    pub(crate) faces: Faces,
    pub(crate) photos: Photos,
    pub(crate) reviews: IdentityReviews,
    pub(crate) applications: Applications,
}

impl People {
    /// Over what they stand on.
    pub(crate) fn new(
        database: &Database,
        vault: &Vault,
        accounts: &Accounts,
        pictures: &IdentityPictures,
        gateways: Gateways,
    ) -> Self {
        let identity = Identity {
            database: database.clone(),
            vault: vault.clone(),
            accounts: accounts.clone(),
            pictures: pictures.clone(),
            gateways: gateways.clone(),
        };
        let faces = Faces { database: database.clone(), pictures: pictures.clone(), gateways: gateways.clone() };
        let photos = Photos { database: database.clone(), pictures: pictures.clone(), gateways };
        let reviews =
            IdentityReviews { database: database.clone(), identity: identity.clone(), pictures: pictures.clone() };
        let applications = Applications {
            database: database.clone(),
            vault: vault.clone(),
            identity: identity.clone(),
            faces: faces.clone(),
            photos: photos.clone(),
        };
        Self { identity, faces, photos, reviews, applications }
    }
}
