//! Access tokens of the test's own making: good ones, and any other kind.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use edge::Claims;
use kernel::{Clock, Role, SystemClock, UserId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Who issues tokens on a local stage.
const ISSUER: &str = "https://ultramarket.local";
/// Whom they are for.
const AUDIENCE: &str = "ultramarket";

/// A key that signs tokens.
pub struct Signer {
    key: KeyPair,
    kid: String,
    issuer: String,
    audience: String,
}

impl Signer {
    /// Reads a private key from a PKCS#8 PEM file.
    ///
    /// # Panics
    /// When there is none.
    pub fn read(file: &str) -> Self {
        let pem = std::fs::read_to_string(file)
            .unwrap_or_else(|error| panic!("cannot read the signing key {file}: {error}"));
        let body: String = pem
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect();
        let der = STANDARD.decode(body).expect("the signing key's PEM");
        Self::of(KeyPair::from_pkcs8(&der).expect("an RSA key in PKCS#8"))
    }

    /// A new key that nobody knows.
    pub fn new() -> Self {
        Self::of(KeyPair::generate(KeySize::Rsa2048).expect("a new RSA key"))
    }

    fn of(key: KeyPair) -> Self {
        let mut signer = Self {
            key,
            kid: String::new(),
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
        };
        let (n, e) = signer.numbers();
        // RFC 7638: the members in this order, without spaces.
        let print = Sha256::digest(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#));
        signer.kid = URL_SAFE_NO_PAD.encode(print);
        signer
    }

    fn numbers(&self) -> (String, String) {
        let public = self.key.public_key();
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        (
            text(public.modulus().big_endian_without_leading_zero()),
            text(public.exponent().big_endian_without_leading_zero()),
        )
    }

    /// The same key for tokens of another issuer.
    #[must_use]
    pub fn speaking_for(mut self, issuer: String) -> Self {
        self.issuer = issuer;
        self
    }

    /// The key's id.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Who issues its tokens.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whom its tokens are for.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The public key as a JWK.
    pub fn public(&self) -> Value {
        let (n, e) = self.numbers();
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": n, "e": e })
    }

    /// The public key as DER, which an algorithm confusion would take for an HMAC secret.
    pub fn public_der(&self) -> Vec<u8> {
        let der: aws_lc_rs::encoding::PublicKeyX509Der<'_> = self
            .key
            .public_key()
            .as_der()
            .expect("the public key's DER");
        der.as_ref().to_vec()
    }

    /// The public key as PEM, likewise.
    pub fn public_pem(&self) -> String {
        let body = STANDARD.encode(self.public_der());
        let lines: Vec<&str> = body
            .as_bytes()
            .chunks(64)
            .filter_map(|line| std::str::from_utf8(line).ok())
            .collect();
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            lines.join("\n")
        )
    }

    /// The claims of somebody new in a role.
    pub fn claims(&self, role: Role) -> Claims {
        let now = SystemClock.now();
        let user = UserId::from_uuid(uuid::Uuid::now_v7()).to_string();
        Claims {
            user_id: user.clone(),
            email: format!("{}@example.test", &user[4..]),
            role,
            permissions: role.permissions().to_vec(),
            sub: user,
            jti: uuid::Uuid::new_v4().simple().to_string(),
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            iat: now.seconds(),
            exp: now.seconds() + 3600,
            nbf: now.seconds(),
            tv: 0,
            sid: None,
        }
    }

    /// The header of a good token.
    pub fn header(&self) -> Value {
        json!({ "alg": "RS256", "typ": "JWT", "kid": self.kid })
    }

    /// A good token for these claims.
    pub fn sign(&self, claims: &Claims) -> String {
        self.sign_parts(
            &self.header(),
            &serde_json::to_value(claims).expect("claims in JSON"),
        )
    }

    /// A token for somebody new in a role.
    pub fn token(&self, role: Role) -> String {
        self.sign(&self.claims(role))
    }

    /// A token of any header and claims, signed with RS256 whatever the header says.
    pub fn sign_parts(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&format!("{}.{}", segment(header), segment(claims)))
    }

    /// Signs two segments as they stand.
    pub fn sign_text(&self, text: &str) -> String {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                text.as_bytes(),
                &mut signature,
            )
            .expect("a signature");
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

impl Default for Signer {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.kid)
    }
}

/// A segment of a token: JSON in base 64.
pub fn segment(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// HMAC (RFC 2104) with SHA-256.
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut padded = [0_u8; BLOCK];
    if key.len() > BLOCK {
        padded[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        padded[..key.len()].copy_from_slice(key);
    }
    let keyed = |pad: u8| padded.map(|byte| byte ^ pad);
    let inner = Sha256::new()
        .chain_update(keyed(0x36))
        .chain_update(message)
        .finalize();
    Sha256::new()
        .chain_update(keyed(0x5c))
        .chain_update(inner)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_agrees_with_rfc_4231() {
        let hex = |bytes: [u8; 32]| bytes.map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(
            hex(hmac_sha256(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(hmac_sha256(
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First"
            )),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn a_token_has_three_segments_and_its_keys_name() {
        let signer = Signer::new();
        let token = signer.token(Role::Manager);
        assert_eq!(token.split('.').count(), 3);
        let header = token
            .split('.')
            .next()
            .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
        let header: Value = serde_json::from_slice(&header.unwrap()).unwrap();
        assert_eq!(header["kid"], signer.kid());
        assert_ne!(Signer::new().kid(), signer.kid());
    }
}
