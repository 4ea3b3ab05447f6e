//! Offers: one form of a product, as it can be bought now.

use kernel::{CategoryId, Money, ProductId, Sku, VariantId};

use crate::product::{Product, Status};

/// What a cart is filled with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The product.
    pub product_id: ProductId,
    /// The variant, where the product has any.
    pub variant_id: Option<VariantId>,
    /// The category of the product.
    pub category_id: CategoryId,
    /// What is taken from the shelf.
    pub sku: Sku,
    /// The product's name, with what is chosen: `Desk lamp, EU`.
    pub name: String,
    /// What one costs.
    pub price: Money,
}

/// Why there is no offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoOffer {
    /// It is a draft, or archived.
    #[error("is not on sale")]
    NotOnSale,
    /// The product has variants, and none was named.
    #[error("is required: the product has variants")]
    NeedsVariant,
    /// The product has no such variant.
    #[error("must be the id of a variant of the product")]
    NoSuchVariant,
}

impl Product {
    /// The offer of the product, or of a variant of it.
    ///
    /// # Errors
    /// Why there is none.
    pub fn offer(&self, variant: Option<VariantId>) -> Result<Offer, NoOffer> {
        if self.status != Status::Active {
            return Err(NoOffer::NotOnSale);
        }
        let offer = Offer {
            product_id: self.id,
            variant_id: variant,
            category_id: self.category_id,
            sku: self.sku.clone(),
            name: self.name.clone(),
            price: self.price,
        };
        let Some(id) = variant else {
            return match self.variants.is_empty() {
                true => Ok(offer),
                false => Err(NoOffer::NeedsVariant),
            };
        };
        let variant = self.variants.iter().find(|variant| variant.id == id);
        let variant = variant.ok_or(NoOffer::NoSuchVariant)?;
        // In the order of the product's options, as its page has them.
        let chosen = self
            .options
            .iter()
            .filter_map(|choice| variant.options.get(&choice.name));
        let name = std::iter::once(&self.name).chain(chosen);
        Ok(Offer {
            sku: variant.sku.clone(),
            name: name.map(String::as_str).collect::<Vec<_>>().join(", "),
            price: self.price_of(variant),
            ..offer
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::Changes;
    use crate::product::Birth;
    use crate::wire::Fields;
    use kernel::{CurrencyCode, Timestamp};
    use serde_json::{Value, json};

    fn product(fields: &Value) -> Product {
        let birth = Birth {
            id: ProductId::derive("", "lamp"),
            currency: CurrencyCode::USD,
            at: Timestamp::MIN,
            import: None,
        };
        let asked = Changes::from(Fields::readable(fields));
        Product::create(&asked, &birth).unwrap()
    }

    fn lamp() -> Value {
        json!({
            "name": "Lamp", "price": 10, "sku": "LAMP", "categoryId": CategoryId::derive("", "lamps"),
        })
    }

    #[test]
    fn a_product_without_variants_is_offered_as_it_is() {
        let lamp = product(&lamp());
        let offer = lamp.offer(None).unwrap();
        assert_eq!((offer.sku.as_str(), offer.name.as_str()), ("LAMP", "Lamp"));
        assert_eq!(offer.price, lamp.price);
        let other = VariantId::derive("", "other");
        assert_eq!(lamp.offer(Some(other)), Err(NoOffer::NoSuchVariant));
    }

    #[test]
    fn of_a_product_with_variants_one_is_offered_at_its_own_price() {
        let mut fields = lamp();
        fields["options"] = json!([
            { "name": "Size", "values": ["S"] }, { "name": "Plug", "values": ["EU", "UK"] },
        ]);
        fields["variants"] = json!([
            { "sku": "LAMP-EU", "options": { "Plug": "EU", "Size": "S" } },
            { "sku": "LAMP-UK", "options": { "Plug": "UK", "Size": "S" }, "price": 12 },
        ]);
        let lamp = product(&fields);
        assert_eq!(lamp.offer(None), Err(NoOffer::NeedsVariant));
        let [eu, uk] = [&lamp.variants[0], &lamp.variants[1]];
        let offer = lamp.offer(Some(eu.id)).unwrap();
        assert_eq!(offer.name, "Lamp, S, EU");
        assert_eq!(offer.price.minor, 1000);
        let offer = lamp.offer(Some(uk.id)).unwrap();
        assert_eq!((offer.sku.as_str(), offer.price.minor), ("LAMP-UK", 1200));
    }

    #[test]
    fn what_is_not_on_sale_is_not_offered() {
        let mut draft = lamp();
        draft["status"] = json!("draft");
        let archived = product(&lamp()).archived(Timestamp::MIN);
        for product in [product(&draft), archived] {
            assert_eq!(product.offer(None), Err(NoOffer::NotOnSale));
        }
    }
}
