/** Alarms on what the service answered, by the metrics that each request leaves with its log line. */

import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type { Alarms } from "./alarms";
import { FIVE_MINUTES, MINUTE, requests, seconds } from "./metrics";
import type { ServiceMonitoringProps } from "./props";

/** Watches the service's answers, where it gives any, and gives back the alarm that ends a canary. */
export function watchRequests(
  alarms: Alarms,
  { stage, service, functions }: ServiceMonitoringProps,
): cloudwatch.Alarm[] {
  if (!functions.some(({ row }) => row.trigger.type === "http")) {
    return [];
  }

  // The slowest hundredth of the good answers for a quarter of an hour. Of fewer than a hundred
  // answers the slowest hundredth is one answer, which says nothing.
  alarms.add(`${service.name}-slow`, {
    paragraph: "a-service-is-slow",
    says: `One in a hundred answers of ${service.name} takes longer than its budget of ${service.p99Ms} ms.`,
    metric: new cloudwatch.MathExpression({
      expression: "IF(answers >= 100, 1000 * p99, 0)",
      usingMetrics: {
        answers: requests(stage, service.name, "2xx", FIVE_MINUTES),
        p99: seconds(stage, service.name, 99, FIVE_MINUTES),
      },
      period: FIVE_MINUTES,
      label: "p99 in ms",
    }),
    threshold: service.p99Ms,
    datapoints: 3,
    of: 3,
  });

  // A status of 500 or above is no error to Lambda. The share is of the requests that were to succeed:
  // those that were the caller's fault would hide a fault of ours. Fewer than three a minute pass.
  return alarms.add(`${service.name}-failed-requests`, {
    paragraph: "requests-fail",
    says: `${service.name} answers more than one in a hundred requests with a status of 500 or above.`,
    metric: new cloudwatch.MathExpression({
      expression: "IF(failed >= 3, 100 * failed / (failed + FILL(succeeded, 0)), 0)",
      usingMetrics: {
        failed: requests(stage, service.name, "5xx", MINUTE),
        succeeded: requests(stage, service.name, "2xx", MINUTE),
      },
      period: MINUTE,
      label: "percent failed",
    }),
    threshold: 1,
    datapoints: 2,
    of: 5,
  });
}
