//! Starts of the functions that have the processor's client, beside ones that do not.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::cold::{self, Circumstance, Starts};
use crate::contender::BARE;
use crate::endpoints::zipped;
use crate::paying::{Desk, PAY, WEBHOOK, data_of, variables};
use crate::process::Program;
use crate::setting::with_token;

/// A function of orders, which has no processor.
const CART: &str = "cart-get";
/// The processor as it is on AWS. Nothing is asked of it there: its roots are read at the start.
const AFAR: &str = "https://api.stripe.com";

/// What is started, and what it is asked for.
struct Contender {
    name: &'static str,
    /// The function; none for the bare one.
    function: Option<&'static str>,
    /// Whether the processor is where it is on AWS, or a local one.
    afar: bool,
    asked: Asked,
}

#[derive(Clone, Copy)]
enum Asked {
    /// For nothing.
    Anything,
    /// For an empty cart.
    Cart,
    /// To keep a webhook.
    Webhook,
    /// To pay an order by wallet, without the processor.
    ByWallet,
    /// To pay an order by card.
    ByCard,
}

const CONTENDERS: [Contender; 6] = [
    Contender {
        name: BARE,
        function: None,
        afar: true,
        asked: Asked::Anything,
    },
    Contender {
        name: CART,
        function: Some(CART),
        afar: true,
        asked: Asked::Cart,
    },
    Contender {
        name: WEBHOOK,
        function: Some(WEBHOOK),
        afar: true,
        asked: Asked::Webhook,
    },
    Contender {
        name: "payments-create, by wallet",
        function: Some(PAY),
        afar: true,
        asked: Asked::ByWallet,
    },
    Contender {
        name: "payments-create, by wallet, without the roots",
        function: Some(PAY),
        afar: false,
        asked: Asked::ByWallet,
    },
    Contender {
        name: "payments-create, by card, without the roots",
        function: Some(PAY),
        afar: false,
        asked: Asked::ByCard,
    },
];

/// Starts every contender in every circumstance, one after the other, round after round; and the
/// sizes of their zips.
pub fn run(
    desk: &mut Desk<'_>,
    circumstances: &[Circumstance<'_>],
    rounds: usize,
) -> Result<(Value, Value)> {
    let mut all: BTreeMap<(usize, usize), Starts> = BTreeMap::new();
    for round in 0..=rounds {
        for (which, circumstance) in circumstances.iter().enumerate() {
            for (who, contender) in CONTENDERS.iter().enumerate() {
                let mut discarded = Starts::default();
                // The first round finds cold files and caches of the machine.
                let starts = match round {
                    0 => &mut discarded,
                    _ => all.entry((which, who)).or_default(),
                };
                start(desk, contender, circumstance, starts)
                    .with_context(|| format!("{} {}", circumstance.name, contender.name))?;
            }
        }
    }
    let mut figures = json!({ "rounds": rounds });
    for ((which, who), starts) in &all {
        figures[circumstances[*which].name][CONTENDERS[*who].name] = starts.figures();
    }
    let mut zips = json!({});
    for contender in &CONTENDERS {
        let name = contender.function.unwrap_or(BARE);
        if zips[name].is_null() {
            zips[name] = json!(zipped(&contender.binary(desk))?);
        }
    }
    Ok((figures, zips))
}

impl Contender {
    fn binary(&self, desk: &Desk<'_>) -> std::path::PathBuf {
        desk.setting
            .binary(self.function.unwrap_or("contender-bare"))
    }

    fn event(&self, desk: &mut Desk<'_>) -> Result<Value> {
        Ok(match self.asked {
            Asked::Anything => json!({}),
            Asked::Cart => {
                let token = desk.setting.signer.token(kernel::Role::User);
                with_token(desk.setting.event(CART)?, &token)
            }
            Asked::Webhook => desk.told("customer.created", &json!({ "object": "customer" }))?,
            Asked::ByWallet => {
                let bought = desk.bought()?;
                desk.request_to_pay(&bought, json!({ "method": "wallet" }))?
            }
            Asked::ByCard => {
                let bought = desk.bought()?;
                let wish = json!({ "method": "card", "paymentMethodId": "pm_card_visa" });
                desk.request_to_pay(&bought, wish)?
            }
        })
    }
}

fn start(
    desk: &mut Desk<'_>,
    contender: &Contender,
    circumstance: &Circumstance<'_>,
    starts: &mut Starts,
) -> Result<()> {
    let event = contender.event(desk)?.to_string();
    let processor = match contender.afar {
        true => AFAR.to_owned(),
        false => desk.stripe.url(),
    };
    let name = contender.function.unwrap_or(BARE);
    let endpoint = circumstance.recorder.endpoint();
    let variables = variables(desk.setting, name, &endpoint, &desk.elsewhere, &processor);
    let program = Program::of(contender.binary(desk));
    let (answer, _) = cold::once(&program, &variables, &event, circumstance, starts)?;
    if contender.function.is_some() && !matches!(contender.asked, Asked::Webhook) {
        data_of(name, &answer)?;
    }
    Ok(())
}
