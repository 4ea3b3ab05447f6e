/** A change of the manifest shows in the templates, and what this app does not know it refuses. */

import { readManifest, parseManifest } from "../lib/manifest";
import { resources, type Properties } from "./templates";

describe("a change of a row shows", () => {
  const properties = (type: string, name: string): Properties =>
    resources("changed", type).find((it) =>
      [it.properties.FunctionName, it.properties.RoleName, it.properties.BucketName].includes(name),
    )?.properties ?? {};

  test("in a function's size", () => {
    expect(properties("AWS::Lambda::Function", "dev-products-list")).toMatchObject({ Timeout: 7, MemorySize: 384 });
  });

  test("in its integration, which waits a second longer", () => {
    const [integration] = resources("changed", "AWS::ApiGatewayV2::Integration").filter(({ id }) =>
      id.startsWith("ProductsListIntegration"),
    );
    expect(integration?.properties.TimeoutInMillis).toBe(8000);
  });

  test("in its role and its environment", () => {
    const { Policies: policies } = properties("AWS::IAM::Role", "dev-products-get");
    const [{ PolicyDocument: document }] = policies as unknown as [
      { PolicyDocument: { Statement: readonly Properties[] } },
    ];
    expect(document.Statement).toContainEqual({
      Sid: "RevealMfaKey",
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: "arn:aws:secretsmanager:us-east-1:123456789012:secret:dev-ultramarket-mfa-key-??????",
    });
    const { Variables: variables } = properties("AWS::Lambda::Function", "dev-products-get").Environment as {
      Variables: Properties;
    };
    expect(JSON.stringify(variables.MFA_KEY_SECRET_ARN)).toContain("dev-ultramarket-shared");
  });

  test("in a new bucket", () => {
    expect(properties("AWS::S3::Bucket", "dev-ultramarket-files-123456789012")).not.toEqual({});
  });
});

describe("what is not known is refused", () => {
  test.each<[string, (manifest: Untyped) => void, RegExp]>([
    ["a kind of trigger", (it) => (it.functions[0].trigger.type = "websocket"), /functions\[0\]\.trigger/],
    [
      "a kind of grant",
      (it) => it.functions[0].grants.push({ kind: "calls", number: "shop" }),
      /functions\[0\]\.grants/,
    ],
    [
      "a kind of resource",
      (it) => it.functions[0].statements[0].resources.push({ cluster: "cache" }),
      /statements\[0\]\.resources/,
    ],
    ["an origin of a variable", (it) => (it.functions[0].env.CACHE = { cluster: "cache" }), /env\.CACHE/],
    ["a setting", (it) => (it.functions[0].env.CACHE = { setting: "CacheUrl" }), /env\.CACHE/],
    ["a field", (it) => (it.tables[0].replicas = ["eu-west-1"]), /tables\[0\]/],
    ["a kind of thing", (it) => (it.caches = []), /caches/],
    [
      "a queue that hides too briefly",
      (it) => {
        it.functions.forEach(({ trigger }) => (trigger.visibilitySeconds &&= 59));
      },
      /trigger\.visibilitySeconds/,
    ],
    ["an action that is a wildcard", (it) => it.functions[0].statements[0].actions.push("dynamodb:*"), /actions/],
  ])("%s", (_, change, where) => {
    const manifest: unknown = structuredClone(readManifest());
    change(manifest as Untyped);
    expect(() => parseManifest(manifest)).toThrow(where);
  });

  test("but the manifest of this work tree is known", () => {
    expect(readManifest().functions.length).toBeGreaterThan(0);
  });
});

/** The manifest as somebody writes it who does not know this app. */
interface Untyped {
  [field: string]: unknown;
  functions: [UntypedFunction, ...UntypedFunction[]];
  tables: [Record<string, unknown>];
}

interface UntypedFunction {
  trigger: { type: string; visibilitySeconds?: number };
  grants: unknown[];
  env: Record<string, unknown>;
  statements: [{ actions: string[]; resources: unknown[] }];
}
