//! The dead-letter queues of one stage.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use aws::{Aws, DeadLetter, Environment, Queue};
use manifest::consumers::{self, Hears};
use manifest::schedules;
use serde_json::Value;

/// How long letters are ours while they are read or sent again. Whoever looks at the same time
/// finds the others meanwhile.
const OURS_FOR_S: u16 = 60;

/// What a function's letters are, and so what can be done with them.
enum Kind {
    /// Messages of its queue.
    Messages(&'static consumers::Source),
    /// Places in a stream.
    Places,
    /// Calls that were not made.
    Calls,
}

impl Kind {
    fn of(function: &str) -> Option<Self> {
        let source = consumers::ALL.iter().find(|row| row.name == function);
        let schedule = schedules::ALL.iter().any(|row| row.name == function);
        match source {
            Some(source) if matches!(source.hears, Hears::Outboxes) => Some(Self::Places),
            Some(source) => Some(Self::Messages(source)),
            None => schedule.then_some(Self::Calls),
        }
    }
}

/// Every function that has dead letters.
fn functions() -> impl Iterator<Item = &'static str> {
    let sources = consumers::ALL.iter().map(|row| row.name);
    sources.chain(schedules::ALL.iter().map(|row| row.name))
}

/// A stage, as one who sorts its letters sees it.
pub struct Desk {
    aws: Aws,
    stage: String,
}

impl Desk {
    /// The desk of this stage.
    pub async fn of(stage: &str) -> Result<Self> {
        Ok(Self {
            aws: Aws::connect(Environment::process()).await?,
            stage: stage.to_owned(),
        })
    }

    /// Prints how many letters wait for each function: where any do, or everywhere.
    pub async fn list(&self, all: bool) -> Result<()> {
        let mut total = 0;
        for function in functions() {
            let Some(letters) = self.find(function).await? else {
                continue;
            };
            let count = letters.count().await?;
            total += count;
            if all || count > 0 {
                println!("{count:>6}  {function}");
            }
        }
        println!("{total:>6}  in all");
        Ok(())
    }

    /// Prints the letters of a function, and leaves them where they are.
    pub async fn show(&self, function: &str) -> Result<()> {
        let letters = self.letters(function).await?;
        let mut taken = BTreeMap::new();
        loop {
            let batch = letters.take(OURS_FOR_S).await?;
            // In a long queue the first come back while the last are read.
            let new = |letter: &DeadLetter| !taken.contains_key(&letter.id);
            if !batch.iter().any(new) {
                break;
            }
            for letter in batch {
                let id = letter.id.clone();
                if taken.insert(id, letter.clone()).is_none() {
                    print(&letter);
                }
            }
        }
        for letter in taken.values() {
            letters.give_back(letter).await?;
        }
        println!("{} in all", taken.len());
        Ok(())
    }

    /// Sends the letters of a function to the queue that they came from, or one of them. A letter is
    /// taken away only after it was sent, so that a crash in between sends it twice, which consumers
    /// are safe against.
    pub async fn redrive(&self, function: &str, id: Option<&str>) -> Result<()> {
        let letters = self.letters(function).await?;
        let source = match Kind::of(function) {
            Some(Kind::Messages(source)) => source,
            Some(Kind::Places) => bail!(
                "a letter of {function} is a place in a stream and no event: docs/OPERATIONS.md says how an event is told again"
            ),
            _ => bail!(
                "a letter of {function} is a call that was not made: the next run does what it left"
            ),
        };
        let queue = self.queue(source).await?;
        let (mut others, mut sent) = (Vec::new(), 0);
        // Batch by batch, for a letter is ours only for a while.
        while id.is_none() || sent == 0 {
            let batch = letters.take(OURS_FOR_S).await?;
            if batch.is_empty() {
                break;
            }
            for letter in batch {
                if id.is_none_or(|id| id == letter.id) {
                    queue.send(std::slice::from_ref(&letter.body)).await?;
                    letters.discard(&letter).await?;
                    sent += 1;
                } else {
                    others.push(letter);
                }
            }
        }
        for letter in &others {
            letters.give_back(letter).await?;
        }
        println!("{sent} sent again");
        match id {
            Some(id) if sent == 0 => bail!("no letter of {function} has the id {id}"),
            _ => Ok(()),
        }
    }

    async fn queue(&self, source: &consumers::Source) -> Result<Queue> {
        let queue = self.physical(source.name);
        let found = self.aws.queue_named(&queue).await?;
        found.with_context(|| format!("there is no queue {queue}"))
    }

    async fn letters(&self, function: &str) -> Result<Queue> {
        if Kind::of(function).is_none() {
            let known: Vec<_> = functions().collect();
            bail!(
                "no dead letters belong to {function}; they do to {}",
                known.join(", ")
            );
        }
        let found = self.find(function).await?;
        found.with_context(|| format!("the stage {} has no queue for them", self.stage))
    }

    async fn find(&self, function: &str) -> Result<Option<Queue>> {
        let queue = self.physical(&format!("{function}-dead"));
        Ok(self.aws.queue_named(&queue).await?)
    }

    fn physical(&self, name: &str) -> String {
        format!("{}-ultramarket-{name}", self.stage)
    }
}

fn print(letter: &DeadLetter) {
    let sent = letter.sent_at.map(|at| at.to_string()).unwrap_or_default();
    println!("{}  {sent}", letter.id);
    let body = match serde_json::from_str::<Value>(&letter.body) {
        Ok(value) => format!("{value:#}"),
        Err(_) => letter.body.clone(),
    };
    for line in body.lines() {
        println!("  {line}");
    }
}
