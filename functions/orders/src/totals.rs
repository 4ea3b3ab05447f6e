//! What an order costs, from what is in it and where it goes.
//!
//! Every sum is exact: discounts and taxes are worked out for the whole and shared among the lines
//! by largest remainder, so the lines always add up to the order, in any currency.

use kernel::{CurrencyCode, Money, MoneyError, Quantity};

use crate::order::{TaxClass, Totals};
use crate::tax::Taxes;

/// A line before it is reckoned up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// What one costs.
    pub unit_price: Money,
    /// How many.
    pub quantity: Quantity,
    /// How it is taxed.
    pub tax_class: TaxClass,
}

/// What a line comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// All of them, before discount.
    pub line_total: Money,
    /// Its share of the discount.
    pub discount: Money,
    /// Its tax.
    pub tax: Money,
}

/// What an order comes to, and what each of its lines does, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reckoning {
    /// The order.
    pub totals: Totals,
    /// The lines.
    pub shares: Vec<Share>,
}

/// The lines' worth, before discount and tax.
///
/// # Errors
/// Two currencies; more than all money.
pub fn subtotal(currency: CurrencyCode, items: &[Item]) -> Result<Money, MoneyError> {
    let totals = items
        .iter()
        .map(|item| item.unit_price.checked_mul(item.quantity));
    totals
        .into_iter()
        .try_fold(Money::zero(currency), |sum, total| sum.checked_add(total?))
}

/// Reckons up an order. The discount is what is taken off at most: never more than there is.
///
/// # Errors
/// Two currencies; more than all money.
pub fn reckon(
    items: &[Item],
    discount: Money,
    shipping: Money,
    taxes: &Taxes,
) -> Result<Reckoning, MoneyError> {
    let currency = shipping.currency;
    let line_totals = items
        .iter()
        .map(|item| item.unit_price.checked_mul(item.quantity))
        .collect::<Result<Vec<_>, _>>()?;
    let subtotal = Money::sum(currency, line_totals.iter().copied())?;
    let discount = match discount.compare(subtotal)? {
        std::cmp::Ordering::Greater => subtotal,
        _ => discount,
    };
    let discounts = shared(discount, &line_totals)?;
    let nets = line_totals
        .iter()
        .zip(&discounts)
        .map(|(total, discount)| total.checked_sub(*discount))
        .collect::<Result<Vec<_>, _>>()?;
    let line_taxes = line_taxes(items, &nets, currency, taxes)?;
    let shipping_tax = if taxes.on_shipping {
        taxes.of(taxes.standard, shipping)?
    } else {
        Money::zero(currency)
    };
    let tax = Money::sum(currency, line_taxes.iter().copied())?.checked_add(shipping_tax)?;
    let on_top = if taxes.included {
        Money::zero(currency)
    } else {
        tax
    };
    let total = subtotal
        .checked_sub(discount)?
        .checked_add(shipping)?
        .checked_add(on_top)?;
    let lines = line_totals.into_iter().zip(discounts).zip(line_taxes);
    let shares = lines
        .map(|((line_total, discount), tax)| Share {
            line_total,
            discount,
            tax,
        })
        .collect();
    Ok(Reckoning {
        totals: Totals {
            subtotal,
            discount,
            tax,
            tax_included: taxes.included,
            shipping,
            shipping_tax,
            total,
        },
        shares,
    })
}

/// The tax of each line. What has one rate is taxed together, so that rounding costs at most half
/// a minor unit a rate, however many lines there are.
fn line_taxes(
    items: &[Item],
    nets: &[Money],
    currency: CurrencyCode,
    taxes: &Taxes,
) -> Result<Vec<Money>, MoneyError> {
    let mut found = vec![Money::zero(currency); items.len()];
    for class in [TaxClass::Standard, TaxClass::Reduced] {
        let of_class = |at: &usize| items[*at].tax_class == class;
        let places: Vec<usize> = (0..items.len()).filter(of_class).collect();
        let nets: Vec<Money> = places.iter().map(|&at| nets[at]).collect();
        let net = Money::sum(currency, nets.iter().copied())?;
        let tax = taxes.of(taxes.rate(class), net)?;
        for (at, tax) in places.into_iter().zip(shared(tax, &nets)?) {
            found[at] = tax;
        }
    }
    Ok(found)
}

/// An amount shared among others in their proportion. Nothing is nobody's.
fn shared(amount: Money, among: &[Money]) -> Result<Vec<Money>, MoneyError> {
    if amount.is_zero() {
        return Ok(vec![amount; among.len()]);
    }
    let weights: Vec<u64> = among
        .iter()
        .map(|part| u64::try_from(part.minor).unwrap_or(0))
        .collect();
    amount.allocate(&weights)
}

#[cfg(test)]
mod tests;
