import * as cdk from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { TableRow } from "../manifest";
import { Names } from "../names";
import { graph, logTables, times } from "./graphs";
import { FIVE_MINUTES, STATUS_CLASSES, requests, seconds, table } from "./metrics";
import type { ServiceMonitoringProps, WatchedStage } from "./props";

/** What a service does: requests, functions, queues, streams, tables and log, those of them that it has. */
export class ServiceDashboard extends Construct {
  constructor(scope: Construct, id: string, props: ServiceMonitoringProps) {
    super(scope, id);
    const dashboard = new cloudwatch.Dashboard(this, "Dashboard", {
      dashboardName: new Names(props.stage).thing(props.service.name),
      defaultInterval: cdk.Duration.hours(3),
    });
    const rows = [
      ofRequests(props),
      ofFunctions(props),
      ofQueues(props),
      ofStreams(props),
      ...props.tables.map((row) => ofTable(props.stage, row)),
      ...ofLogs(props),
    ];
    rows
      .filter((row) => row.length > 0)
      .forEach((row) => {
        dashboard.addWidgets(...row);
      });
  }
}

function ofRequests({ stage, service, functions }: ServiceMonitoringProps): cloudwatch.IWidget[] {
  if (!functions.some(({ row }) => row.trigger.type === "http")) {
    return [];
  }
  return [
    graph(
      "Requests by class of status",
      12,
      STATUS_CLASSES.map((it) => requests(stage, service.name, it, FIVE_MINUTES)),
      { stacked: true },
    ),
    graph(
      "Seconds to a good answer",
      12,
      times((percentile) => seconds(stage, service.name, percentile, FIVE_MINUTES)),
      {
        leftAnnotations: [{ value: service.p99Ms / 1000, label: "budget of p99" }],
      },
    ),
  ];
}

function ofFunctions({ functions }: ServiceMonitoringProps): cloudwatch.IWidget[] {
  const each = (metric: (fn: lambda.Function, label: string) => cloudwatch.IMetric): cloudwatch.IMetric[] =>
    functions.map(({ row, function: fn }) => metric(fn, row.name));
  const period = FIVE_MINUTES;
  return [
    graph(
      "Crashes, time-outs, failed starts",
      6,
      each((fn, label) => fn.metricErrors({ period, label })),
    ),
    graph(
      "Throttles",
      6,
      each((fn, label) => fn.metricThrottles({ period, label })),
    ),
    graph(
      "Milliseconds of a call, p99",
      6,
      each((fn, label) => fn.metricDuration({ period, label, statistic: cloudwatch.Stats.p(99) })),
    ),
    graph(
      "Running at once",
      6,
      each((fn, label) => fn.metric("ConcurrentExecutions", { period, label, statistic: cloudwatch.Stats.MAXIMUM })),
    ),
  ];
}

function ofQueues({ queues }: ServiceMonitoringProps): cloudwatch.IWidget[] {
  if (queues.length === 0) {
    return [];
  }
  const most = { period: FIVE_MINUTES, statistic: cloudwatch.Stats.MAXIMUM };
  const lines = queues.flatMap(({ row, queue }) => (queue === undefined ? [] : [{ label: row.name, queue }]));
  return [
    graph(
      "Messages waiting",
      8,
      lines.map(({ label, queue }) => queue.metricApproximateNumberOfMessagesVisible({ ...most, label })),
    ),
    graph(
      "Seconds the oldest waits",
      8,
      lines.map(({ label, queue }) => queue.metricApproximateAgeOfOldestMessage({ ...most, label })),
    ),
    graph(
      "Dead letters",
      8,
      queues.map(({ row, deadLetters }) =>
        deadLetters.metricApproximateNumberOfMessagesVisible({ ...most, label: row.name }),
      ),
    ),
  ];
}

function ofStreams({ functions }: ServiceMonitoringProps): cloudwatch.IWidget[] {
  const relays = functions.filter(({ row }) => row.trigger.type === "outboxes");
  if (relays.length === 0) {
    return [];
  }
  return [
    graph(
      "Milliseconds a stream's record waits",
      24,
      relays.map(({ row, function: fn }) =>
        fn.metric("IteratorAge", { period: FIVE_MINUTES, statistic: cloudwatch.Stats.MAXIMUM, label: row.name }),
      ),
    ),
  ];
}

function ofTable(stage: WatchedStage, { name, indexes }: TableRow): cloudwatch.IWidget[] {
  const physical = new Names(stage).thing(name);
  const all = [undefined, ...indexes.map((index) => index.name)];
  const each = (metricName: string): cloudwatch.IMetric[] =>
    all.map((index) => table(metricName, physical, index, FIVE_MINUTES));
  return [
    graph(`Read units of ${name}`, 8, each("ConsumedReadCapacityUnits")),
    graph(`Write units of ${name}`, 8, each("ConsumedWriteCapacityUnits")),
    graph(`Throttles of ${name}`, 8, [...each("ReadThrottleEvents"), ...each("WriteThrottleEvents")]),
  ];
}

function ofLogs({ stage, functions }: ServiceMonitoringProps): cloudwatch.IWidget[][] {
  const groups = functions.map(({ row }) => new Names(stage).logGroup(row.name));
  return logTables(groups, [
    {
      title: "Cold starts",
      view: cloudwatch.LogQueryVisualizationType.LINE,
      query: [
        'filter @type = "REPORT"',
        "stats count(@initDuration) as cold, pct(@initDuration, 99) as p99 by bin(15m)",
      ],
    },
    {
      title: "Latest errors",
      view: cloudwatch.LogQueryVisualizationType.TABLE,
      query: [
        "fields @timestamp, function, route, status, code, error, requestId, traceId",
        'filter level = "ERROR"',
        "sort @timestamp desc",
        "limit 20",
      ],
    },
  ]);
}
