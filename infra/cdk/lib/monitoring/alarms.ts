/**
 * The alarms of a service or of the shop: one way to make them, so that each has a name that begins
 * with the stage, acts on the topic when it starts and when it ends, and says where to read on.
 *
 * CloudWatch asks 0.10 USD a month for every metric that an alarm looks at, so one alarm over ten
 * functions costs what ten alarms cost. What it saves is mail: an outage of a service is one message
 * rather than one for each of its functions. An alarm looks at ten metrics at most.
 *
 * Metrics Insights could name a service's functions in one query of any length. It asks the same
 * price for each metric that the query matches, without the free ten; it selects by equal names or by
 * tags that the account must first be told to collect; it knows no percentiles; and it looks back
 * three hours. It would save the tens and cost a setting outside of these stacks.
 */

import type * as cdk from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import * as actions from "aws-cdk-lib/aws-cloudwatch-actions";
import type * as sns from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { WatchedStage } from "./props";

/**
 * The paragraphs of docs/OPERATIONS.md that alarms link to, by their anchors. `tell` is worth reading
 * on any stage that somebody works with; `page` matters while customers wait, so only to production.
 */
export const PARAGRAPHS = {
  "functions-crash": "tell",
  "requests-fail": "tell",
  "records-fail": "tell",
  "a-critical-function-fails": "tell",
  "calls-are-throttled": "page",
  "a-service-is-slow": "page",
  "a-queue-falls-behind": "page",
  "dead-letters": "tell",
  "the-outbox-falls-behind": "tell",
  "an-event-was-lost": "tell",
  "a-table-throttles": "page",
  "the-api-fails": "tell",
  "the-api-is-slow": "page",
  "concurrency-runs-out": "page",
  "the-search-engine-is-unwell": "page",
} as const;

/** A paragraph of docs/OPERATIONS.md. */
export type Paragraph = keyof typeof PARAGRAPHS;

/** What an alarm looks at, and when it speaks. */
export interface AlarmProps {
  readonly paragraph: Paragraph;
  /** What is the matter, in a sentence. */
  readonly says: string;
  readonly metric: cloudwatch.IMetric;
  /** It speaks when the metric is at this or above … */
  readonly threshold: number;
  /** … in this many periods … */
  readonly datapoints: number;
  /** … of the last so many. */
  readonly of: number;
  /** What no data means; by default that nothing happened. */
  readonly missing?: cloudwatch.TreatMissingData;
}

/** Makes the alarms of a service, or of the shop. */
export class Alarms {
  constructor(
    readonly scope: Construct,
    private readonly stage: WatchedStage,
    private readonly topic: sns.ITopic,
  ) {}

  /** The alarm of the name, which begins with what it is about, or none where the stage does not want it. */
  add(name: string, props: AlarmProps): cloudwatch.Alarm[] {
    if (!this.wants(props.paragraph)) return [];
    const alarm = new cloudwatch.Alarm(this.scope, name, {
      alarmName: `${this.stage.name}-${name}`,
      alarmDescription: `${props.says} What to do: ${this.stage.monitoring.runbook}#${props.paragraph}`,
      metric: props.metric,
      threshold: props.threshold,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      datapointsToAlarm: props.datapoints,
      evaluationPeriods: props.of,
      treatMissingData: props.missing ?? cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    const tell = new actions.SnsAction(this.topic);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
    return [alarm];
  }

  private wants(paragraph: Paragraph): boolean {
    switch (this.stage.monitoring.alarms) {
      case "none":
        return false;
      case "quiet":
        return PARAGRAPHS[paragraph] === "tell";
      case "all":
        return true;
    }
  }
}

/** Metrics that one alarm may look at. */
const MOST_METRICS = 10;

/**
 * The sum of one metric over many things, in as many expressions as it takes. A function that was not
 * called has no data, which counts as nothing.
 */
export function sums(
  metrics: readonly cloudwatch.IMetric[],
  period: cdk.Duration,
  label: string,
): cloudwatch.IMetric[] {
  return groupsOf(MOST_METRICS, metrics).map(
    (group) =>
      new cloudwatch.MathExpression({
        expression: "SUM(FILL(METRICS(), 0))",
        usingMetrics: Object.fromEntries(group.map((metric, at) => [`m${at}`, metric])),
        period,
        label,
      }),
  );
}

/** The items in groups of at most so many, for interfaces that take no more at once. */
export function groupsOf<T>(most: number, items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / most) }, (_, at) => items.slice(at * most, (at + 1) * most));
}
