//! Rates by country and region, as they stood at the beginning of 2026.
//!
//! They are those of the country or state itself: what counties and cities of the United States
//! add, and goods with rates of their own, are for a provider. A shop registers where it must and
//! has its table checked by whoever answers for its books; where it is not registered it charges
//! none, and so do countries without a row.

use super::{Destination, Rate, TaxRates, Taxes};

/// The table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    countries: &'static [Country],
    regions: &'static [Region],
}

/// A country, and its standard and reduced rate.
type Country = (&'static str, How, u32, u32);

/// A region of a country whose prices are without tax, and its rate.
type Region = (&'static str, &'static str, u32);

/// How a country adds tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// Prices have it in them, and shipping too.
    Included,
    /// It comes on top, of shipping too.
    OnTop,
    /// It comes on top of things, and not of shipping.
    OnThings,
}

use How::{Included, OnThings, OnTop};

/// The table that the shop sells by.
pub const RATES: Table = Table {
    countries: COUNTRIES,
    regions: REGIONS,
};

impl TaxRates for Table {
    fn taxes(&self, destination: &Destination) -> Taxes {
        let country = destination.country.as_str();
        let Some((_, how, standard, reduced)) = self.countries.iter().find(|row| row.0 == country)
        else {
            return Taxes::NONE;
        };
        let region = destination.region.as_deref();
        let own = self
            .regions
            .iter()
            .find(|row| row.0 == country && Some(row.1) == region);
        Taxes {
            included: *how == Included,
            standard: Rate(own.map_or(*standard, |row| row.2)),
            reduced: Rate(*reduced),
            on_shipping: *how != OnThings,
        }
    }
}

#[rustfmt::skip]
const COUNTRIES: &[Country] = &[
    // The European Union.
    ("AT", Included, 20_000, 10_000), ("BE", Included, 21_000, 6_000), ("BG", Included, 20_000, 9_000),
    ("CY", Included, 19_000, 5_000), ("CZ", Included, 21_000, 12_000), ("DE", Included, 19_000, 7_000),
    ("DK", Included, 25_000, 25_000), ("EE", Included, 24_000, 9_000), ("ES", Included, 21_000, 10_000),
    ("FI", Included, 25_500, 13_500), ("FR", Included, 20_000, 5_500), ("GR", Included, 24_000, 13_000),
    ("HR", Included, 25_000, 13_000), ("HU", Included, 27_000, 5_000), ("IE", Included, 23_000, 13_500),
    ("IT", Included, 22_000, 10_000), ("LT", Included, 21_000, 12_000), ("LU", Included, 17_000, 8_000),
    ("LV", Included, 21_000, 12_000), ("MT", Included, 18_000, 5_000), ("NL", Included, 21_000, 9_000),
    ("PL", Included, 23_000, 8_000), ("PT", Included, 23_000, 6_000), ("RO", Included, 21_000, 11_000),
    ("SE", Included, 25_000, 12_000), ("SI", Included, 22_000, 9_500), ("SK", Included, 23_000, 19_000),
    // Others whose prices have the tax in them.
    ("AU", Included, 10_000, 0), ("CH", Included, 8_100, 2_600), ("GB", Included, 20_000, 5_000),
    ("JP", Included, 10_000, 8_000), ("NO", Included, 25_000, 15_000), ("NZ", Included, 15_000, 15_000),
    // Those where it comes on top, of which regions have their own.
    ("CA", OnTop, 5_000, 0), ("US", OnThings, 0, 0),
];

#[rustfmt::skip]
const REGIONS: &[Region] = &[
    // Where provinces of Canada add to the country's five percent.
    ("CA", "BC", 12_000), ("CA", "MB", 12_000), ("CA", "NB", 15_000), ("CA", "NL", 15_000),
    ("CA", "NS", 14_000), ("CA", "ON", 13_000), ("CA", "PE", 15_000), ("CA", "QC", 14_975),
    ("CA", "SK", 11_000),
    // The states of the United States that have a tax on sales, and the capital.
    ("US", "AL", 4_000), ("US", "AR", 6_500), ("US", "AZ", 5_600), ("US", "CA", 7_250),
    ("US", "CO", 2_900), ("US", "CT", 6_350), ("US", "DC", 6_000), ("US", "FL", 6_000),
    ("US", "GA", 4_000), ("US", "HI", 4_000), ("US", "IA", 6_000), ("US", "ID", 6_000),
    ("US", "IL", 6_250), ("US", "IN", 7_000), ("US", "KS", 6_500), ("US", "KY", 6_000),
    ("US", "LA", 5_000), ("US", "MA", 6_250), ("US", "MD", 6_000), ("US", "ME", 5_500),
    ("US", "MI", 6_000), ("US", "MN", 6_875), ("US", "MO", 4_225), ("US", "MS", 7_000),
    ("US", "NC", 4_750), ("US", "ND", 5_000), ("US", "NE", 5_500), ("US", "NJ", 6_625),
    ("US", "NM", 4_875), ("US", "NV", 6_850), ("US", "NY", 4_000), ("US", "OH", 5_750),
    ("US", "OK", 4_500), ("US", "PA", 6_000), ("US", "RI", 7_000), ("US", "SC", 6_000),
    ("US", "SD", 4_200), ("US", "TN", 7_000), ("US", "TX", 6_250), ("US", "UT", 6_100),
    ("US", "VA", 5_300), ("US", "VT", 6_000), ("US", "WA", 6_500), ("US", "WI", 5_000),
    ("US", "WV", 6_000), ("US", "WY", 4_000),
];

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::CountryCode;
    use std::collections::HashSet;

    fn taxes(country: &str, region: Option<&str>) -> Taxes {
        RATES.taxes(&Destination {
            country: CountryCode::parse(country).unwrap(),
            region: region.map(str::to_owned),
        })
    }

    #[test]
    fn every_row_is_of_a_country_and_stands_once() {
        let mut countries = HashSet::new();
        for (country, _, standard, reduced) in COUNTRIES {
            assert!(CountryCode::parse(country).is_ok(), "{country}");
            assert!(countries.insert(country), "{country}");
            assert!(reduced <= standard && *standard < 30_000, "{country}");
        }
        let mut regions = HashSet::new();
        for (country, region, _) in REGIONS {
            assert!(countries.contains(country));
            assert!(regions.insert((country, region)), "{country}-{region}");
        }
    }

    #[test]
    fn a_region_has_its_own_rate_and_otherwise_its_country_s() {
        assert_eq!(taxes("US", Some("CA")).standard, Rate(7_250));
        assert_eq!(taxes("US", Some("OR")).standard, Rate(0));
        assert_eq!(taxes("US", None).standard, Rate(0));
        assert_eq!(taxes("CA", Some("CA")).standard, Rate(5_000));
        assert_eq!(taxes("CA", Some("ON")).standard, Rate(13_000));
        let germany = taxes("DE", Some("BE"));
        assert_eq!(
            (germany.standard, germany.reduced),
            (Rate(19_000), Rate(7_000))
        );
        assert!(germany.included && germany.on_shipping);
        assert_eq!(taxes("BR", None), Taxes::NONE);
    }
}
