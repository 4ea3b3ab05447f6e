//! Addresses: where things are sent, and a user's book of them.

use kernel::{AddressId, CountryCode, Faults, Phone, Timestamp, words};

use crate::country::Rules;

/// The most addresses of a user.
pub const MOST: u64 = 50;
/// The most characters of a line.
pub const LINE_MAX: usize = 200;

/// An address in a user's book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Its id.
    pub id: AddressId,
    /// Where it is.
    pub place: Place,
    /// Rises by one with every change.
    pub version: u64,
    /// When it was put into the book.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A user's addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Book {
    /// The addresses, the oldest first.
    pub addresses: Vec<Address>,
    /// The one that is taken where nobody says. That there is one at a time needs no care: the
    /// book names it, not the addresses.
    pub default: Option<AddressId>,
}

/// An address, and whether it is its book's default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The address.
    pub address: Address,
    /// Whether it is.
    pub is_default: bool,
}

/// A place that mail can be sent to, as its country wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Whom it is for.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// What else the post needs.
    pub line2: Option<String>,
    /// The town.
    pub city: String,
    /// The state or province, by code or by name.
    pub region: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The country.
    pub country: CountryCode,
    /// Whom the driver calls.
    pub phone: Option<Phone>,
}

/// What an address is asked to be; `None` is as before, `Some(None)` is nothing any more.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Whom it is for.
    pub name: Option<String>,
    /// Street and number.
    pub line1: Option<String>,
    /// What else the post needs.
    pub line2: Option<Option<String>>,
    /// The town.
    pub city: Option<String>,
    /// The state or province.
    pub region: Option<Option<String>>,
    /// The postal code.
    pub postal_code: Option<Option<String>>,
    /// The country.
    pub country: Option<CountryCode>,
    /// Whom the driver calls.
    pub phone: Option<Option<Phone>>,
    /// Whether it is to be the user's default, or not to be it any more.
    pub default: Option<bool>,
}

impl Book {
    /// The addresses as entries.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        self.addresses.iter().map(|address| Entry {
            address: address.clone(),
            is_default: self.default == Some(address.id),
        })
    }

    /// The address of an id.
    pub fn entry(&self, id: AddressId) -> Option<Entry> {
        self.entries().find(|entry| entry.address.id == id)
    }

    /// The default after an address of this id was asked to be it, not to be it, or neither. A book
    /// without one takes a new address for it.
    pub fn default_with(
        &self,
        id: AddressId,
        asked: Option<bool>,
        is_new: bool,
    ) -> Option<AddressId> {
        match asked {
            Some(true) => Some(id),
            Some(false) => self.default.filter(|&default| default != id),
            None if is_new => self.default.or(Some(id)),
            None => self.default,
        }
    }
}

impl Changes {
    /// Notes what can be said of the fields that are given without knowing the others.
    pub fn check_words(&self, faults: &mut Faults) {
        let lines = [
            ("/name", self.name.as_ref()),
            ("/line1", self.line1.as_ref()),
            ("/line2", self.line2.as_ref().and_then(Option::as_ref)),
            ("/city", self.city.as_ref()),
            ("/region", self.region.as_ref().and_then(Option::as_ref)),
        ];
        for (pointer, line) in lines {
            if let Some(rule) = line.and_then(|line| broken(line)) {
                faults.add(pointer, rule);
            }
        }
        // Without a country it is the address's own, which is not read yet.
        if let Some(country) = self.country {
            let rules = Rules::of(country);
            if let Some(code) = &self.postal_code {
                faults.take("/postalCode", rules.postal_code(code.as_deref()));
            }
            if let Some(region) = &self.region {
                faults.take("/region", rules.region(region.as_deref()));
            }
        }
    }
}

impl Place {
    /// A new place.
    ///
    /// # Errors
    /// The rules that it breaks, all of them.
    pub fn create(asked: &Changes) -> Result<Self, Faults> {
        let Some(country) = asked.country else {
            let mut faults = Faults::new();
            faults.add("/country", "is missing");
            return Err(faults);
        };
        let nowhere = Self {
            name: String::new(),
            line1: String::new(),
            line2: None,
            city: String::new(),
            region: None,
            postal_code: None,
            country,
            phone: None,
        };
        nowhere.changed(asked)
    }

    /// The place with changes. Whatever changes, the country's rules hold for all of it.
    ///
    /// # Errors
    /// The rules that it breaks, all of them.
    pub fn changed(&self, asked: &Changes) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let country = asked.country.unwrap_or(self.country);
        let rules = Rules::of(country);
        let postal_code = asked.postal_code.as_ref().unwrap_or(&self.postal_code);
        let region = asked.region.as_ref().unwrap_or(&self.region);
        let postal_code = rules.postal_code(postal_code.as_deref());
        let region = rules.region(region.as_deref());
        let place = Self {
            name: tidy(asked.name.as_ref().unwrap_or(&self.name)),
            line1: tidy(asked.line1.as_ref().unwrap_or(&self.line1)),
            line2: asked
                .line2
                .as_ref()
                .unwrap_or(&self.line2)
                .as_deref()
                .map(tidy),
            city: tidy(asked.city.as_ref().unwrap_or(&self.city)),
            region: faults.take("/region", region).flatten(),
            postal_code: faults.take("/postalCode", postal_code).flatten(),
            country,
            phone: asked.phone.as_ref().unwrap_or(&self.phone).clone(),
        };
        let lines = [
            ("/name", Some(&place.name)),
            ("/line1", Some(&place.line1)),
            ("/line2", place.line2.as_ref()),
            ("/city", Some(&place.city)),
            ("/region", place.region.as_ref()),
        ];
        for (pointer, line) in lines {
            if let Some(rule) = line.and_then(|line| broken(line))
                && !faults.has(pointer)
            {
                faults.add(pointer, rule);
            }
        }
        faults.into_result().map(|()| place)
    }
}

impl Address {
    /// The address with changes; what changes nothing is no change.
    ///
    /// # Errors
    /// The rules that it breaks.
    pub fn changed(&self, asked: &Changes, at: Timestamp) -> Result<Self, Faults> {
        let place = self.place.changed(asked)?;
        if place == self.place {
            return Ok(self.clone());
        }
        Ok(Self {
            place,
            version: self.version + 1,
            updated_at: at.max(self.updated_at),
            ..self.clone()
        })
    }
}

fn tidy(line: &str) -> String {
    line.trim().to_owned()
}

/// The rule that a line breaks, if it breaks one.
fn broken(line: &str) -> Option<String> {
    let line = line.trim();
    if line.chars().count() > LINE_MAX {
        return Some(format!("must have at most {LINE_MAX} characters"));
    }
    words::broken_line(line).map(str::to_owned)
}

#[cfg(test)]
mod tests;
