//! Certificates and keys, made anew whenever they are asked for: a key that is in a program's source
//! is none.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256,
};

/// A certificate with what lies between it and its root, and its key.
pub(super) struct Pair {
    /// The server's certificate, and the one that vouches for it, PEM.
    pub(super) certificates: String,
    /// The key, PEM (PKCS #8).
    pub(super) key: String,
}

impl Pair {
    /// Makes one for `localhost`; the name tells it from others.
    pub(super) fn new(name: &str) -> Self {
        // With the algorithm and the names that are given here, nothing of this can fail.
        Self::make(name).expect("an ECDSA key and three certificates can be made")
    }

    fn make(name: &str) -> Result<Self, rcgen::Error> {
        let key = || KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256);
        let root = Issuer::new(authority(&format!("root of {name}"))?, key()?);
        let params = authority(&format!("between root and {name}"))?;
        let its_key = key()?;
        let between = params.signed_by(&its_key, &root)?;
        let issuer = Issuer::new(params, its_key);
        let leaf_key = key()?;
        let leaf = named(name)?.signed_by(&leaf_key, &issuer)?;
        Ok(Self {
            certificates: leaf.pem() + &between.pem(),
            key: leaf_key.serialize_pem(),
        })
    }
}

/// A certificate for `localhost`, with a name that people can read.
fn named(name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(["localhost".to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, name);
    Ok(params)
}

/// A certificate that vouches for others.
fn authority(name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = named(name)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    Ok(params)
}

/// The certificates of a PEM file, DER; none if it is no such file.
pub(super) fn certificates(pem: &[u8]) -> Vec<Vec<u8>> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    CertificateDer::pem_slice_iter(pem)
        .filter_map(Result::ok)
        .map(|certificate| certificate.to_vec())
        .collect()
}

/// The first certificate of a PEM file, DER, if all of it can be used and this key belongs to it.
pub(super) fn leaf_of(certificates_pem: &[u8], key_pem: &[u8]) -> Option<Vec<u8>> {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let chain = certificates(certificates_pem);
    let leaf = chain.first().cloned();
    let key = PrivateKeyDer::from_pem_slice(key_pem).ok()?;
    let chain = chain.into_iter().map(CertificateDer::from).collect();
    rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .ok()?;
    leaf
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_two_certificates_and_the_key_of_the_first() {
        let pair = Pair::new("first");
        assert_eq!(certificates(pair.certificates.as_bytes()).len(), 2);
        assert!(pair.key.starts_with("-----BEGIN PRIVATE KEY-----"));
        assert_eq!(certificates(b"nothing"), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_key_belongs_to_one_certificate() {
        let (one, other) = (Pair::new("one"), Pair::new("other"));
        let (chain, key) = (one.certificates.as_bytes(), one.key.as_bytes());
        assert_eq!(leaf_of(chain, key), Some(certificates(chain)[0].clone()));
        assert_eq!(leaf_of(chain, other.key.as_bytes()), None);
        assert_eq!(leaf_of(&chain[..chain.len() / 3], key), None);
        assert_eq!(leaf_of(chain, b"no key\n"), None);
    }
}
