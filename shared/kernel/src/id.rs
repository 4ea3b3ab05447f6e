//! Ids: a prefix that names the kind, and 26 characters that sort by time of making.
//!
//! `prod_01jxy3…` is a UUID of version 7 (RFC 9562) in Crockford's base 32, lower case. Base 32
//! keeps the order of the bytes, so ids sort as text as they do as time. There is one spelling of
//! each id and no other is read, because ids are keys.
//!
//! Ids are made of arguments alone. [`from time and random bytes`](ProductId::generate) at the
//! edge, or [`derived`](ProductId::derive) from an operation, so that running the operation again
//! makes the same ids.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::{Invalid, Timestamp};

/// Crockford's alphabet: no `i`, `l`, `o` and `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Characters of an id after its prefix and underscore: 128 bits by five, rounded up.
const LENGTH: usize = 26;

/// Makes kinds of ids: a newtype of a UUID for each, with its prefix.
///
/// Services make their own kinds with it where no other service speaks of them.
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::private::uuid::Uuid);

        impl $name {
            /// The prefix of this kind, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new id of a time and of ten random bytes.
            pub fn generate(at: $crate::Timestamp, random: [u8; 10]) -> Self {
                Self($crate::id::from_parts(at, random))
            }

            /// The id that a parent (an operation, most often) gives a thing of this name: always
            /// the same one, and of the parent's time where the parent has one.
            pub fn derive(parent: &str, name: &str) -> Self {
                Self($crate::id::derive($prefix, parent, name))
            }

            /// The id of a UUID.
            pub const fn from_uuid(uuid: $crate::private::uuid::Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID of the id.
            pub const fn uuid(&self) -> $crate::private::uuid::Uuid {
                self.0
            }

            /// When the id was made, when it says so.
            pub fn made_at(&self) -> Option<$crate::Timestamp> {
                $crate::id::time_of(self.0)
            }

            /// Reads an id of this kind; there is one spelling of each.
            pub fn parse(text: &str) -> Result<Self, $crate::Invalid> {
                $crate::id::decode($prefix, text)
                    .map(Self)
                    .ok_or($crate::Invalid::new(concat!(
                        "must be an id that starts with ", $prefix, "_ and has 26 characters after it"
                    )))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&$crate::id::encode($prefix, self.0))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::Invalid;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl $crate::private::serde::Serialize for $name {
            fn serialize<S: $crate::private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(&$crate::id::encode($prefix, self.0))
            }
        }

        impl<'de> $crate::private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'de, str> as $crate::private::serde::Deserialize>
                    ::deserialize(deserializer)?;
                Self::parse(&text).map_err($crate::private::serde::de::Error::custom)
            }
        }

        impl $crate::private::schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(
                _: &mut $crate::private::schemars::SchemaGenerator,
            ) -> $crate::private::schemars::Schema {
                $crate::id::schema($prefix)
            }
        }
    )+};
}

ids! {
    /// A product.
    ProductId "prod";
    /// A variant of a product.
    VariantId "var";
    /// A category of the catalogue.
    CategoryId "cat";
    /// A run of the product import.
    ImportId "imp";
    /// A document that was uploaded to be worked on.
    UploadId "upl";
    /// An account.
    UserId "usr";
    /// An address in a user's book.
    AddressId "addr";
    /// A session of a user: one device that signed in, until it signs out.
    SessionId "ses";
    /// A cart.
    CartId "cart";
    /// An order.
    OrderId "ord";
    /// A line of a cart, and of the order that it becomes.
    LineId "line";
    /// A cancellation of an order or of a part of it.
    CancellationId "can";
    /// A hold on stock.
    ReservationId "res";
    /// A payment.
    PaymentId "pay";
    /// A refund of a payment or of a part of it.
    RefundId "ref";
    /// A job on the search index.
    JobId "job";
    /// A file in the files service.
    FileId "file";
    /// An event that one service tells the others.
    EventId "evt";
    /// What a caller asked to be done once.
    OperationId "op";
    /// One request, as its log line and its answer name it.
    RequestId "req";
}

/// A UUID of version 7 of a time and random bytes.
#[doc(hidden)]
pub fn from_parts(at: Timestamp, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(at.millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// The time inside a UUID of version 7.
#[doc(hidden)]
pub fn time_of(uuid: Uuid) -> Option<Timestamp> {
    if uuid.get_version_num() != 7 {
        return None;
    }
    let millis = uuid.as_u128() >> 80;
    i64::try_from(millis).ok().map(Timestamp::from_millis)
}

/// The child of a parent: the parent's time, when it is an id or a UUID that has one, and the
/// hash of parent, kind and name in place of random bytes. Without a time it is a UUID of
/// version 8, all hash.
#[doc(hidden)]
pub fn derive(prefix: &str, parent: &str, name: &str) -> Uuid {
    let mut hash = Sha256::new();
    for part in [parent, prefix, name] {
        // The lengths keep ("ab", "c") and ("a", "bc") apart.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    let parent = parent
        .rsplit_once('_')
        .and_then(|(_, digits)| decode_digits(digits))
        .or_else(|| Uuid::try_parse(parent).ok());
    match parent.and_then(time_of) {
        Some(at) => {
            let mut random = [0; 10];
            random.copy_from_slice(&digest[16..26]);
            from_parts(at, random)
        }
        None => Builder::from_custom_bytes(bytes).into_uuid(),
    }
}

/// The text of an id.
#[doc(hidden)]
pub fn encode(prefix: &str, uuid: Uuid) -> String {
    let mut text = String::with_capacity(prefix.len() + 1 + LENGTH);
    text.push_str(prefix);
    text.push('_');
    let bits = uuid.as_u128();
    for place in (0..LENGTH).rev() {
        let digit = (bits >> (5 * place)) & 31;
        text.push(char::from(ALPHABET[digit as usize]));
    }
    text
}

/// The UUID of an id's text, when it is the one spelling of an id with this prefix.
#[doc(hidden)]
pub fn decode(prefix: &str, text: &str) -> Option<Uuid> {
    decode_digits(text.strip_prefix(prefix)?.strip_prefix('_')?)
}

fn decode_digits(digits: &str) -> Option<Uuid> {
    // 26 digits hold 130 bits: the first may only use three of its five.
    if digits.len() != LENGTH || digits.as_bytes()[0] > b'7' {
        return None;
    }
    let mut bits: u128 = 0;
    for digit in digits.bytes() {
        let value = ALPHABET.iter().position(|&known| known == digit)?;
        bits = (bits << 5) | value as u128;
    }
    Some(Uuid::from_u128(bits))
}

/// Reads a text as an id with any prefix, for the `format` table.
pub(crate) fn check(prefix: &str, text: &str) -> Result<(), Invalid> {
    match decode(prefix, text) {
        Some(_) => Ok(()),
        None => Err(Invalid::new(
            "must be an id: its prefix, an underscore and 26 characters",
        )),
    }
}

/// The schema of an id with a prefix; its `format` is the prefix and `-id`.
#[doc(hidden)]
pub fn schema(prefix: &str) -> schemars::Schema {
    schemars::json_schema!({
        "type": "string",
        "format": format!("{prefix}-id"),
        "pattern": format!("^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$"),
        "examples": [encode(prefix, Uuid::from_u128(0x0197_bc3c_5a00_7d2e_8f10_2b3c_4d5e_6f70))]
    })
}

#[cfg(test)]
mod tests;
