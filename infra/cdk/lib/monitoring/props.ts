/** What monitoring is told, by a service's stack and by the stack of what is shared. */

import type * as lambda from "aws-cdk-lib/aws-lambda";
import type * as sns from "aws-cdk-lib/aws-sns";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import type { FunctionRow, Manifest, ServiceRow, TableRow } from "../manifest";

/** How closely a stage is watched: the part of its settings that monitoring reads. */
export interface MonitoringSettings {
  /** The stage's name, which stands in front of every physical name. */
  readonly name: string;
  /** `tell` leaves out what only matters while customers wait; `none` costs nothing. */
  readonly alarms: "none" | "tell" | "all";
  /** A dashboard costs 3 USD a month beyond the account's first three. */
  readonly dashboards: boolean;
  /** What the account may cost a month before somebody is told; none for no budget. */
  readonly monthlyBudgetUsd?: number;
  /** The account's quota of concurrent executions in the region: 1,000 unless raised, and 10 in a new account. */
  readonly lambdaConcurrency: number;
  /** Where the repository is read, without a slash at the end; alarms link to its documents. */
  readonly repository?: string;
}

/** A function and its row. */
export interface WatchedFunction {
  readonly row: FunctionRow;
  readonly function: lambda.Function;
}

/** The queues of a function that does not answer requests. */
export interface WatchedQueues {
  readonly row: FunctionRow;
  /** What it works off; none for streams and schedules. */
  readonly queue?: sqs.IQueue;
  readonly deadLetters: sqs.IQueue;
}

/** A table and its physical name. */
export interface WatchedTable {
  readonly row: TableRow;
  readonly tableName: string;
}

/** What the monitoring of a service is about. */
export interface ServiceMonitoringProps {
  readonly service: ServiceRow;
  readonly stage: MonitoringSettings;
  readonly alarmTopic: sns.ITopic;
  /** Every function of the service. */
  readonly functions: readonly WatchedFunction[];
  /** Every function of the service that has dead letters. */
  readonly queues: readonly WatchedQueues[];
  /** The service's own tables. */
  readonly tables: readonly WatchedTable[];
}

/** What the monitoring of the whole is about. */
export interface ShopMonitoringProps {
  readonly manifest: Manifest;
  readonly stage: MonitoringSettings;
  readonly alarmTopic: sns.ITopic;
  /** The HTTP API's id. */
  readonly apiId: string;
}
