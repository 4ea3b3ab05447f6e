//! What each country wants of an address, as the crate `keshvar` has it.
//!
//! - **Postal codes.** Where a country has them one is needed, in the country's form.
//! - **Regions.** In the countries of [`CHECKED`] a region that is given must be one of theirs: its
//!   ISO 3166-2 code, with or without the country before it, or a name of it. In others the names
//!   of the source are not what people write (councils in the United Kingdom, one romanisation of
//!   several in Taiwan), and any word is taken.
//! - A region is **needed** only where an address is not complete without: [`NEEDED`].

use kernel::{CountryCode, text};
use keshvar::{Alpha2, Country, Subdivision};
use regex_lite::Regex;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The most characters of a postal code.
pub const POSTAL_CODE_MAX: usize = 16;

/// Countries whose addresses are not complete without a region: it decides the tax, or places of
/// the same name are told apart by it.
const NEEDED: [&str; 7] = ["AU", "BR", "CA", "CN", "IN", "MX", "US"];

/// Countries whose regions are told apart.
const CHECKED: [&str; 21] = [
    "AR", "AT", "AU", "BR", "CA", "CH", "CN", "DE", "DK", "ES", "FI", "IN", "IT", "JP", "KR", "MX",
    "NZ", "PL", "PT", "US", "ZA",
];

/// What people write, and carriers deliver to, that the source has no name for.
const ALSO: [(&str, &[&str]); 17] = [
    ("AR", &["Ciudad Autónoma de Buenos Aires", "CABA"]),
    ("CA", &["PEI"]),
    ("CH", &["St. Gallen", "Geneva"]),
    ("CN", &["Macau"]),
    (
        "DE",
        &[
            "Lower Saxony",
            "Mecklenburg-Western Pomerania",
            "North Rhine-Westphalia",
            "NRW",
            "Saxony",
            "Saxony-Anhalt",
            "Thuringia",
        ],
    ),
    ("DK", &["Southern Denmark"]),
    (
        "ES",
        &["Andalusia", "Canarias", "Catalonia", "Catalunya", "Seville"],
    ),
    ("FI", &["Lapland", "Southwest Finland"]),
    // Two states are younger than their names in the source, and three have older codes.
    (
        "IN",
        &[
            "CT",
            "OR",
            "Puducherry",
            "Telangana",
            "TG",
            "TS",
            "UK",
            "UT",
            "Uttarakhand",
        ],
    ),
    ("IT", &["Milan", "Rome", "Tuscany"]),
    ("JP", &["Tokyo-to"]),
    ("KR", &["Gangwon-do", "Jeollabuk-do", "Sejong", "Ulsan"]),
    (
        "MX",
        &[
            "CDMX",
            "DF",
            "Distrito Federal",
            "Estado de México",
            "Mexico City",
        ],
    ),
    ("PL", &["Lodzkie"]),
    ("PT", &["Azores", "Lisbon"]),
    // The armed forces' post, and the islands by their short name.
    ("US", &["AA", "AE", "AP", "Virgin Islands"]),
    ("ZA", &["KZN"]),
];

/// The rules of one country.
#[derive(Debug)]
pub struct Rules {
    code: CountryCode,
    country: Option<Country>,
}

impl Rules {
    /// The rules of a country; of one that the source does not know there are none.
    pub fn of(code: CountryCode) -> Self {
        let country = Alpha2::try_from(code.as_str())
            .ok()
            .map(|code| code.to_country());
        Self { code, country }
    }

    /// The postal code in the form that is kept, with its letters in upper case.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn postal_code(&self, given: Option<&str>) -> Result<Option<String>, String> {
        let has_codes = self.country.as_ref().is_some_and(Country::postal_code);
        let given = given.map(str::trim).filter(|code| !code.is_empty());
        let Some(given) = given else {
            return match has_codes {
                true => Err(format!("must be given in {}", self.code)),
                false => Ok(None),
            };
        };
        let code = given.to_ascii_uppercase();
        let form = self.country.as_ref().and_then(Country::postal_code_format);
        // The source's forms are parts of a text; a code is all of it.
        let form = form.and_then(|form| Regex::new(&format!("^(?:{form})$")).ok());
        let is_written = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-');
        let sound = match form {
            Some(form) => form.is_match(&code),
            None => code.len() <= POSTAL_CODE_MAX && code.chars().all(is_written),
        };
        if sound {
            Ok(Some(code))
        } else {
            Err(format!("must be a postal code of {}", self.code))
        }
    }

    /// The region as it was given, but for a code, which is in upper case.
    ///
    /// # Errors
    /// The rule that it breaks.
    pub fn region(&self, given: Option<&str>) -> Result<Option<String>, String> {
        let given = given.map(str::trim).filter(|region| !region.is_empty());
        let Some(given) = given else {
            return match NEEDED.contains(&self.code.as_str()) {
                true => Err(format!("must be given in {}", self.code)),
                false => Ok(None),
            };
        };
        let is_checked = CHECKED.contains(&self.code.as_str());
        let Some(country) = self.country.as_ref().filter(|_| is_checked) else {
            return Ok(Some(given.to_owned()));
        };
        let upper = given.to_ascii_uppercase();
        let code = upper
            .strip_prefix(self.code.as_str())
            .and_then(|rest| rest.strip_prefix('-'))
            .unwrap_or(&upper);
        if country.subdivisions().contains_key(code) {
            return Ok(Some(upper));
        }
        let wanted = comparable(given);
        let is_it = |name: &str| comparable(name) == wanted;
        let mut regions = country.subdivisions().values();
        if regions.any(|region| names(region).any(is_it)) || self.also().any(is_it) {
            Ok(Some(given.to_owned()))
        } else {
            Err(format!("must be a region of {}", self.code))
        }
    }

    /// The ISO 3166-2 code, without the country, of a region as an address has it. None where the
    /// source knows no region of that code or name.
    pub fn region_code(&self, region: &str) -> Option<String> {
        let upper = region.trim().to_ascii_uppercase();
        let code = upper
            .strip_prefix(self.code.as_str())
            .and_then(|rest| rest.strip_prefix('-'))
            .unwrap_or(&upper);
        let regions = self.country.as_ref()?.subdivisions();
        if regions.contains_key(code) {
            return Some(code.to_owned());
        }
        let wanted = comparable(region);
        let is_it = |region: &Subdivision| names(region).any(|name| comparable(name) == wanted);
        let (code, _) = regions.iter().find(|(_, region)| is_it(region))?;
        Some(code.to_string())
    }

    /// Names that the source has not.
    fn also(&self) -> impl Iterator<Item = &'static str> {
        let names = ALSO.iter().find(|(code, _)| *code == self.code.as_str());
        names
            .map_or(&[] as &[_], |(_, names)| names)
            .iter()
            .copied()
    }
}

/// Every name of a region. Those of several languages stand in one text: `Navarra/Nafarroa`,
/// `Seoul-teukbyeolsi [Seoul]`.
fn names(region: &Subdivision) -> impl Iterator<Item = &str> {
    let parts = |name: &'static str| name.split(['/', '[', ']', '(', ')']).chain([name]);
    let others = region.unofficial_name_list().iter().copied();
    others.chain([region.name()]).flat_map(parts)
}

/// A name without case, accents and marks: `São Paulo` is also written `Sao Paulo`, and
/// `Gyeonggido` with a hyphen.
fn comparable(name: &str) -> String {
    let bare: String = name.nfd().filter(|&c| !is_combining_mark(c)).collect();
    text::fold(&bare)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

#[cfg(test)]
mod tests;
