import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { Names } from "../names";
import { Alarms, sums } from "./alarms";
import { Budget } from "./budget";
import { FIVE_MINUTES, MINUTE, api, claimedConcurrency, topic } from "./metrics";
import type { ShopMonitoringProps } from "./props";
import { watchSearch } from "./search-alarms";
import { ShopDashboard } from "./shop-dashboard";

/** The alarms of what services share, the budget, and the dashboard of the business. */
export class ShopMonitoring extends Construct {
  constructor(scope: Construct, id: string, props: ShopMonitoringProps) {
    super(scope, id);
    const { stage, alarmTopic } = props;
    const alarms = new Alarms(this, stage, alarmTopic);
    watchApi(alarms, props);
    watchAccount(alarms, props);
    watchTopics(alarms, props);
    watchSearch(alarms, props);
    if (stage.monitoring.budgetUsd !== undefined) {
      new Budget(this, "Budget", { stage, usd: stage.monitoring.budgetUsd, topic: alarmTopic });
    }
    if (stage.monitoring.dashboards) {
      new ShopDashboard(this, "Dashboard", props);
    }
  }
}

/** What customers see: failures that no function had a part in, and times that hold the start of one. */
function watchApi(alarms: Alarms, { manifest, apiId }: ShopMonitoringProps): void {
  alarms.add("shop-failed-requests", {
    paragraph: "the-api-fails",
    says: "More than one in a hundred requests to the API are answered with a status of 500 or above.",
    metric: new cloudwatch.MathExpression({
      expression: "IF(failed >= 5, 100 * failed / requests, 0)",
      usingMetrics: {
        failed: api(apiId, "5xx", cloudwatch.Stats.SUM, MINUTE),
        requests: api(apiId, "Count", cloudwatch.Stats.SUM, MINUTE),
      },
      period: MINUTE,
      label: "percent failed",
    }),
    threshold: 1,
    datapoints: 3,
    of: 5,
  });

  // All services together are no slower than the slowest of them may be, even with cold starts.
  const budget = Math.max(...manifest.services.map((service) => service.p99Ms));
  alarms.add("shop-slow", {
    paragraph: "the-api-is-slow",
    says: `One in a hundred requests to the API takes longer than ${budget} ms, the budget of the slowest service.`,
    metric: new cloudwatch.MathExpression({
      expression: "IF(requests >= 100, p99, 0)",
      usingMetrics: {
        requests: api(apiId, "Count", cloudwatch.Stats.SUM, FIVE_MINUTES),
        p99: api(apiId, "Latency", cloudwatch.Stats.p(99), FIVE_MINUTES),
      },
      period: FIVE_MINUTES,
      label: "p99 in ms",
    }),
    threshold: budget,
    datapoints: 3,
    of: 3,
  });
}

/** At four fifths there is time to ask for more, or to find what takes it, before calls are refused. */
function watchAccount(alarms: Alarms, { stage }: ShopMonitoringProps): void {
  const quota = stage.monitoring.lambdaConcurrency;
  alarms.add("shop-concurrency", {
    paragraph: "concurrency-runs-out",
    says: `Functions of the account take more than four fifths of its ${quota} concurrent executions.`,
    metric: claimedConcurrency(MINUTE),
    threshold: 0.8 * quota,
    datapoints: 2,
    of: 5,
  });
}

/** What a topic can neither deliver nor put among the dead letters of the queue is gone. */
function watchTopics(alarms: Alarms, { manifest, stage }: ShopMonitoringProps): void {
  const names = new Names(stage);
  const lost = manifest.topics.map((row) =>
    topic("NumberOfNotificationsFailedToRedriveToDlq", names.thing(row.name), FIVE_MINUTES),
  );
  sums(lost, FIVE_MINUTES, "lost").forEach((metric, at) => {
    alarms.add(`shop-lost-events-${at + 1}`, {
      paragraph: "an-event-was-lost",
      says: "A topic could neither deliver an event nor put it among the dead letters.",
      metric,
      threshold: 1,
      datapoints: 1,
      of: 1,
    });
  });
}
