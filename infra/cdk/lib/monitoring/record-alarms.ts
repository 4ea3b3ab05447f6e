/** Alarms on what nobody waits for an answer to: events, messages, streams and schedules. */

import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type { Alarms } from "./alarms";
import { FIVE_MINUTES, MINUTE, errorLines } from "./metrics";
import type { ServiceMonitoringProps } from "./props";

/**
 * Watches the records that fail, and gives back the alarm that ends a canary. A record comes again and
 * may well be done then, and one that never can be ends among the dead letters: five a minute are no
 * accident any more.
 */
export function watchRecords(
  alarms: Alarms,
  { stage, service, functions }: ServiceMonitoringProps,
): cloudwatch.Alarm[] {
  const watched = functions.filter(({ row }) => row.trigger.type !== "http");
  // Each function has a filter, and all of them count into one metric.
  const [metric] = watched.map((one) => errorLines(stage, one, "service", MINUTE));
  if (metric === undefined) {
    return [];
  }
  return alarms.add(`${service.name}-failed-records`, {
    paragraph: "records-fail",
    says: `${service.name} fails to do what it heard, was sent or has scheduled.`,
    metric,
    threshold: 5,
    datapoints: 2,
    of: 5,
  });
}

/** Watches what waits in queues, and what was given up. */
export function watchQueues(alarms: Alarms, { queues }: ServiceMonitoringProps): void {
  queues.forEach(({ row, queue, deadLetters }) => {
    if (queue !== undefined && "visibilitySeconds" in row.trigger) {
      alarms.add(`${row.name}-backlog`, {
        paragraph: "a-queue-falls-behind",
        says: `Messages to ${row.name} wait too long.`,
        metric: queue.metricApproximateAgeOfOldestMessage({
          period: FIVE_MINUTES,
          statistic: cloudwatch.Stats.MAXIMUM,
        }),
        // A message that failed once comes again after the visibility timeout. Beyond two of them it
        // stands in a line.
        threshold: 2 * row.trigger.visibilitySeconds,
        datapoints: 3,
        of: 3,
      });
    }
    alarms.add(`${row.name}-dead-letters`, {
      paragraph: "dead-letters",
      says: `${row.name} gave up on something.`,
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        period: FIVE_MINUTES,
        statistic: cloudwatch.Stats.MAXIMUM,
      }),
      threshold: 1,
      datapoints: 1,
      of: 1,
      // SQS stops reporting on a queue that nobody touches for some hours. The alarm ends when the
      // queue is empty, not when it is quiet.
      missing: cloudwatch.TreatMissingData.IGNORE,
    });
  });
}

/** Watches what reads streams. */
export function watchStreams(alarms: Alarms, { functions }: ServiceMonitoringProps): void {
  functions
    .filter(({ row }) => row.trigger.type === "outboxes")
    .forEach(({ row, function: relay }) => {
      // Events go out within a second or two. Five minutes late for ten minutes is no hiccup.
      alarms.add(`${row.name}-behind`, {
        paragraph: "the-outbox-falls-behind",
        says: `${row.name} publishes events more than five minutes late.`,
        metric: relay.metric("IteratorAge", { statistic: cloudwatch.Stats.MAXIMUM, period: FIVE_MINUTES }),
        threshold: 5 * 60 * 1000,
        datapoints: 2,
        of: 3,
      });
      alarms.add(`${row.name}-lost`, {
        paragraph: "an-event-was-lost",
        says: `${row.name} gave up on an event, and could not put it among its dead letters.`,
        metric: relay.metric("DestinationDeliveryFailures", { statistic: cloudwatch.Stats.SUM, period: FIVE_MINUTES }),
        threshold: 1,
        datapoints: 1,
        of: 1,
      });
    });
}
