import * as budgets from "aws-cdk-lib/aws-budgets";
import type * as sns from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { Names } from "../names";
import type { WatchedStage } from "./props";

/**
 * What the account may cost a month. It is the whole account's bill: telling stages apart would take
 * cost allocation tags that somebody activates by hand, and until then such a budget counts nothing.
 */
export class Budget extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { stage, usd, topic }: { readonly stage: WatchedStage; readonly usd: number; readonly topic: sns.ITopic },
  ) {
    super(scope, id);
    const told = (
      notificationType: "ACTUAL" | "FORECASTED",
      percent: number,
    ): budgets.CfnBudget.NotificationWithSubscribersProperty => ({
      notification: {
        notificationType,
        comparisonOperator: "GREATER_THAN",
        threshold: percent,
        thresholdType: "PERCENTAGE",
      },
      subscribers: [{ subscriptionType: "SNS", address: topic.topicArn }],
    });
    new budgets.CfnBudget(this, "Monthly", {
      budget: {
        budgetName: new Names(stage).thing("monthly"),
        budgetType: "COST",
        timeUnit: "MONTHLY",
        budgetLimit: { amount: usd, unit: "USD" },
      },
      // The forecast leaves time to act; the other comes when the forecast was wrong.
      notificationsWithSubscribers: [told("FORECASTED", 100), told("ACTUAL", 80)],
    });
  }
}
