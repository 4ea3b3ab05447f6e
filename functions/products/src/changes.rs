//! What somebody asks a product to be: any of its fields.

use kernel::{Amount, CategoryId, CurrencyCode, Faults, Gtin, Pointer, Sku, Slug, format, words};

use crate::attributes::Attributes;
use crate::measure::{Dimensions, Measure};
use crate::product::{RESERVED_SKUS, RESERVED_SLUGS, Status};
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
        self.check_skus(faults);
        if let Some(Some(description)) = &self.description {
            let at = root.field("description");
            if let Some(rule) = words::broken_prose(description) {
                faults.add(&at, rule);
            }
            at_most(description, DESCRIPTION_MAX, &at, faults);
        }
        for (field, value, most) in [
            ("brand", &self.brand, BRAND_MAX),
            ("mpn", &self.mpn, MPN_MAX),
        ] {
            // Blanks alone clear the field.
            if let Some(Some(value)) = value
                && !value.trim().is_empty()
            {
                text(value, most, &root.field(field), faults);
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

    fn check_skus(&self, faults: &mut Faults) {
        let at = Pointer::root().field("variants");
        let variants = self.variants.iter().flatten().enumerate();
        let variants =
            variants.filter_map(|(index, variant)| Some((at.index(index), variant.sku.as_ref()?)));
        let own = self.sku.iter().map(|sku| (Pointer::root(), sku));
        for (at, sku) in own.chain(variants) {
            if RESERVED_SKUS.contains(&sku.as_str()) {
                faults.add(at.field("sku"), "is reserved");
            }
        }
    }
}

fn text(text: &str, most: usize, at: &Pointer, faults: &mut Faults) {
    // What stands around it is cut off when it is kept.
    if let Some(rule) = words::broken_line(text.trim()) {
        faults.add(at, rule);
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
