import type { Template } from "aws-cdk-lib/assertions";
import {
  FUNCTIONS,
  STAGES,
  alarmsOf,
  metricsOf,
  watched,
  type AlarmProperties,
  type StageName,
  type Watched,
} from "./monitoring-fixture";
import { resources } from "./templates";

const STACKS: Record<StageName, Watched> = { dev: watched("dev"), staging: watched("staging"), prod: watched("prod") };

/** Each alarm of production, for how many metrics it is paid, and whether staging has it too. */
const ALARMS: readonly [name: string, metrics: number, staging: boolean][] = [
  ["orders-checkout-failures", 2, true],
  ["orders-checkout-slow", 2, false],
  ["orders-checkout-throttles", 1, false],
  ["orders-crashes-1", 10, true],
  ["orders-crashes-2", 10, true],
  ["orders-crashes-3", 4, true],
  ["orders-expire-dead-letters", 1, true],
  ["orders-failed-records", 1, true],
  ["orders-failed-requests", 2, true],
  ["orders-on-chunk-backlog", 1, false],
  ["orders-on-chunk-dead-letters", 1, true],
  ["orders-on-payment-backlog", 1, false],
  ["orders-on-payment-dead-letters", 1, true],
  ["orders-on-shipment-backlog", 1, false],
  ["orders-on-shipment-dead-letters", 1, true],
  ["orders-relay-behind", 1, true],
  ["orders-relay-dead-letters", 1, true],
  ["orders-relay-lost", 1, true],
  ["orders-slow", 2, false],
  ["orders-table-throttles-1", 6, false],
  ["orders-throttles-1", 10, false],
  ["orders-throttles-2", 10, false],
  ["orders-throttles-3", 4, false],
  ["domain-search-full", 1, false],
  ["domain-search-memory", 1, false],
  ["domain-search-red", 1, false],
  ["search-index-late", 1, false],
  ["shop-concurrency", 1, false],
  ["shop-failed-requests", 2, true],
  ["shop-lost-events-1", 1, true],
  ["shop-slow", 2, false],
];

function all(stage: StageName): AlarmProperties[] {
  return [...alarmsOf(STACKS[stage].service), ...alarmsOf(STACKS[stage].shop)];
}

/** The functions of the template whose metric of this name some alarm looks at. */
function covered(template: Template, metricName: string): string[] {
  const names = new Map(
    Object.entries(template.findResources("AWS::Lambda::Function")).map(([id, it]) => [
      id,
      (it as { Properties: { FunctionName: string } }).Properties.FunctionName,
    ]),
  );
  return alarmsOf(template)
    .flatMap(metricsOf)
    .filter((metric) => metric.MetricName === metricName)
    .map((metric) => names.get((metric.Dimensions?.[0]?.Value as { Ref: string }).Ref) ?? "unknown")
    .sort();
}

describe("the alarms", () => {
  test("of production are these, and each is paid for by the metrics that it looks at", () => {
    expect(all("prod").map((alarm) => [alarm.AlarmName, metricsOf(alarm).length])).toEqual(
      ALARMS.map(([name, metrics]) => [`prod-${name}`, metrics]),
    );
  });

  test("of staging are those that matter while nobody waits", () => {
    expect(all("staging").map((alarm) => alarm.AlarmName)).toEqual(
      ALARMS.filter(([, , staging]) => staging).map(([name]) => `staging-${name}`),
    );
  });

  test("of a development stage are none, and nothing is made for them", () => {
    expect(all("dev")).toEqual([]);
    STACKS.dev.service.resourceCountIs("AWS::Logs::MetricFilter", 0);
  });

  test.each(["Errors", "Throttles"])("leave no function of production out of %s, and none twice", (metric) => {
    expect(covered(STACKS.prod.service, metric)).toEqual(FUNCTIONS.map((row) => `prod-${row.name}`).sort());
  });

  test("leave no function of staging out of Errors", () => {
    expect(covered(STACKS.staging.service, "Errors")).toEqual(FUNCTIONS.map((row) => `staging-${row.name}`).sort());
  });

  test.each(["staging", "prod"] as const)(
    "of %s look at ten metrics at most, and return one of all that they name",
    (stage) => {
      for (const alarm of all(stage)) {
        expect([alarm.AlarmName, metricsOf(alarm).length <= 10]).toEqual([alarm.AlarmName, true]);
        if (alarm.Metrics !== undefined) {
          expect(alarm.Metrics.filter((it) => it.ReturnData !== false)).toHaveLength(1);
        }
      }
    },
  );

  test.each(["staging", "prod"] as const)("of %s tell the topic when they start and when they end", (stage) => {
    const topics: unknown[] = all(stage).flatMap((alarm) => [alarm.AlarmActions, alarm.OKActions]);
    expect(topics).toHaveLength(2 * all(stage).length);
    for (const actions of topics) {
      expect(JSON.stringify(actions)).toMatch(/^\[\{"(Ref|Fn::ImportValue)":"[^"]*Alarms[^"]*"\}\]$/);
    }
  });

  test("take no data for a good sign, but for dead letters, which a silent queue still has", () => {
    for (const alarm of all("prod")) {
      const expected = alarm.AlarmName.endsWith("-dead-letters") ? "ignore" : "notBreaching";
      expect([alarm.AlarmName, alarm.TreatMissingData]).toEqual([alarm.AlarmName, expected]);
    }
  });

  test("of one failure are those of critical functions and of what was given up or lost", () => {
    const quick = all("prod").filter((alarm) => alarm.Threshold === 1 && alarm.EvaluationPeriods === 1);
    expect(
      quick.map((alarm) => alarm.AlarmName.replace("prod-", "")).filter((name) => !name.endsWith("-dead-letters")),
    ).toEqual([
      "orders-checkout-failures",
      "orders-checkout-throttles",
      "orders-relay-lost",
      "domain-search-red",
      "shop-lost-events-1",
    ]);
  });

  test("that end a canary look at single minutes, on every stage that has them", () => {
    const ending = ["crashes-1", "crashes-2", "crashes-3", "failed-requests", "failed-records", "checkout-failures"];
    for (const stage of STAGES) {
      const resources = STACKS[stage].service.findResources("AWS::CloudWatch::Alarm") as Record<
        string,
        { Properties: AlarmProperties }
      >;
      const found = STACKS[stage].rollbackAlarms.map((id) => resources[id]?.Properties);
      expect(found.map((alarm) => alarm?.AlarmName)).toEqual(
        stage === "dev" ? [] : ending.map((name) => `${stage}-orders-${name}`),
      );
      const periods = found.flatMap(
        (alarm) => alarm?.Metrics?.flatMap((it) => it.MetricStat?.Period ?? []) ?? alarm?.Period ?? [],
      );
      expect(new Set(periods)).toEqual(new Set(stage === "dev" ? [] : [60]));
    }
  });

  test("that end a canary are no more than CodeDeploy takes, or the app says so", () => {
    const critical = FUNCTIONS.map((row, at) => ({ ...row, critical: at < 9 }));
    expect(() => watched("prod", critical)).toThrow("orders has 13 alarms that end a canary, and CodeDeploy takes 10");
  });
});

describe.each(["staging", "prod"] as const)("the shop as it is deployed to %s", (shop) => {
  /** The logical ids that alarms look at, in one dimension of one metric, each with its stack. */
  const watchedBy = (metricName: string, dimension: string): string[] =>
    resources(shop, "AWS::CloudWatch::Alarm").flatMap(({ stack, properties }) =>
      metricsOf(properties as unknown as AlarmProperties)
        .filter((metric) => metric.MetricName === metricName)
        .flatMap((metric) => metric.Dimensions ?? [])
        .filter(({ Name }) => Name === dimension)
        .map(({ Value }) => `${stack} ${referredTo(Value)}`),
    );
  const referredTo = (value: unknown): string => {
    const { Ref, "Fn::GetAtt": attribute } = value as { Ref?: string; "Fn::GetAtt"?: string[] };
    return Ref ?? attribute?.[0] ?? JSON.stringify(value);
  };

  test("has every function of the manifest watched for crashes", () => {
    const functions = resources(shop, "AWS::Lambda::Function").filter(
      ({ properties }) => properties.FunctionName !== undefined,
    );
    expect(functions.length).toBeGreaterThan(20);
    expect(watchedBy("Errors", "FunctionName").sort()).toEqual(
      functions.map(({ stack, id }) => `${stack} ${id}`).sort(),
    );
  });

  test("has all dead letters watched", () => {
    const queues = resources(shop, "AWS::SQS::Queue").filter(({ properties }) =>
      JSON.stringify(properties.QueueName ?? "").endsWith('-dead"'),
    );
    expect(queues.length).toBeGreaterThan(3);
    expect(watchedBy("ApproximateNumberOfMessagesVisible", "QueueName").sort()).toEqual(
      queues.map(({ stack, id }) => `${stack} ${id}`).sort(),
    );
  });

  test("has gradual releases that end with the service's alarms", () => {
    const groups = resources(shop, "AWS::CodeDeploy::DeploymentGroup");
    expect(groups.length).toBeGreaterThan(20);
    for (const { properties } of groups) {
      const { Alarms: alarms } = properties.AlarmConfiguration as unknown as { Alarms: unknown[] };
      expect(alarms.length).toBeGreaterThanOrEqual(3);
      expect(alarms.length).toBeLessThanOrEqual(10);
    }
  });
});

describe("the budget", () => {
  test.each(STAGES)("of %s tells the topic", (stage) => {
    const [budget] = Object.values(STACKS[stage].shop.findResources("AWS::Budgets::Budget"));
    expect(JSON.stringify(budget)).toContain('"SubscriptionType":"SNS"');
  });
});

describe("the topic", () => {
  test.each(["cloudwatch.amazonaws.com", "budgets.amazonaws.com"])(
    "lets %s publish, and encrypt with its key",
    (service) => {
      const policies = JSON.stringify([
        STACKS.prod.shop.findResources("AWS::SNS::TopicPolicy"),
        STACKS.prod.shop.findResources("AWS::KMS::Key"),
      ]);
      expect(policies.split(`"${service}"`)).toHaveLength(3);
    },
  );
});

describe("the dashboards", () => {
  test("are one of the service and one of the business in production, and none elsewhere", () => {
    for (const stage of STAGES) {
      const names = [STACKS[stage].service, STACKS[stage].shop].flatMap((template) =>
        Object.values(template.findResources("AWS::CloudWatch::Dashboard")).map(
          (it) => (it as { Properties: { DashboardName: string } }).Properties.DashboardName,
        ),
      );
      expect(names).toEqual(stage === "prod" ? ["prod-ultramarket-orders", "prod-ultramarket-shop"] : []);
    }
  });

  test("show every function", () => {
    const body = JSON.stringify(STACKS.prod.service.findResources("AWS::CloudWatch::Dashboard"));
    for (const row of FUNCTIONS) {
      expect(body).toContain(`/aws/lambda/prod-${row.name}`);
      expect(body).toContain(`\\"label\\":\\"${row.name}\\"`);
    }
  });

  test("show only services that answer", () => {
    const body = JSON.stringify(STACKS.prod.shop.findResources("AWS::CloudWatch::Dashboard"));
    expect(body).toContain("orders_2xx");
    expect(body).not.toContain("quiet");
  });
});
