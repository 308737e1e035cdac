//! Passkeys of staff, with an authenticator of our own.

use aws_lc_rs::digest;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use registration::desk::staff::{
    By, FactorError, NewPasskey, OpenSession, Origin, Role, SessionToken, Shown, StaffMember, UsedPasskey,
};

use crate::world::World;

const ORIGIN: &str = "https://staff.example.edu";
const HOME: Origin<'static> = Origin { address: None, agent: "", device: None };

/// A device that keeps one key.
struct Device {
    pair: EcdsaKeyPair,
    name: &'static [u8],
    signs: u32,
}

impl Device {
    fn new(name: &'static [u8]) -> Self {
        Self { pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(), name, signs: 0 }
    }

    fn client(kind: &str, challenge: &str, origin: &str) -> String {
        format!("{{\"type\":\"{kind}\",\"challenge\":\"{challenge}\",\"origin\":\"{origin}\"}}")
    }

    fn said(&self, flags: u8, more: &[u8]) -> Vec<u8> {
        let site = digest::digest(&digest::SHA256, b"staff.example.edu");
        [site.as_ref(), &[flags], &self.signs.to_be_bytes(), more].concat()
    }

    /// What a browser sends when the key is made: client, data, key.
    fn make(&self, challenge: &str) -> [String; 3] {
        let length = u16::try_from(self.name.len()).unwrap().to_be_bytes();
        let data = self.said(0x45, &[&[0; 16][..], &length, self.name, b"COSE"].concat());
        let key = AsDer::as_der(self.pair.public_key()).unwrap().as_ref().to_vec();
        [Self::client("webauthn.create", challenge, ORIGIN).into_bytes(), data, key].map(|bytes| BASE64.encode(bytes))
    }

    /// What a browser sends when the key is used: credential, client, data, signature.
    fn sign(&mut self, challenge: &str, flags: u8) -> [String; 4] {
        self.sign_at(challenge, flags, ORIGIN)
    }

    /// The same on a page of another origin.
    fn sign_at(&mut self, challenge: &str, flags: u8, origin: &str) -> [String; 4] {
        self.signs += 1;
        let (client, data) = (Self::client("webauthn.get", challenge, origin).into_bytes(), self.said(flags, &[]));
        let message = [&data[..], digest::digest(&digest::SHA256, &client).as_ref()].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &message).unwrap().as_ref().to_vec();
        [self.name.to_vec(), client, data, signature].map(|bytes| BASE64.encode(bytes))
    }
}

impl World {
    async fn arrived(&self, member: &StaffMember) -> OpenSession {
        let token = self.registration.staff.begin(member, &HOME).await.unwrap();
        self.open_by(&token).await
    }

    async fn open_by(&self, token: &SessionToken) -> OpenSession {
        self.registration.staff.open(token, true).await.unwrap().unwrap()
    }

    async fn add(&self, open: &OpenSession, device: &Device) -> Result<(OpenSession, usize), FactorError> {
        let question = self.registration.staff.passkey_question(open).await.unwrap();
        let [client, data, key] = device.make(&question.challenge);
        let new = NewPasskey { client: &client, data: &data, key: &key, algorithm: -7, origin: ORIGIN };
        let added = self.registration.staff.add_passkey(open, &new, &HOME).await?;
        Ok((self.open_by(&added.token).await, added.codes.len()))
    }
}

fn used(sent: &[String; 4]) -> UsedPasskey<'_> {
    let [credential, client, data, signature] = sent;
    UsedPasskey { credential, client, data, signature, origin: ORIGIN }
}

#[tokio::test(flavor = "multi_thread")]
async fn d6_a_passkey_lets_its_owner_in_where_it_was_made_once_for_each_question() {
    let world = World::usual().await;
    let staff = &world.registration.staff;
    let clerk = staff.add("clerk", "long-enough-2", Role::Reviewer).await.unwrap();
    let mut device = Device::new(b"phone");
    let (_, codes) = world.add(&world.arrived(&clerk).await, &device).await.unwrap();
    assert_eq!(codes, 10, "the first factor comes with recovery codes");
    // Whoever has the password alone adds none.
    let second = Device::new(b"other");
    let refused = world.add(&world.arrived(&clerk).await, &second).await;
    assert!(matches!(refused, Err(FactorError::Enrolled)), "{refused:?}");
    // Two with the same answer: one counts.
    let open = world.arrived(&clerk).await;
    let question = staff.passkey_question(&open).await.unwrap();
    assert_eq!(question.credentials, [BASE64.encode(b"phone")]);
    let sent = device.sign(&question.challenge, 0x05);
    let one = used(&sent);
    let (first, other) = tokio::join!(
        staff.show_factor(&open, Shown::Passkey(&one), &HOME),
        staff.show_factor(&open, Shown::Passkey(&one), &HOME)
    );
    assert!(first.is_ok() != other.is_ok(), "{first:?} {other:?}");
    let open = world.open_by(&first.or(other).unwrap()).await;
    // Another one, now that one was shown; its answer counts for no other sign-in.
    let (open, codes) = world.add(&open, &second).await.unwrap();
    assert_eq!((codes, staff.factors(&clerk).await.unwrap().passkeys), (0, 2));
    let elsewhere = world.arrived(&clerk).await;
    let wrong = async |used: &UsedPasskey<'_>| {
        let refused = staff.show_factor(&elsewhere, Shown::Passkey(used), &HOME).await;
        assert!(matches!(refused, Err(FactorError::Wrong | FactorError::Used)), "{refused:?}");
    };
    wrong(&one).await;
    let question = staff.passkey_question(&elsewhere).await.unwrap();
    let sent = device.sign(&question.challenge, 0x01);
    wrong(&used(&sent)).await;
    // A copy of the device counts from where it was copied.
    device.signs = 0;
    let sent = device.sign(&question.challenge, 0x05);
    wrong(&used(&sent)).await;
    device.signs = 9;
    let sent = device.sign(&question.challenge, 0x05);
    wrong(&UsedPasskey { origin: "https://staff.example.edu.evil.example", ..used(&sent) }).await;
    staff.show_factor(&world.arrived(&clerk).await, Shown::Passkey(&used(&sent)), &HOME).await.unwrap_err();
    // A page of a host below this one may use the key, too; what it is told counts there.
    let below = "https://desk.staff.example.edu";
    let sent = device.sign_at(&question.challenge, 0x05, below);
    let own = Origin { device: Some("their laptop"), ..HOME };
    let there = UsedPasskey { origin: below, ..used(&sent) };
    let refused = staff.show_factor(&elsewhere, Shown::Passkey(&there), &own).await;
    assert!(matches!(refused, Err(FactorError::Wrong)), "{refused:?}");
    // The last factor stays.
    let all = staff.passkeys(&clerk).await.unwrap();
    assert!(staff.remove_passkey(&open, all[0].number).await.unwrap());
    assert!(!staff.remove_passkey(&open, all[0].number).await.unwrap(), "it is gone");
    assert!(!staff.remove_passkey(&open, all[1].number).await.unwrap(), "it is the last");
    assert_eq!(staff.factors(&clerk).await.unwrap().passkeys, 1);
    assert!(staff.reset_factor(By::Operator, "clerk").await.unwrap());
    assert!(!staff.factors(&clerk).await.unwrap().is_set_up());
    world.finish().await;
}
