/** A service of every kind of function, watched as a stage wants it. */

import * as cdk from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import * as sqs from "aws-cdk-lib/aws-sqs";
import type { FunctionRow, Manifest, ServiceRow, TableRow } from "../lib/manifest";
import { AlarmTopic } from "../lib/monitoring/alarm-topic";
import type { WatchedFunction, WatchedQueues, WatchedStage } from "../lib/monitoring/props";
import { ServiceMonitoring } from "../lib/monitoring/service-monitoring";
import { ShopMonitoring } from "../lib/monitoring/shop-monitoring";

export const RUNBOOK = "https://example.com/shop/docs/OPERATIONS.md";

export const SERVICE: ServiceRow = { name: "orders", p99Ms: 900 };

/** 25 functions: twenty that answer, one of them critical, and five that hear, work, relay and run by the clock. */
export const FUNCTIONS: readonly FunctionRow[] = [
  ...Array.from({ length: 19 }, (_, at) => answering(`orders-answer-${at + 1}`)),
  { ...answering("orders-checkout"), critical: true },
  row("orders-on-payment", {
    type: "events",
    ...queue("orders-on-payment", 180),
    events: ["payments.paid.v1"],
    topics: ["payments"],
  }),
  row("orders-on-shipment", {
    type: "events",
    ...queue("orders-on-shipment", 180),
    events: ["shipping.sent.v1"],
    topics: ["shipping"],
  }),
  row("orders-on-chunk", { type: "work", ...queue("orders-on-chunk", 360) }),
  row("orders-relay", { type: "outboxes", batch: 100, tries: 60, tables: ["orders"] }),
  row("orders-expire", { type: "schedule", everyMinutes: 15, expression: "rate(15 minutes)" }),
];

export const TABLE: TableRow = {
  name: "orders",
  env: "ORDERS_TABLE",
  partitionKey: "pk",
  sortKey: "sk",
  ttl: "expires",
  stream: true,
  indexes: ["by-buyer", "by-status"].map((name) => ({
    name,
    partitionKey: "a",
    sortKey: "b",
    projection: "ALL",
    attributes: [],
  })),
};

export const MANIFEST: Manifest = {
  generated: "for a test",
  product: "ultramarket",
  services: [SERVICE, { name: "quiet", p99Ms: 100 }],
  functions: [...FUNCTIONS],
  tables: [TABLE],
  topics: [{ service: "orders", name: "orders-events", env: "ORDERS_TOPIC_ARN" }],
  buckets: [],
  secrets: [],
  settings: [],
  domains: [{ name: "search", env: "OPENSEARCH_ENDPOINT" }],
};

const CLOSENESS = {
  dev: { alarms: "none", dashboards: false, budgetUsd: 20 },
  staging: { alarms: "quiet", dashboards: false, budgetUsd: 150 },
  prod: { alarms: "all", dashboards: true, budgetUsd: 1000 },
} as const;

export type StageName = keyof typeof CLOSENESS;

export const STAGES = Object.keys(CLOSENESS) as readonly StageName[];

export function stage(name: StageName): WatchedStage {
  return {
    name,
    monitoring: { ...CLOSENESS[name], mail: undefined, runbook: RUNBOOK, lambdaConcurrency: 1000 },
    search: name === "dev" ? undefined : { instanceType: "t3.small.search", instances: 1, zones: 1, storageGib: 10 },
  };
}

/** What is watched, and how it looks in CloudFormation. */
export interface Watched {
  readonly service: Template;
  readonly shop: Template;
  /** The logical ids of the alarms that end a canary. */
  readonly rollbackAlarms: readonly string[];
}

/** The two stacks of a stage: one of the service, one of what is shared. */
export function watched(name: StageName, functions: readonly FunctionRow[] = FUNCTIONS): Watched {
  const app = new cdk.App();
  const shop = new cdk.Stack(app, "Shop");
  const service = new cdk.Stack(app, "Service");
  const alarmTopic = new AlarmTopic(shop, "Alarms", { stage: stage(name) });
  const made = functions.map((one): WatchedFunction & WatchedQueues => ({
    row: one,
    function: new lambda.Function(service, one.name, {
      functionName: `${name}-${one.name}`,
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: "index.handler",
      code: lambda.Code.fromInline("exports.handler = () => {}"),
      logGroup: new logs.LogGroup(service, `${one.name}-logs`),
    }),
    queue: "queue" in one.trigger ? new sqs.Queue(service, `${one.name}-queue`) : undefined,
    deadLetters: new sqs.Queue(service, `${one.name}-dead`, { queueName: `${name}-${one.name}-dead` }),
  }));
  const monitoring = new ServiceMonitoring(service, "Monitoring", {
    service: SERVICE,
    stage: stage(name),
    alarmTopic,
    functions: made,
    queues: made.filter((one) => one.row.trigger.type !== "http"),
    tables: [TABLE],
  });
  new ShopMonitoring(shop, "Monitoring", { manifest: MANIFEST, stage: stage(name), alarmTopic, apiId: "abcdef" });
  return {
    service: Template.fromStack(service),
    shop: Template.fromStack(shop),
    rollbackAlarms: monitoring.rollbackAlarms.map(
      (alarm) => (service.resolve(alarm.alarmArn) as { "Fn::GetAtt": [string] })["Fn::GetAtt"][0],
    ),
  };
}

/** An alarm of a template, as far as tests look at it. */
export interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions: unknown[];
  readonly OKActions: unknown[];
  readonly TreatMissingData: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly Period?: number;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly MetricName?: string;
  readonly Metrics?: readonly {
    readonly Expression?: string;
    readonly ReturnData?: boolean;
    readonly MetricStat?: { readonly Period: number; readonly Metric: MetricProperties };
  }[];
}

export interface MetricProperties {
  readonly MetricName: string;
  readonly Namespace: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
}

/** The alarms of a template, by their names. */
export function alarmsOf(template: Template): AlarmProperties[] {
  return Object.values(template.findResources("AWS::CloudWatch::Alarm"))
    .map((it) => (it as { Properties: AlarmProperties }).Properties)
    .sort((one, other) => one.AlarmName.localeCompare(other.AlarmName));
}

/** The metrics that an alarm looks at: what it is paid for. */
export function metricsOf(alarm: AlarmProperties): MetricProperties[] {
  if (alarm.Metrics !== undefined) {
    return alarm.Metrics.flatMap((it) => (it.MetricStat === undefined ? [] : [it.MetricStat.Metric]));
  }
  return [{ MetricName: alarm.MetricName ?? "", Namespace: "", Dimensions: alarm.Dimensions ?? [] }];
}

function answering(name: string): FunctionRow {
  return row(name, {
    type: "http",
    method: "GET",
    path: `/${name}`,
    routeKey: `GET /${name}`,
    alsoRouteKeys: [],
    who: "public",
    permission: null,
    rate: "browse",
    throttle: { perSecond: 1, burst: 1 },
    bucket: null,
    onceOnly: false,
    bodyBytes: 0,
  });
}

function queue(
  name: string,
  visibilitySeconds: number,
): Omit<Extract<FunctionRow["trigger"], { type: "work" }>, "type"> {
  return { batch: 10, tries: 5, queue: name, queueEnv: "QUEUE_URL", visibilitySeconds, concurrency: null };
}

function row(name: string, trigger: FunctionRow["trigger"]): FunctionRow {
  return {
    name,
    logicalId: name,
    service: SERVICE.name,
    package: SERVICE.name,
    code: `target/lambda/${name}`,
    memoryMb: 256,
    timeoutSeconds: 30,
    critical: false,
    trigger,
    env: {},
    grants: [],
    statements: [],
  };
}
