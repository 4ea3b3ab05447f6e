/** The stacks themselves: their order, their size, and what they know of one another. */

import { readManifest } from "../lib/manifest";
import { STAGES, assembly, resources, templates, within, type ShopName } from "./templates";

/** CloudFormation takes 500; past this a service is to be cut in two. */
const MOST = 450;

const manifest = readManifest();

interface CloudAssembly {
  readonly artifacts: Readonly<Record<string, { readonly type: string; readonly dependencies?: readonly string[] }>>;
}

const SHOPS = [...STAGES, "named", "changed"] as const;

describe.each(SHOPS)("in %s", (shop) => {
  const all = templates(shop);
  const order = deploymentOrder(shop);

  test("there is a stack for each service, one for what they share, and the gateway last", () => {
    const prefix = { local: "cdk", named: "prod", changed: "dev" }[shop as string] ?? shop;
    const names = [...all.keys()];
    for (const service of manifest.services) expect(names).toContain(`${prefix}-ultramarket-${service.name}`);
    expect(order[0]).toBe(`${prefix}-ultramarket-shared`);
    expect(order.at(-1)).toBe(`${prefix}-ultramarket-gateway`);
    expect(order.toSorted()).toEqual(names.toSorted());
  });

  test("no stack comes near CloudFormation's limit", () => {
    for (const [name, template] of all) {
      expect({ name, tooMany: Object.keys(template.Resources).length >= MOST }).toEqual({ name, tooMany: false });
    }
  });

  test("a stack refers to stacks before it only, and never from one service to another", () => {
    const services = new Set(manifest.services.map(({ name }) => name));
    for (const [name, template] of all) {
      for (const other of referredStacks(template)) {
        expect(order.indexOf(other)).toBeLessThan(order.indexOf(name));
        expect(services.has(other.split("-ultramarket-")[1] ?? "")).toBe(false);
      }
    }
  });

  test("nothing is imported that could not be taken away again", () => {
    for (const template of all.values()) expect(JSON.stringify(template)).not.toContain("Fn::ImportValue");
  });

  test("services keep nothing that has state", () => {
    const stateful = ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret", "AWS::OpenSearchService::Domain"];
    for (const it of stateful.flatMap((type) => resources(shop, type))) expect(it.stack).toMatch(/-ultramarket-shared$/);
  });
});

test("the resources of a service grow by less than twelve with a function", () => {
  // Thirteen services of seven functions, or the largest of them with 35, stay far below the limit.
  for (const shop of STAGES) {
    for (const { name } of manifest.services) {
      const rows = manifest.functions.filter(({ service }) => service === name).length;
      const stack = [...templates(shop)].find(([it]) => it.endsWith(`-ultramarket-${name}`));
      const watched = Object.values(stack?.[1].Resources ?? {}).filter(({ Type: type }) => !type.startsWith("AWS::CloudWatch::") && !type.startsWith("AWS::Logs::Metric"));
      expect(watched.length).toBeLessThan(12 * rows + 40);
    }
  }
});

/** Stacks in an order in which they can be deployed; a circle has none. */
function deploymentOrder(shop: ShopName): readonly string[] {
  const { artifacts } = assembly(shop, "manifest.json") as CloudAssembly;
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === "aws:cloudformation:stack");
  const order: string[] = [];
  while (order.length < stacks.length) {
    const next = stacks.find(
      ([name, { dependencies }]) => !order.includes(name) && (dependencies ?? []).every((it) => it.endsWith(".assets") || order.includes(it)),
    );
    if (next === undefined) throw new Error("the stacks wait for one another");
    order.push(next[0]);
  }
  return order;
}

function referredStacks(template: unknown): Set<string> {
  const found = [...within(template as Parameters<typeof within>[0])].flatMap((part) => {
    const { "Fn::GetStackOutput": output } = (part ?? {}) as { "Fn::GetStackOutput"?: { StackName: string } };
    return output?.StackName ?? [];
  });
  return new Set(found);
}
