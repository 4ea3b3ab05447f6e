/** What monitoring is told, by a service's stack and by the stack of what is shared. */

import type * as lambda from "aws-cdk-lib/aws-lambda";
import type * as sns from "aws-cdk-lib/aws-sns";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import type { FunctionRow, Manifest, ServiceRow, TableRow } from "../manifest";
import type { Settings } from "../stage";

/** A stage as far as monitoring goes. */
export type WatchedStage = Pick<Settings, "name" | "monitoring" | "search">;

/** A function and its row. */
export interface WatchedFunction {
  readonly row: FunctionRow;
  /** Made with a log group of its own, whose lines are counted. */
  readonly function: lambda.Function;
}

/** The queues of a function that does not answer requests. */
export interface WatchedQueues {
  readonly row: FunctionRow;
  /** What it works off; none for streams and schedules. */
  readonly queue?: sqs.IQueue | undefined;
  readonly deadLetters: sqs.IQueue;
}

/** What the monitoring of a service is about. */
export interface ServiceMonitoringProps {
  readonly service: ServiceRow;
  readonly stage: WatchedStage;
  readonly alarmTopic: sns.ITopic;
  /** Every function of the service. */
  readonly functions: readonly WatchedFunction[];
  /** The queues of every function of the service that has dead letters. */
  readonly queues: readonly WatchedQueues[];
  /** The service's own tables. */
  readonly tables: readonly TableRow[];
}

/** What the monitoring of the whole is about. */
export interface ShopMonitoringProps {
  readonly manifest: Manifest;
  readonly stage: WatchedStage;
  readonly alarmTopic: sns.ITopic;
  /** The HTTP API's id. */
  readonly apiId: string;
}
