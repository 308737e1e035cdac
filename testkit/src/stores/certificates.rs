//! The certificates of one test's stores: those of a CA of its own, and those of another one whom nobody should believe.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

/// Files of PEM in one directory: `ca.pem`, which signed `server.pem` for `localhost` and `client.pem`; and `other-ca.pem`, which
/// signed `stranger.pem`. What is signed has its key beside it, `client.key`.
#[derive(Debug)]
pub(crate) struct Certificates {
    dir: PathBuf,
}

impl Certificates {
    /// Makes all of them in this directory.
    pub(crate) fn make(dir: PathBuf) -> Self {
        fs::create_dir_all(&dir).expect("the directory is ours");
        let (ca, issuer) = authority("A CA of this test");
        write(&dir, "ca.pem", &ca);
        let (other_ca, other_issuer) = authority("Another CA of this test");
        write(&dir, "other-ca.pem", &other_ca);
        for (name, names, purpose, issuer) in [
            ("server", vec!["localhost".to_owned()], ExtendedKeyUsagePurpose::ServerAuth, &issuer),
            ("client", Vec::new(), ExtendedKeyUsagePurpose::ClientAuth, &issuer),
            ("stranger", Vec::new(), ExtendedKeyUsagePurpose::ClientAuth, &other_issuer),
        ] {
            let key = KeyPair::generate().expect("a key is made");
            let mut params = CertificateParams::new(names).expect("the names are well-formed");
            params.distinguished_name.push(DnType::CommonName, format!("The {name} of this test"));
            params.use_authority_key_identifier_extension = true;
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.extended_key_usages = vec![purpose];
            let certificate = params.signed_by(&key, issuer).expect("it is signed");
            write(&dir, &format!("{name}.pem"), &certificate.pem());
            write(&dir, &format!("{name}.key"), &key.serialize_pem());
        }
        Self { dir }
    }

    /// Where one of the files is.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// What a `redis-server` is told that speaks TLS at this port, and wants a certificate of its callers, too.
    pub(crate) fn redis_settings(&self, port: u16) -> Vec<(&'static str, String)> {
        let file = |name: &str| self.file(name).display().to_string();
        vec![
            ("tls-port", port.to_string()),
            ("tls-cert-file", file("server.pem")),
            ("tls-key-file", file("server.key")),
            ("tls-ca-cert-file", file("ca.pem")),
            ("tls-auth-clients", "yes".to_owned()),
        ]
    }

    /// What an address of Redis says of TLS, for such a server: `cacert=…&cert=…&key=…`.
    pub(crate) fn redis_query(&self) -> String {
        let file = |name: &str| self.file(name).display().to_string();
        format!("cacert={}&cert={}&key={}", file("ca.pem"), file("client.pem"), file("client.key"))
    }
}

/// The certificate of a CA in PEM, and what signs with its key.
fn authority(name: &str) -> (String, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().expect("a key is made");
    let mut params = CertificateParams::new(Vec::<String>::new()).expect("no name is wrong");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let certificate = params.self_signed(&key).expect("it is signed");
    (certificate.pem(), Issuer::new(params, key))
}

/// Readable for the stores' own user alone: Postgres takes no key that others could read.
fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::write(&path, text).expect("the directory is ours");
    fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("the file is ours");
    if let Some(user) = embedded::unprivileged_user() {
        chown(&path, Some(user.uid), Some(user.gid)).expect("root may give a file away");
    }
}
