/** Alarms on the search domains. */

import * as cdk from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { Names } from "../names";
import type { Alarms } from "./alarms";
import { FIVE_MINUTES, MINUTE, indexLag } from "./metrics";
import type { ShopMonitoringProps } from "./props";

/** Watches what a domain dies of: data without a node, a full disk, no memory; and how late searches are. */
export function watchSearch(alarms: Alarms, { manifest, stage }: ShopMonitoringProps): void {
  const settings = stage.search;
  if (settings === undefined) {
    return;
  }
  const paragraph = "the-search-engine-is-unwell";
  alarms.add("search-index-late", {
    paragraph,
    says: "Changes of products are found half a minute after they were made, or later.",
    metric: indexLag(stage, 95, FIVE_MINUTES),
    threshold: 30,
    datapoints: 3,
    of: 3,
  });
  manifest.domains.forEach((row) => {
    const domain = new Names(stage).domain(row.name);
    const metric = (metricName: string, statistic: string, period: cdk.Duration): cloudwatch.Metric =>
      new cloudwatch.Metric({
        namespace: "AWS/ES",
        metricName,
        dimensionsMap: { DomainName: domain, ClientId: cdk.Stack.of(alarms.scope).account },
        statistic,
        period,
      });
    alarms.add(`domain-${row.name}-red`, {
      paragraph,
      says: `The domain ${domain} is red: part of its data has no node.`,
      metric: metric("ClusterStatus.red", cloudwatch.Stats.MAXIMUM, MINUTE),
      threshold: 1,
      datapoints: 1,
      of: 1,
    });
    alarms.add(`domain-${row.name}-full`, {
      paragraph,
      says: `A node of the domain ${domain} has used three quarters of its disk.`,
      metric: new cloudwatch.MathExpression({
        expression: `100 - 100 * free / ${settings.storageGib * 1024}`,
        usingMetrics: { free: metric("FreeStorageSpace", cloudwatch.Stats.MINIMUM, FIVE_MINUTES) },
        period: FIVE_MINUTES,
        label: "percent used",
      }),
      threshold: 75,
      datapoints: 3,
      of: 3,
    });
    alarms.add(`domain-${row.name}-memory`, {
      paragraph,
      says: `A node of the domain ${domain} is short of memory.`,
      metric: metric("JVMMemoryPressure", cloudwatch.Stats.MAXIMUM, FIVE_MINUTES),
      // OpenSearch refuses writes beyond this.
      threshold: 92,
      datapoints: 3,
      of: 3,
    });
  });
}
