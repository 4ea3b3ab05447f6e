/** What holds for every function of every stage. */

import { readManifest } from "../lib/manifest";
import { STAGES, referred, resources, text, type Found, type Json, type Properties, type ShopName } from "./templates";

const manifest = readManifest();

describe.each(STAGES)("in %s", (shop) => {
  const functions = resources(shop, "AWS::Lambda::Function");

  test("every function of the manifest is there, and no other", () => {
    const prefix = shop === "local" ? "cdk" : shop;
    expect(functions.map(({ properties }) => properties.FunctionName).sort()).toEqual(
      manifest.functions.map(({ name }) => `${prefix}-${name}`).sort(),
    );
  });

  test.each(functions.map((it) => [text(it.properties.FunctionName), it] as const))(
    "%s has its own role, log group and alias",
    (name, it) => {
      expect(it.properties).toMatchObject({
        Runtime: "provided.al2023",
        Handler: "bootstrap",
        TracingConfig: { Mode: "Active" },
        Architectures: ["arm64"],
      });
      expect(target(shop, it, (it.properties.LoggingConfig as Properties).LogGroup)).toMatchObject({
        Type: "AWS::Logs::LogGroup",
        properties: { LogGroupName: `/aws/lambda/${name}`, RetentionInDays: expect.any(Number) as number },
      });
      const role = target(shop, it, it.properties.Role);
      expect(role).toMatchObject({ Type: "AWS::IAM::Role", properties: { RoleName: name } });
      expect(
        functions.filter((other) => other.stack === it.stack && referred(other.properties.Role).includes(role.id)),
      ).toHaveLength(1);
      const aliases = resources(shop, "AWS::Lambda::Alias").filter(
        (alias) => alias.stack === it.stack && referred(alias.properties.FunctionName).includes(it.id),
      );
      expect(aliases.map(({ properties }) => properties.Name)).toEqual(["live"]);
    },
  );

  test("routes, sources and schedules call the alias", () => {
    const callers = [
      ...resources(shop, "AWS::ApiGatewayV2::Integration").map(({ properties }) => properties.IntegrationUri),
      ...resources(shop, "AWS::Lambda::Permission").map(({ properties }) => properties.FunctionName),
      ...resources(shop, "AWS::Lambda::EventSourceMapping").map(({ properties }) => properties.FunctionName),
      ...resources(shop, "AWS::Scheduler::Schedule").map(({ properties }) => (properties.Target as Properties).Arn),
    ];
    expect(callers.length).toBeGreaterThan(manifest.functions.length);
    for (const caller of callers) {
      expect(referred(caller)).toEqual([expect.stringMatching(/Live[0-9A-F]{8}$/)]);
    }
  });

  test("an action is never a wildcard, and only traces name no resource", () => {
    const policies = resources(shop, "AWS::IAM::Role").flatMap(
      ({ properties }) => (properties.Policies ?? []) as readonly Properties[],
    );
    const statements = policies.flatMap(
      ({ PolicyDocument: it }) => (it as { Statement: readonly Properties[] }).Statement,
    );
    expect(statements.length).toBeGreaterThan(functions.length);
    for (const { Action: action, Resource: resource } of statements) {
      const actions = [action ?? []].flat().map(text);
      expect(actions.filter((it) => it.includes("*"))).toEqual([]);
      if ([resource].flat().includes("*")) {
        expect(actions).toEqual(["xray:PutTelemetryRecords", "xray:PutTraceSegments"]);
      }
    }
  });

  test("no role has a policy of AWS's, or one beside its own", () => {
    expect(resources(shop, "AWS::IAM::Policy")).toEqual([]);
    const managed = resources(shop, "AWS::IAM::Role").filter(({ properties }) => "ManagedPolicyArns" in properties);
    expect(managed).toEqual([]);
  });
});

test("a switch builds for the other processors", () => {
  const architectures = resources("changed", "AWS::Lambda::Function").map(({ properties }) => properties.Architectures);
  expect(new Set(architectures.flat())).toEqual(new Set(["x86_64"]));
});

/** The resource of the same stack that a value refers to. */
function target(shop: ShopName, from: Found, value: Json | undefined): Found {
  const ids = referred(value);
  const found = resources(shop).find(({ stack, id }) => stack === from.stack && ids.includes(id));
  if (found === undefined) throw new Error(`${JSON.stringify(value)} refers to nothing in ${from.stack}`);
  return found;
}
