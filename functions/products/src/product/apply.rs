//! What is asked of a product, put into it.

use kernel::{Faults, Money, Pointer};

use super::Product;
use crate::attributes;
use crate::changes::Changes;
use crate::variants::{self, Choice, Variant};

impl Product {
    /// Applies what is asked, noting every rule it breaks.
    pub(super) fn with(mut self, asked: &Changes, faults: &mut Faults) -> Self {
        asked.check_words(faults);
        self.take_amounts(asked, faults);
        if let Some(name) = &asked.name {
            self.name = name.trim().to_owned();
        }
        if let Some(sku) = &asked.sku {
            self.sku = sku.clone();
        }
        if let Some(slug) = &asked.slug {
            self.slug = slug.clone();
        }
        take(&mut self.description, &asked.description);
        take(&mut self.brand, &asked.brand.as_ref().map(trimmed));
        take(&mut self.mpn, &asked.mpn.as_ref().map(trimmed));
        take(&mut self.weight_grams, &asked.weight_grams);
        take(&mut self.dimensions_mm, &asked.dimensions_mm);
        take(&mut self.category_id, &asked.category_id);
        take(&mut self.status, &asked.status);
        take(&mut self.images, &asked.images);
        if let Some(gtins) = &asked.gtins {
            self.gtins = distinct(gtins.iter().cloned());
        }
        if let Some(tags) = &asked.tags {
            self.tags = distinct(tags.iter().map(|tag| tag.trim().to_owned()));
        }
        if let Some(given) = &asked.attributes {
            let at = Pointer::root().field("attributes");
            self.attributes = attributes::checked(given, &at, faults);
        }
        self.take_variants(asked, faults);
        let bytes = self.bytes();
        if bytes > Self::MAX_BYTES {
            let place = if asked.attributes.is_some() {
                "/attributes"
            } else {
                ""
            };
            let most = Self::MAX_BYTES;
            faults.add(
                place,
                format_args!("makes the product larger than {most} bytes"),
            );
        }
        self
    }

    fn take_amounts(&mut self, asked: &Changes, faults: &mut Faults) {
        let currency = asked.currency.unwrap_or(self.price.currency);
        if currency != self.price.currency {
            // An amount of the old currency means something else in the new one.
            let kept = asked.price.is_none()
                || (self.compare_at_price.is_some() && asked.compare_at_price.is_none())
                || (self.variants.iter().any(|variant| variant.price.is_some())
                    && asked.variants.is_none());
            if kept {
                faults.add(
                    "/currency",
                    "must come with every amount of the product: price, compareAtPrice, variants",
                );
            }
            self.price = Money::zero(currency);
        }
        if let Some(price) = asked.price
            && let Some(price) = faults.take("/price", price.in_currency(currency))
        {
            self.price = price;
        }
        match asked.compare_at_price {
            None => {}
            Some(None) => self.compare_at_price = None,
            Some(Some(amount)) => {
                let money = faults.take("/compareAtPrice", amount.in_currency(currency));
                self.compare_at_price = money;
            }
        }
    }

    fn take_variants(&mut self, asked: &Changes, faults: &mut Faults) {
        if let Some(options) = &asked.options {
            self.options = variants::checked_options(options, faults);
        }
        if let Some(drafts) = &asked.variants {
            let parent = variants::Parent {
                id: self.id,
                sku: &self.sku,
                currency: self.price.currency,
                version: self.version,
            };
            self.variants = variants::from_drafts(drafts, &self.variants, &parent, faults);
            if asked.options.is_none() && self.options.is_empty() {
                self.options =
                    variants::checked_options(&variants::implied_options(&self.variants), faults);
            }
        }
        if asked.options.is_some() || asked.variants.is_some() || asked.sku.is_some() {
            variants::check_matrix(&self.options, &self.variants, &self.sku, faults);
        }
    }

    /// About the bytes it takes when it is written: its texts, and a little for every entry.
    fn bytes(&self) -> usize {
        const ENTRY: usize = 24;
        let texts = [&self.description, &self.brand, &self.mpn];
        let texts = texts.into_iter().flatten().map(String::len).sum::<usize>();
        let lists = self.tags.iter().chain(&self.images);
        let lists = lists.map(|text| text.len() + ENTRY).sum::<usize>();
        let attributes = self.attributes.iter();
        let attributes = attributes
            .map(|(name, value)| name.len() + value.bytes() + ENTRY)
            .sum::<usize>();
        let options = self.options.iter().map(Choice::bytes).sum::<usize>();
        let variants = self.variants.iter().map(Variant::bytes).sum::<usize>();
        let stock = self.stock.keys();
        let stock = stock
            .map(|sku| sku.as_str().len() + 2 * ENTRY)
            .sum::<usize>();
        let words = self.name.len() + self.gtins.len() * 2 * ENTRY;
        1024 + words + texts + lists + attributes + options + variants + stock
    }
}

fn take<T: Clone>(field: &mut T, asked: &Option<T>) {
    if let Some(value) = asked {
        field.clone_from(value);
    }
}

fn trimmed(text: &Option<String>) -> Option<String> {
    let text = text.as_deref()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The items without repetitions, in the order they came.
fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}
