//! What ties a password to the very connection that it is said on: `tls-server-end-point` of RFC 5929. With it Postgres
//! notices somebody in between even where we do not look at certificates.

use aws_lc_rs::digest::{Algorithm, SHA256, SHA384, SHA512, digest};
use x509_cert::Certificate;
use x509_cert::der::Decode;

/// The digest of the server's certificate (DER) by the hash of the signature under it, and by SHA-256 where that is MD5 or
/// SHA-1. `None` for signatures of which RFC 5929 does not say which hash is theirs, such as Ed25519.
pub fn end_point_of(certificate: &[u8]) -> Option<Vec<u8>> {
    let parsed = Certificate::from_der(certificate).ok()?;
    let hash = hash_of(&parsed.signature_algorithm().oid.to_string())?;
    Some(digest(hash, certificate).as_ref().to_vec())
}

/// The hash in a signature algorithm of RFC 4055 or RFC 5758.
fn hash_of(signature: &str) -> Option<&'static Algorithm> {
    match signature {
        // RSA with MD5, SHA-1, SHA-256; ECDSA with SHA-1, SHA-256
        "1.2.840.113549.1.1.4"
        | "1.2.840.113549.1.1.5"
        | "1.2.840.113549.1.1.11"
        | "1.2.840.10045.4.1"
        | "1.2.840.10045.4.3.2" => Some(&SHA256),
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => Some(&SHA384),
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => Some(&SHA512),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_hashes_give_way_and_unclear_ones_bind_to_nothing() {
        let bytes = |signature| hash_of(signature).map(Algorithm::output_len);
        assert_eq!(bytes("1.2.840.113549.1.1.5"), Some(32), "SHA-1 gives way to SHA-256");
        assert_eq!(bytes("1.2.840.10045.4.3.3"), Some(48));
        assert_eq!(bytes("1.2.840.113549.1.1.13"), Some(64));
        assert_eq!(bytes("1.3.101.112"), None, "Ed25519");
        assert_eq!(bytes("1.2.840.113549.1.1.10"), None, "RSASSA-PSS says its hash elsewhere");
        assert_eq!(end_point_of(b"no certificate"), None);
    }
}
