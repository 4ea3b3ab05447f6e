//! What somebody asks a product to be: any of its fields.

use kernel::{Amount, CategoryId, CurrencyCode, Faults, Gtin, Pointer, Sku, Slug, format};

use crate::attributes::Attributes;
use crate::measure::{Dimensions, Measure};
use crate::product::{RESERVED_SLUGS, Status};
use crate::variants::{Choice, VariantDraft};

/// The most characters of a name.
pub const NAME_MAX: usize = 255;
/// The most characters of a description.
pub const DESCRIPTION_MAX: usize = 65_536;
/// The most characters of a brand.
pub const BRAND_MAX: usize = 255;
/// The most characters of a maker's part number.
pub const MPN_MAX: usize = 100;
/// The most bar codes. Suppliers list one for every country and package.
pub const GTINS_MAX: usize = 200;
/// The most tags.
pub const TAGS_MAX: usize = 100;
/// The most characters of a tag.
pub const TAG_MAX: usize = 100;
/// The most pictures.
pub const IMAGES_MAX: usize = 100;

/// The fields that are asked for; `None` is as before, and `Some(None)` is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each field is the product's of the same name")]
pub struct Changes {
    pub name: Option<String>,
    pub price: Option<Amount>,
    pub currency: Option<CurrencyCode>,
    pub category_id: Option<CategoryId>,
    pub sku: Option<Sku>,
    pub slug: Option<Slug>,
    pub status: Option<Status>,
    pub description: Option<Option<String>>,
    pub brand: Option<Option<String>>,
    pub mpn: Option<Option<String>>,
    pub compare_at_price: Option<Option<Amount>>,
    pub weight_grams: Option<Option<Measure>>,
    pub dimensions_mm: Option<Option<Dimensions>>,
    pub gtins: Option<Vec<Gtin>>,
    pub tags: Option<Vec<String>>,
    pub attributes: Option<Attributes>,
    pub options: Option<Vec<Choice>>,
    pub variants: Option<Vec<VariantDraft>>,
    pub images: Option<Vec<String>>,
}

impl Changes {
    /// Checks what can be said without the product: each field alone, and the amounts where their
    /// currency is named.
    pub(crate) fn check_alone(&self, faults: &mut Faults) {
        self.check_words(faults);
        let Some(currency) = self.currency else {
            return;
        };
        let at = Pointer::root().field("variants");
        let variants = self.variants.iter().flatten().enumerate();
        let variants = variants
            .filter_map(|(index, variant)| Some((at.index(index).field("price"), variant.price?)));
        let own = [
            ("price", self.price),
            ("compareAtPrice", self.compare_at_price.flatten()),
        ];
        let own = own.into_iter();
        let own = own.filter_map(|(field, amount)| Some((Pointer::root().field(field), amount?)));
        for (place, amount) in own.chain(variants) {
            faults.take(&place, amount.in_currency(currency));
        }
    }

    /// Checks what can be said of each field alone.
    pub(crate) fn check_words(&self, faults: &mut Faults) {
        let root = Pointer::root();
        if let Some(name) = &self.name {
            text(name, NAME_MAX, &root.field("name"), faults);
        }
        if let Some(slug) = &self.slug
            && RESERVED_SLUGS.contains(&slug.as_str())
        {
            faults.add("/slug", "is reserved");
        }
        for (field, value, most) in [
            ("description", &self.description, DESCRIPTION_MAX),
            ("brand", &self.brand, BRAND_MAX),
            ("mpn", &self.mpn, MPN_MAX),
        ] {
            if let Some(Some(value)) = value {
                at_most(value, most, &root.field(field), faults);
            }
        }
        count(&self.gtins, GTINS_MAX, &root.field("gtins"), faults);
        let at = root.field("tags");
        count(&self.tags, TAGS_MAX, &at, faults);
        for (index, tag) in self.tags.iter().flatten().enumerate() {
            text(tag, TAG_MAX, &at.index(index), faults);
        }
        let at = root.field("images");
        count(&self.images, IMAGES_MAX, &at, faults);
        for (index, image) in self.images.iter().flatten().enumerate() {
            if let Some(Err(rule)) = format::check("uri", image) {
                faults.add(at.index(index), rule);
            }
        }
    }
}

fn text(text: &str, most: usize, at: &Pointer, faults: &mut Faults) {
    if text.trim().is_empty() {
        faults.add(at, "must not be blank");
    }
    at_most(text, most, at, faults);
}

fn at_most(text: &str, most: usize, at: &Pointer, faults: &mut Faults) {
    if text.chars().count() > most {
        faults.add(at, format_args!("must have at most {most} characters"));
    }
}

fn count<T>(list: &Option<Vec<T>>, most: usize, at: &Pointer, faults: &mut Faults) {
    if list.as_ref().is_some_and(|list| list.len() > most) {
        faults.add(at, format_args!("must be at most {most}"));
    }
}
