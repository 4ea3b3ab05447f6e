/** `at-rest.json`, which `docs/COST.md` reckons with: what each stage keeps while nobody uses it. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resources, STAGES, text, type Json, type Properties, type ShopName } from "./templates";

const FILE = join(__dirname, "../at-rest.json");
const BY_HAND = "UPDATE_AT_REST=1 npm run jest -- at-rest, then cargo xtask gen";

interface AtRest {
  readonly searchNodes: Readonly<Record<string, number>>;
  readonly searchGigabytes: number;
  readonly secrets: number;
  readonly keys: number;
  readonly alarmMetrics: number;
  readonly dashboards: number;
  readonly webAcls: number;
  readonly webAclRules: number;
}

/** A local cloud is a process on a developer's machine and costs nothing. */
const PAID = STAGES.filter((stage) => stage !== "local");

function atRest(shop: ShopName): AtRest {
  const searchNodes: Record<string, number> = {};
  let searchGigabytes = 0;
  for (const { properties } of resources(shop, "AWS::OpenSearchService::Domain")) {
    const cluster = properties.ClusterConfig as Properties;
    const disk = properties.EBSOptions as Properties;
    searchGigabytes += Number(cluster.InstanceCount) * Number(disk.VolumeSize);
    for (const [type, count] of [
      [cluster.InstanceType, cluster.InstanceCount],
      [cluster.DedicatedMasterType, cluster.DedicatedMasterCount],
    ]) {
      if (type !== undefined) searchNodes[text(type)] = (searchNodes[text(type)] ?? 0) + Number(count);
    }
  }
  const firewalls = resources(shop, "AWS::WAFv2::WebACL");
  return {
    searchNodes,
    searchGigabytes,
    secrets: resources(shop, "AWS::SecretsManager::Secret").length,
    keys: resources(shop, "AWS::KMS::Key").length,
    alarmMetrics: sum(resources(shop, "AWS::CloudWatch::Alarm").map(({ properties }) => metricsOf(properties))),
    dashboards: resources(shop, "AWS::CloudWatch::Dashboard").length,
    webAcls: firewalls.length,
    webAclRules: sum(firewalls.map(({ properties }) => (properties.Rules as readonly Json[]).length)),
  };
}

/** An alarm is paid by the metrics that it looks at; the expressions over them are free. */
function metricsOf(alarm: Properties): number {
  const metrics = (alarm.Metrics ?? []) as readonly Properties[];
  return Math.max(1, metrics.filter((metric) => metric.MetricStat !== undefined).length);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

test("what each stage keeps at rest is written down for the cost model", () => {
  const counted = Object.fromEntries(PAID.map((stage) => [stage, atRest(stage)]));
  if (process.env.UPDATE_AT_REST !== undefined) {
    writeFileSync(FILE, `${JSON.stringify(counted, null, 2)}\n`);
  }
  const known: unknown = existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : BY_HAND;
  expect({ counted, remedy: BY_HAND }).toEqual({ counted: known, remedy: BY_HAND });
});

test("a development stage has nothing that costs much while nobody uses it", () => {
  const { searchNodes, dashboards, webAcls, alarmMetrics } = atRest("dev");
  expect({ searchNodes, dashboards, webAcls, alarmMetrics }).toEqual({
    searchNodes: {},
    dashboards: 0,
    webAcls: 0,
    alarmMetrics: 0,
  });
});

test("production's search has three nodes, so that one that is lost is outvoted", () => {
  expect(sum(Object.values(atRest("prod").searchNodes))).toBeGreaterThanOrEqual(3);
});
