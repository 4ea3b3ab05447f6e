import { Duration } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as sns from "aws-cdk-lib/aws-sns";
import * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { EventsTrigger, FunctionRow, QueueTrigger } from "../manifest";
import { Names } from "../names";
import type { Settings } from "../stage";
import type { ServiceFunction } from "./function";
import type { References } from "./references";

/** How long a message waits for who is to read it, or for who is to look at it. */
const RETENTION = Duration.days(14);

/** The queues of a function that nobody waits for: what it reads, and where what it gave up on ends. */
export class Queues extends Construct {
  readonly queue: sqs.Queue | undefined;
  readonly deadLetters: sqs.Queue;

  constructor(
    scope: Construct,
    readonly row: FunctionRow,
    stage: Settings,
  ) {
    super(scope, `${row.logicalId}Queues`);
    const names = new Names(stage);
    const each: sqs.QueueProps = {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: stage.onlyTls,
      retentionPeriod: RETENTION,
    };
    this.deadLetters = new sqs.Queue(this, "DeadLetters", { ...each, queueName: names.deadLetters(row.name) });
    this.queue =
      row.trigger.type === "events" || row.trigger.type === "work"
        ? new sqs.Queue(this, "Queue", {
            ...each,
            queueName: names.thing(row.trigger.queue),
            visibilityTimeout: Duration.seconds(row.trigger.visibilitySeconds),
            deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: row.trigger.tries },
          })
        : undefined;
  }

  /** The queue of a function that reads one. */
  get work(): sqs.Queue {
    if (this.queue === undefined) {
      throw new Error(`${this.row.name} reads no queue`);
    }
    return this.queue;
  }

  /** Has the queue hear the events that its function wants, and no others. */
  subscribe(trigger: EventsTrigger, references: References): void {
    const topics = trigger.topics.map((service) => references.topic(service));
    // What SNS cannot deliver to the queue ends in the same place as what the function gave up on.
    for (const to of [this.work, this.deadLetters]) {
      to.addToResourcePolicy(
        new iam.PolicyStatement({
          sid: "FromTopics",
          principals: [new iam.ServicePrincipal("sns.amazonaws.com")],
          actions: ["sqs:SendMessage"],
          resources: [to.queueArn],
          conditions: { ArnEquals: { "aws:SourceArn": topics } },
        }),
      );
    }
    for (const service of trigger.topics) {
      new sns.CfnSubscription(this, `Hears ${service}`, {
        topicArn: references.topic(service),
        protocol: "sqs",
        endpoint: this.work.queueArn,
        rawMessageDelivery: true,
        filterPolicy: { type: trigger.events.filter((event) => event.split(".")[0] === service) },
        redrivePolicy: { deadLetterTargetArn: this.deadLetters.queueArn },
      });
    }
  }
}

/** Has a function read its queue. */
export function readQueue(made: ServiceFunction, trigger: QueueTrigger, { work }: Queues): void {
  new lambda.EventSourceMapping(made, "Source", {
    target: made.alias,
    eventSourceArn: work.queueArn,
    batchSize: trigger.batch,
    reportBatchItemFailures: true,
    maxConcurrency: trigger.concurrency ?? undefined,
    // SQS hands over more than ten only to who waits a moment.
    maxBatchingWindow: trigger.batch > 10 ? Duration.seconds(1) : undefined,
  });
}
