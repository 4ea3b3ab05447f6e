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
  const prefix = { local: "cdk", named: "prod", changed: "dev" }[shop as string] ?? shop;
  const stack = (name: string): string => `${prefix}-ultramarket-${name}`;
  const services = manifest.services.map(({ name }) => stack(name));
  const waits = dependencies(shop);

  test("there is a stack for each service, and nothing but what comes before and after them", () => {
    const others = ["shared", "firewall", "edge", "gateway"].map(stack);
    expect([...all.keys()]).toEqual(expect.arrayContaining([stack("shared"), ...services, stack("gateway")]));
    expect([...all.keys()].filter((name) => !services.includes(name) && !others.includes(name))).toEqual([]);
  });

  test("services wait for what they share, and the gateway for every service", () => {
    const front = [stack("edge"), stack("firewall")].filter((name) => all.has(name));
    for (const service of services)
      expect([...(waits.get(service) ?? [])].toSorted()).toEqual([stack("shared"), ...front].toSorted());
    expect([...(waits.get(stack("gateway")) ?? [])].toSorted()).toEqual(
      [stack("shared"), ...front, ...services].toSorted(),
    );
    expect(waits.get(stack("shared"))).toEqual(new Set());
  });

  test("no stack comes near CloudFormation's limit", () => {
    for (const [name, template] of all) {
      expect({ name, tooMany: Object.keys(template.Resources).length >= MOST }).toEqual({ name, tooMany: false });
    }
  });

  test("a stack refers only to stacks that it waits for, and to no service", () => {
    for (const [name, template] of all) {
      for (const other of referredStacks(template)) {
        expect(waits.get(name)).toContain(other);
        expect(services).not.toContain(other);
      }
    }
  });

  test("nothing is imported that could not be taken away again", () => {
    for (const template of all.values()) expect(JSON.stringify(template)).not.toContain("Fn::ImportValue");
  });

  test("services keep nothing that has state", () => {
    const stateful = [
      "AWS::DynamoDB::Table",
      "AWS::S3::Bucket",
      "AWS::SecretsManager::Secret",
      "AWS::OpenSearchService::Domain",
    ];
    for (const it of stateful.flatMap((type) => resources(shop, type)))
      expect(it.stack).toMatch(/-ultramarket-shared$/);
  });
});

test("the resources of a service grow by less than twelve with a function", () => {
  // Thirteen services of seven functions, or the largest of them with 35, stay far below the limit.
  for (const shop of STAGES) {
    for (const { name } of manifest.services) {
      const rows = manifest.functions.filter(({ service }) => service === name).length;
      const stack = [...templates(shop)].find(([it]) => it.endsWith(`-ultramarket-${name}`));
      const watched = Object.values(stack?.[1].Resources ?? {}).filter(
        ({ Type: type }) => !type.startsWith("AWS::CloudWatch::") && !type.startsWith("AWS::Logs::Metric"),
      );
      expect(watched.length).toBeLessThan(12 * rows + 40);
    }
  }
});

/** What each stack waits for, at one remove or more; none waits for itself. */
function dependencies(shop: ShopName): ReadonlyMap<string, ReadonlySet<string>> {
  const { artifacts } = assembly(shop, "manifest.json") as CloudAssembly;
  const direct = (name: string): readonly string[] =>
    (artifacts[name]?.dependencies ?? []).filter((it) => artifacts[it]?.type === "aws:cloudformation:stack");
  const all = (name: string, path: readonly string[]): ReadonlySet<string> => {
    if (path.includes(name)) throw new Error([...path, name].join(" waits for "));
    return new Set(direct(name).flatMap((it) => [it, ...all(it, [...path, name])]));
  };
  return new Map([...templates(shop).keys()].map((name) => [name, all(name, [])]));
}

/** The stacks whose outputs a template reads. */
function referredStacks(template: unknown): Set<string> {
  const found = [...within(template as Parameters<typeof within>[0])].flatMap((part) => {
    const { "Fn::GetStackOutput": output } = (part ?? {}) as { "Fn::GetStackOutput"?: { StackName: string } };
    return output?.StackName ?? [];
  });
  return new Set(found);
}
