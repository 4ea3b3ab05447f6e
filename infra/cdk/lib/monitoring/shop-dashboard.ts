import * as cdk from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { Names } from "../names";
import { graph, logTables, times } from "./graphs";
import { FIVE_MINUTES, STATUS_CLASSES, api, claimedConcurrency, heard, requests, topic } from "./metrics";
import type { ShopMonitoringProps } from "./props";

/**
 * How the shop does: who comes, what is done and what is refused, service by service. All of it
 * follows from the manifest: a new service has its line, its topic and its functions here at once.
 */
export class ShopDashboard extends Construct {
  constructor(scope: Construct, id: string, props: ShopMonitoringProps) {
    super(scope, id);
    const dashboard = new cloudwatch.Dashboard(this, "Dashboard", {
      dashboardName: new Names(props.stage).thing("shop"),
      defaultInterval: cdk.Duration.days(1),
    });
    [ofApi(props), ofServices(props), ...ofBusiness(props)].forEach((row) => {
      dashboard.addWidgets(...row);
    });
  }
}

function ofApi({ apiId }: ShopMonitoringProps): cloudwatch.IWidget[] {
  const sum = (name: "Count" | "4xx" | "5xx"): cloudwatch.IMetric =>
    api(apiId, name, cloudwatch.Stats.SUM, FIVE_MINUTES);
  return [
    graph("Requests, refused, failed", 8, [sum("Count"), sum("4xx"), sum("5xx")]),
    graph(
      "Milliseconds to an answer",
      8,
      times((percentile) => api(apiId, "Latency", cloudwatch.Stats.p(percentile), FIVE_MINUTES)),
    ),
    graph("Functions running at once, whole account", 8, [claimedConcurrency(FIVE_MINUTES)]),
  ];
}

function ofServices({ manifest, stage }: ShopMonitoringProps): cloudwatch.IWidget[] {
  const names = new Names(stage);
  const answering = manifest.services.filter(({ name }) =>
    manifest.functions.some((row) => row.service === name && row.trigger.type === "http"),
  );
  const all = answering.map(
    ({ name }) =>
      new cloudwatch.MathExpression({
        expression: STATUS_CLASSES.map((it) => `FILL(${id(name, it)}, 0)`).join(" + "),
        usingMetrics: Object.fromEntries(
          STATUS_CLASSES.map((it) => [id(name, it), requests(stage, name, it, FIVE_MINUTES)]),
        ),
        period: FIVE_MINUTES,
        label: name,
      }),
  );
  const queues = manifest.functions.flatMap((row) => ("queue" in row.trigger ? [row.trigger.queue] : []));
  return [
    graph("Requests by service", 8, all, { stacked: true }),
    graph(
      "Events told, by topic",
      8,
      manifest.topics.map((row) => topic("NumberOfMessagesPublished", names.thing(row.name), FIVE_MINUTES)),
    ),
    graph(
      "Events heard and work sent, by function",
      8,
      queues.map((queue) => heard(queue, names.thing(queue), FIVE_MINUTES)),
    ),
  ];
}

/** Metric ids on one graph begin with a small letter, hold no dashes, and are each taken once. */
function id(service: string, statusClass: string): string {
  return `${service.replaceAll("-", "_")}_${statusClass}`;
}

function ofBusiness({ manifest, stage }: ShopMonitoringProps): cloudwatch.IWidget[][] {
  const groups = manifest.functions
    .filter((row) => row.trigger.type === "http")
    .map((row) => new Names(stage).logGroup(row.name));
  const view = cloudwatch.LogQueryVisualizationType.TABLE;
  const counted = (filter: string, by: string): string[] => [
    `filter ${filter}`,
    `stats count(*) as times by ${by}`,
    "sort times desc",
  ];
  return logTables(groups, [
    { title: "What was done", view, query: counted('method != "GET" and status < 400', "method, route") },
    { title: "What was looked at", view, query: counted('method = "GET" and status < 400', "route") },
    { title: "What was refused", view, query: counted("status >= 400", "status, code, route") },
  ]);
}
