/** The metrics that alarms and dashboards read: our own, and AWS's where CDK has no word for them. */

import * as cdk from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import * as logs from "aws-cdk-lib/aws-logs";
import type { WatchedStage, WatchedFunction } from "./props";

/** Alarms that must speak within the minutes of a canary look at each minute. */
export const MINUTE = cdk.Duration.minutes(1);

/** The rest has time, and a steadier figure in it. */
export const FIVE_MINUTES = cdk.Duration.minutes(5);

/** The namespace of the metrics that requests leave with their log line (`shared/edge/src/log.rs`). */
const NAMESPACE = "UltraMarket";

/** The classes of an answer's status, as they stand in the metrics. */
export const STATUS_CLASSES = ["2xx", "3xx", "4xx", "5xx"] as const;

export type StatusClass = (typeof STATUS_CLASSES)[number];

/** How many requests a service answered with a status of the class. */
export function requests(
  stage: WatchedStage,
  service: string,
  statusClass: StatusClass,
  period: cdk.Duration,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: NAMESPACE,
    metricName: "http_requests_total",
    dimensionsMap: { stage: stage.name, service, statusClass },
    statistic: cloudwatch.Stats.SUM,
    period,
    label: statusClass,
  });
}

/** How many seconds the service's good answers took, without the start of a function. */
export function seconds(
  stage: WatchedStage,
  service: string,
  percentile: number,
  period: cdk.Duration,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: NAMESPACE,
    metricName: "http_request_duration_seconds",
    dimensionsMap: { stage: stage.name, service, statusClass: "2xx" },
    statistic: cloudwatch.Stats.percentile(percentile),
    period,
    label: `p${percentile}`,
  });
}

/** How many seconds after its change a product's document was written into the search index. */
export function indexLag(stage: WatchedStage, percentile: number, period: cdk.Duration): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: NAMESPACE,
    metricName: "search_index_lag_seconds",
    dimensionsMap: { stage: stage.name, service: "search" },
    statistic: cloudwatch.Stats.percentile(percentile),
    period,
    label: `p${percentile}`,
  });
}

/**
 * How many lines with the level ERROR the function logged, by one of the line's members: what a
 * function answers or reports in good order is no error to Lambda. The first filter of a name makes
 * the metric, for 0.30 USD a month; the others add to it. The stage stands in the namespace, since a
 * filter takes dimensions from the line only and not every line has the stage.
 */
export function errorLines(
  stage: WatchedStage,
  watched: WatchedFunction,
  by: "service" | "function",
  period: cdk.Duration,
): cloudwatch.Metric {
  const filter = new logs.MetricFilter(watched.function, `ErrorLinesBy${by === "service" ? "Service" : "Function"}`, {
    logGroup: watched.function.logGroup,
    filterPattern: logs.FilterPattern.stringValue("$.level", "=", "ERROR"),
    metricNamespace: `${NAMESPACE}/${stage.name}`,
    metricName: `error_lines_by_${by}`,
    metricValue: "1",
    dimensions: { [by]: `$.${by}` },
  });
  return filter.metric({
    statistic: cloudwatch.Stats.SUM,
    dimensionsMap: { [by]: by === "service" ? watched.row.service : watched.row.name },
    period,
  });
}

/** A table's metric, or that of one of its indexes. */
export function table(
  name: string,
  tableName: string,
  index: string | undefined,
  period: cdk.Duration,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: "AWS/DynamoDB",
    metricName: name,
    dimensionsMap: { TableName: tableName, ...(index === undefined ? {} : { GlobalSecondaryIndexName: index }) },
    statistic: cloudwatch.Stats.SUM,
    period,
    label: `${index ?? "table"} ${name}`,
  });
}

/** A metric of the HTTP API. */
export function api(
  apiId: string,
  name: "Count" | "4xx" | "5xx" | "Latency",
  statistic: string,
  period: cdk.Duration,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: "AWS/ApiGateway",
    metricName: name,
    dimensionsMap: { ApiId: apiId },
    statistic,
    period,
    label: name === "Latency" ? statistic : name,
  });
}

/** How much of the account's concurrency is taken, reserved and provisioned included. */
export function claimedConcurrency(period: cdk.Duration): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: "AWS/Lambda",
    metricName: "ClaimedAccountConcurrency",
    statistic: cloudwatch.Stats.MAXIMUM,
    period,
    label: "claimed",
  });
}

/** A metric of a topic. */
export function topic(name: string, topicName: string, period: cdk.Duration): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: "AWS/SNS",
    metricName: name,
    dimensionsMap: { TopicName: topicName },
    statistic: cloudwatch.Stats.SUM,
    period,
    label: topicName,
  });
}

/** How many messages came to a queue. */
export function heard(label: string, queueName: string, period: cdk.Duration): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: "AWS/SQS",
    metricName: "NumberOfMessagesSent",
    dimensionsMap: { QueueName: queueName },
    statistic: cloudwatch.Stats.SUM,
    period,
    label,
  });
}
