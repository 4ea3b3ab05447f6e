/**
 * Alarms on what Lambda says of functions. A critical function has alarms of its own, which speak at
 * the first failure; the others of a service share theirs.
 */

import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { sums, type Alarms } from "./alarms";
import { FIVE_MINUTES, MINUTE, errorLines } from "./metrics";
import type { ServiceMonitoringProps, WatchedFunction } from "./props";

/** Watches the functions that are not critical, and gives back the alarms that end a canary. */
export function watchFunctions(alarms: Alarms, { service, functions }: ServiceMonitoringProps): cloudwatch.Alarm[] {
  const watched = functions.filter(({ row }) => !row.critical).map((one) => one.function);

  // Calls that Lambda refused. Queues and streams come again; a customer sees an error.
  const throttles = watched.map((one) => one.metricThrottles({ period: FIVE_MINUTES }));
  sums(throttles, FIVE_MINUTES, "throttles").forEach((metric, at) => {
    alarms.add(`${service.name}-throttles-${at + 1}`, {
      paragraph: "calls-are-throttled",
      says: `Lambda refuses calls of functions of ${service.name}.`,
      metric,
      threshold: 10,
      datapoints: 1,
      of: 1,
    });
  });

  // Processes that died, ran out of time or could not start. None of these leaves a line of ours. The
  // walk turns panics into answers and ends before Lambda's deadline, so the usual number is none; two
  // minutes of five let a single mishap of AWS pass.
  const crashes = watched.map((one) => one.metricErrors({ period: MINUTE }));
  return sums(crashes, MINUTE, "crashes").flatMap((metric, at) =>
    alarms.add(`${service.name}-crashes-${at + 1}`, {
      paragraph: "functions-crash",
      says: `Functions of ${service.name} crash, time out or do not start.`,
      metric,
      threshold: 1,
      datapoints: 2,
      of: 5,
    }),
  );
}

/** Watches the critical functions one by one, and gives back the alarms that end a canary. */
export function watchCritical(alarms: Alarms, props: ServiceMonitoringProps): cloudwatch.Alarm[] {
  return props.functions
    .filter(({ row }) => row.critical)
    .flatMap((watched) => {
      slowness(alarms, props, watched);
      alarms.add(`${watched.row.name}-throttles`, {
        paragraph: "calls-are-throttled",
        says: `Lambda refuses calls of ${watched.row.name}.`,
        metric: watched.function.metricThrottles({ period: FIVE_MINUTES }),
        threshold: 1,
        datapoints: 1,
        of: 1,
      });
      return failures(alarms, props, watched);
    });
}

/** One failure is worth a look, whether Lambda saw it or only the log. */
function failures(alarms: Alarms, { stage }: ServiceMonitoringProps, watched: WatchedFunction): cloudwatch.Alarm[] {
  return alarms.add(`${watched.row.name}-failures`, {
    paragraph: "a-critical-function-fails",
    says: `${watched.row.name} crashed, or failed somebody.`,
    metric: new cloudwatch.MathExpression({
      expression: "SUM(FILL(METRICS(), 0))",
      usingMetrics: {
        crashes: watched.function.metricErrors({ period: MINUTE }),
        errors: errorLines(stage, watched, "function", MINUTE),
      },
      period: MINUTE,
      label: "failures",
    }),
    threshold: 1,
    datapoints: 1,
    of: 1,
  });
}

/** The service's budget for this one function, whose slowness the many quick calls of others may hide. */
function slowness(alarms: Alarms, { service }: ServiceMonitoringProps, watched: WatchedFunction): void {
  alarms.add(`${watched.row.name}-slow`, {
    paragraph: "a-service-is-slow",
    says: `${watched.row.name} takes longer than the budget of ${service.p99Ms} ms.`,
    metric: new cloudwatch.MathExpression({
      expression: "IF(calls >= 20, p99, 0)",
      usingMetrics: {
        calls: watched.function.metricInvocations({ period: FIVE_MINUTES }),
        p99: watched.function.metricDuration({ period: FIVE_MINUTES, statistic: cloudwatch.Stats.p(99) }),
      },
      period: FIVE_MINUTES,
      label: "p99 in ms",
    }),
    threshold: service.p99Ms,
    datapoints: 3,
    of: 3,
  });
}
