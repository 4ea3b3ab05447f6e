//! The items of one partition in their order.

use serde::de::DeserializeOwned;

use crate::condition::{Aliases, Expression};
use crate::item::{PK, SK, decode, project};
use crate::{Attributes, Condition, Item, Position, Table, TableError};

/// A query of one partition; one of [`run`](Self::run) and [`project`](Self::project) ends it.
#[derive(Debug, Clone)]
#[must_use]
pub struct Query {
    table: Table,
    partition: String,
    index: Option<manifest::Index>,
    range: Range,
    second_range: bool,
    filter: Condition,
    descending: bool,
    limit: Option<usize>,
    consistent: bool,
    start: Option<Position>,
}

#[derive(Debug, Clone)]
enum Range {
    All,
    Prefix(String),
    After(String),
    Before(String),
    Between(String, String),
}

/// A part of what a query finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// Where the rest begins; none when there is no rest.
    pub last: Option<Position>,
}

/// Pages that a query with a filter reads before it answers with what it has: what a filter
/// leaves out is read and paid for all the same.
const PAGES: usize = 10;
/// The least that a page of a query with a filter reads.
const PAGE: usize = 200;

impl Query {
    pub(crate) const fn new(table: Table, partition: String) -> Self {
        Self {
            table,
            partition,
            index: None,
            range: Range::All,
            second_range: false,
            filter: Condition::none(),
            descending: false,
            limit: None,
            consistent: false,
            start: None,
        }
    }

    /// In an index, by its keys.
    pub const fn index(mut self, index: &manifest::Index) -> Self {
        self.index = Some(*index);
        self
    }

    /// Those whose sort key starts so.
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        self.range(Range::Prefix(prefix.into()))
    }

    /// Those whose sort key is greater.
    pub fn after(self, sort: impl Into<String>) -> Self {
        self.range(Range::After(sort.into()))
    }

    /// Those whose sort key is less.
    pub fn before(self, sort: impl Into<String>) -> Self {
        self.range(Range::Before(sort.into()))
    }

    /// Those whose sort key is one of these or between them.
    pub fn between(self, first: impl Into<String>, last: impl Into<String>) -> Self {
        self.range(Range::Between(first.into(), last.into()))
    }

    /// Only those of which this holds. It cannot speak of the keys queried by. What it leaves out
    /// is read and paid for, so the query stops after some pages and may answer fewer than its
    /// limit though [`Slice::last`] says there is more.
    pub fn filter(mut self, condition: Condition) -> Self {
        self.filter = self.filter.and(condition);
        self
    }

    /// The last first.
    pub const fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// At most so many. Without a limit it is the whole partition, however large.
    pub const fn limit(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }

    /// As the last writes left it; an index cannot.
    pub const fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    /// After a position of the same query, where one is given.
    pub fn start(mut self, position: impl Into<Option<Position>>) -> Self {
        self.start = position.into();
        self
    }

    /// The items themselves.
    pub async fn run<T: Item>(self) -> Result<Slice<T>, TableError> {
        self.read(decode).await
    }

    /// Some attributes of the items, such as an index carries. `pk`, `sk` and the index's keys
    /// are there to be read.
    pub async fn project<T: DeserializeOwned>(self) -> Result<Slice<T>, TableError> {
        self.read(project).await
    }

    fn range(mut self, range: Range) -> Self {
        self.second_range = !matches!(self.range, Range::All);
        self.range = range;
        self
    }

    fn keys(&self) -> (&'static str, &'static str) {
        self.index
            .map_or((PK, SK), |index| (index.partition, index.sort))
    }

    /// The attributes of a position of this query.
    fn position_keys(&self) -> Vec<&'static str> {
        match self.index {
            None => vec![PK, SK],
            Some(index) => vec![PK, SK, index.partition, index.sort],
        }
    }

    async fn read<T>(
        self,
        read: fn(Attributes) -> Result<T, TableError>,
    ) -> Result<Slice<T>, TableError> {
        let (mut found, unread) = self.pages().await?;
        let last = match self.limit {
            Some(limit) if found.len() > limit => {
                found.truncate(limit);
                match found.last() {
                    Some(last) => Some(self.position(last)?),
                    // A limit of nought: the rest is all of it.
                    None => self.start.clone(),
                }
            }
            _ => unread,
        };
        let items = found.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Slice { items, last })
    }

    /// Reads pages, of at most a megabyte each, until there is one item more than asked for: that
    /// one tells whether there is a rest.
    async fn pages(&self) -> Result<(Vec<Attributes>, Option<Position>), TableError> {
        let wanted = self.limit.map(|limit| limit.saturating_add(1));
        let (request, filtered) = self.request()?;
        let mut start = self.start.as_ref().map(Position::attributes);
        let mut found = Vec::new();
        let mut pages = 0;
        loop {
            let page = wanted.map(|wanted| {
                let missing = wanted.saturating_sub(found.len());
                let page = if filtered { missing.max(PAGE) } else { missing };
                i32::try_from(page).unwrap_or(i32::MAX)
            });
            let answer = request
                .clone()
                .set_limit(page)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(TableError::of)?;
            found.extend(answer.items.unwrap_or_default());
            pages += 1;
            start = answer.last_evaluated_key;
            let Some(unread) = &start else {
                return Ok((found, None));
            };
            let enough = wanted.is_some_and(|wanted| found.len() >= wanted);
            let tired = filtered && wanted.is_some() && pages >= PAGES;
            if enough || tired {
                return Ok((found, Some(self.position(unread)?)));
            }
        }
    }

    fn request(
        &self,
    ) -> Result<
        (
            aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder,
            bool,
        ),
        TableError,
    > {
        self.check()?;
        let mut expression = Expression::default();
        let (partition, sort) = self.keys();
        let key = self.key_condition(&mut expression, partition, sort);
        let filter = self.filter.render(&mut expression);
        let filtered = filter.is_some();
        let Aliases { names, values } = expression.finish()?;
        let request = self
            .table
            .client()
            .query()
            .table_name(self.table.name())
            .set_index_name(self.index.map(|index| index.name.to_owned()))
            .key_condition_expression(key)
            .set_filter_expression(filter)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .scan_index_forward(!self.descending)
            .consistent_read(self.consistent);
        Ok((request, filtered))
    }

    fn key_condition(&self, expression: &mut Expression, partition: &str, sort: &str) -> String {
        let equal = format!(
            "{} = {}",
            expression.path(partition),
            expression.serialize(&self.partition)
        );
        // An alias that is not used is refused, so the sort key has one where it is spoken of.
        let mut sorts = |operator: &str, bound: &str| {
            let sort = expression.path(sort);
            format!("{sort} {operator} {}", expression.serialize(bound))
        };
        match &self.range {
            Range::All => equal,
            Range::After(bound) => format!("{equal} AND {}", sorts(">", bound)),
            Range::Before(bound) => format!("{equal} AND {}", sorts("<", bound)),
            Range::Between(first, last) => {
                let from = sorts("BETWEEN", first);
                format!("{equal} AND {from} AND {}", expression.serialize(last))
            }
            Range::Prefix(prefix) => {
                let (sort, prefix) = (expression.path(sort), expression.serialize(prefix));
                format!("{equal} AND begins_with({sort}, {prefix})")
            }
        }
    }

    /// What DynamoDB would refuse with a sentence. A position may come from a caller, so one of
    /// another query is an error of its own.
    fn check(&self) -> Result<(), TableError> {
        if self.second_range {
            return Err(TableError::fault("a query has one range"));
        }
        if self.consistent && self.index.is_some() {
            return Err(TableError::fault("an index is never read consistently"));
        }
        let Some(start) = &self.start else {
            return Ok(());
        };
        let (partition, sort) = self.keys();
        let fits = start.is_of(&self.position_keys())
            && start.get(partition) == Some(&self.partition)
            && start.get(sort).is_some_and(|sort| self.range.holds(sort));
        if fits {
            Ok(())
        } else {
            Err(TableError::Position)
        }
    }

    fn position(&self, attributes: &Attributes) -> Result<Position, TableError> {
        Position::of(attributes, &self.position_keys())
            .ok_or_else(|| TableError::Corrupt("an item without its keys in a query".into()))
    }
}

impl Range {
    fn holds(&self, sort: &str) -> bool {
        match self {
            Self::All => !sort.is_empty(),
            Self::Prefix(prefix) => sort.starts_with(prefix.as_str()),
            Self::After(bound) => sort > bound.as_str(),
            Self::Before(bound) => sort < bound.as_str(),
            Self::Between(first, last) => (first.as_str()..=last.as_str()).contains(&sort),
        }
    }
}
