import { Duration } from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { OutboxesTrigger } from "../manifest";
import { logicalId } from "../names";
import type { ServiceFunction } from "./function";
import type { References } from "./references";

/**
 * How old a record may become while it is tried: well within the day that DynamoDB keeps it, so that
 * its place can still be handed to the dead letters.
 */
const RECORD_AGE = Duration.hours(6);

/**
 * Has a function read the outboxes in tables' streams. A stream's source would try for ever and block
 * its shard: this one is bounded, halves a failing batch, and leaves the place of what it gave up on.
 */
export function readOutboxes(
  made: ServiceFunction,
  trigger: OutboxesTrigger,
  references: References,
  deadLetters: IQueue,
): void {
  for (const table of trigger.tables) {
    new lambda.EventSourceMapping(made, `From${logicalId(table)}`, {
      target: made.alias,
      eventSourceArn: references.stream(table),
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: trigger.batch,
      retryAttempts: trigger.tries - 1,
      maxRecordAge: RECORD_AGE,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      filters: [
        lambda.FilterCriteria.filter({ eventName: ["INSERT"], dynamodb: { NewImage: { type: { S: ["outbox"] } } } }),
      ],
      onFailure: new SqsDlq(deadLetters),
    });
  }
}
