/** What the context of a deployment makes of a stage. */

import { App } from "aws-cdk-lib";
import { readManifest } from "../lib/manifest";
import { settingsOf, type Settings } from "../lib/stage";

function settings(context: Record<string, string>, environment: Record<string, string> = {}): Settings {
  return settingsOf(new App({ context }).node, environment, readManifest());
}

test("a developer's stage is what is meant by none", () => {
  expect(settings({})).toMatchObject({
    kind: "dev",
    name: "dev",
    region: "us-east-1",
    architecture: "arm64",
    search: undefined,
    edge: undefined,
  });
});

test.each([
  ["dev", { protectsData: false, release: "all-at-once" }],
  ["staging", { protectsData: false, release: "canary" }],
  ["prod", { protectsData: true, release: "canary" }],
  ["local", { protectsData: false, release: "all-at-once", onlyTls: false, localGateway: "http://127.0.0.1:4566" }],
] as const)("%s has its settings", (stage, expected) => {
  expect(settings({ stage })).toMatchObject(expected);
});

test("several stages of a kind have names of their own", () => {
  expect(settings({ stage: "dev", name: "alice" })).toMatchObject({ kind: "dev", name: "alice" });
});

test("the account and the region are those of the caller's credentials, unless others are asked for", () => {
  const environment = { CDK_DEFAULT_ACCOUNT: "111111111111", CDK_DEFAULT_REGION: "eu-west-1" };
  expect(settings({}, environment)).toMatchObject({ account: "111111111111", region: "eu-west-1" });
  expect(settings({ account: "222222222222", region: "eu-north-1" }, environment)).toMatchObject({
    account: "222222222222",
    region: "eu-north-1",
  });
});

test("switches turn things on and off", () => {
  expect(settings({ stage: "dev", search: "true" }).search).toMatchObject({ instances: 1 });
  expect(settings({ stage: "prod", search: "false", openSearchEndpoint: "https://search.example.com" })).toMatchObject({
    search: undefined,
    openSearchEndpoint: "https://search.example.com",
  });
  expect(settings({ stage: "prod", firewall: "false" }).edge?.firewall).toBe(false);
  expect(settings({ stage: "prod", edge: "false" }).edge).toBeUndefined();
});

test("a local cloud has no edge and no domain, whatever is asked for", () => {
  expect(settings({ stage: "local", edge: "true", search: "true" })).toMatchObject({
    edge: undefined,
    search: undefined,
  });
});

test.each([
  [{ stage: "production" }, "-c stage=production is none of dev, staging, prod, local"],
  [{ name: "Alice" }, "-c name=Alice"],
  [{ name: "a-name-of-sixteen" }, "-c name=a-name-of-sixteen"],
  [{ architecture: "riscv" }, "-c architecture=riscv is none of arm64, x86_64"],
  [{ search: "yes" }, "-c search=yes is none of true, false"],
  [{ publicUrl: "https://shop.example.com/" }, "-c publicUrl"],
  [{ defaultCurrency: "dollar" }, "-c defaultCurrency=dollar"],
  [{ budgetUsd: "much" }, "-c budgetUsd=much"],
  [{ stage: "prod", domainName: "shop.example.com" }, "-c domainName needs -c certificateArn"],
  [
    {
      stage: "prod",
      domainName: "shop.example.com",
      certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/one",
    },
    "-c certificateArn",
  ],
  [
    {
      stage: "prod",
      domainName: "shop.example.com",
      certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/one",
      hostedZoneId: "Z1",
    },
    "-c hostedZoneId and -c hostedZoneName belong together",
  ],
] as const)("%j is refused by name", (context, message) => {
  expect(() => settings(context)).toThrow(message);
});

test("what the manifest leaves to a stage is decided by context, or by default", () => {
  const decided = (context: Record<string, string>) => settings(context).decided.get("JwtAccessExpiresIn");
  expect(decided({})).toBe("15m");
  expect(decided({ jwtAccessExpiresIn: "5m" })).toBe("5m");
  expect(() => settings({ jwtAccessExpiresIn: "soon" })).toThrow("jwtAccessExpiresIn=soon");
});
