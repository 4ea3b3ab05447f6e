//! Reading and writing rules.

use aws::{Answered, Condition, TransactionError, Update};

use super::items::{RULES, RuleCount, RuleItem, rule_count_key, rule_key};
use super::{Store, StoreError};
use crate::rules::{RULES_MAX, Rule, RuleId};

const RULE: &str = "rule";
const COUNT: &str = "count";

impl Store {
    /// All rules, as the last writes left them.
    pub async fn rules(&self) -> Result<Vec<Rule>, StoreError> {
        let query = self.table().query(RULES).prefix("rule_").consistent();
        let items = query.run::<RuleItem>().await?.items;
        Ok(items.into_iter().map(Rule::from).collect())
    }

    /// A rule.
    pub async fn rule(&self, id: RuleId) -> Result<Option<Rule>, StoreError> {
        let item: Option<RuleItem> = self.table().get(rule_key(id)).await?;
        Ok(item.map(Rule::from))
    }

    /// Writes a new rule.
    pub async fn create_rule(
        &self,
        rule: &Rule,
        answered: &Answered<Rule>,
    ) -> Result<(), StoreError> {
        let room = Condition::expression("attribute_not_exists(count) OR count < :most")
            .value(":most", RULES_MAX);
        let one_more = Update::new().making::<RuleCount>().add("count", 1);
        let write = self
            .table()
            .transaction()
            .put(RULE, &RuleItem::from(rule), Condition::absent())
            .update(COUNT, rule_count_key(), one_more.when(room))
            .once(answered, rule);
        write.commit().await.map_err(|error| {
            if error.refused(COUNT) {
                StoreError::TooManyRules
            } else {
                error.into()
            }
        })
    }

    /// Writes a rule in place of the version before it.
    pub async fn change_rule(
        &self,
        rule: &Rule,
        answered: &Answered<Rule>,
    ) -> Result<(), StoreError> {
        let before = Condition::version(rule.version.saturating_sub(1));
        let write = self
            .table()
            .transaction()
            .put(RULE, &RuleItem::from(rule), before)
            .once(answered, rule);
        Ok(write.commit().await?)
    }

    /// Removes a rule of a version.
    pub async fn delete_rule(
        &self,
        rule: &Rule,
        answered: &Answered<()>,
    ) -> Result<(), StoreError> {
        let one_less = Update::new().add("count", -1).when(Condition::present());
        let write = self
            .table()
            .transaction()
            .delete(RULE, rule_key(rule.id), Condition::version(rule.version))
            .update(COUNT, rule_count_key(), one_less)
            .once(answered, &());
        match write.commit().await {
            Ok(()) => Ok(()),
            Err(error @ TransactionError::Refused(_)) if error.refused(RULE) => {
                Err(StoreError::Stale)
            }
            Err(error) => Err(error.into()),
        }
    }
}
