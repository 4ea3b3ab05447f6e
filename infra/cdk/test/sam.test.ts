/** SAM and CDK describe the same shop. */

import { byName, cdkTemplates, document, functions, ofType } from "./deployment";
import { samTemplates, type Resolved } from "./sam";
import { ACCOUNT, text, without, type Json, type Properties, type ShopName } from "./templates";

describe.each<{
  shop: ShopName;
  region?: string;
  told: Record<"Stage" | "LocalGateway", string> & Record<string, string>;
}>([
  { shop: "dev", told: { Stage: "dev", LocalGateway: "" } },
  { shop: "local", told: { Stage: "cdk", LocalGateway: "http://127.0.0.1:4566" } },
  { shop: "prod", told: { Stage: "prod", LocalGateway: "" } },
  {
    shop: "named",
    region: "eu-central-1",
    told: { Stage: "prod", LocalGateway: "", CorsAllowedOrigins: "https://shop.example.com,https://admin.example.com" },
  },
])("in $shop", ({ shop, told, region = "us-east-1" }) => {
  const cdk = cdkTemplates(shop, region);
  const deployed = functions(cdk);
  // What only CDK has, SAM is told by parameters: the content network's name and the search domain's.
  const { PUBLIC_URL: publicUrl, OPENSEARCH_ENDPOINT: search } = deployed[`${told.Stage}-platform-health`]
    ?.environment as Properties;
  const { root, services } = samTemplates(
    { ...told, ...(told.Stage === "prod" ? { PublicUrl: text(publicUrl), OpenSearchEndpoint: text(search) } : {}) },
    region,
  );
  const sam = [root, ...services];

  test("every function is the same, with its grants, routes, sources and environment", () => {
    expect(Object.keys(deployed).length).toBeGreaterThan(20);
    expect(deployed).toEqual(functions(sam));
  });

  test.each([
    ["tables", "AWS::DynamoDB::Table", "TableName"],
    ["secrets", "AWS::SecretsManager::Secret", "Name"],
    ["queues", "AWS::SQS::Queue", "QueueName"],
    ["subscriptions", "AWS::SNS::Subscription", "Endpoint"],
  ])("%s are the same", (_, type, name) => {
    expect(named(cdk, type, name)).toEqual(named(sam, type, name));
  });

  test("topics are the same, but for the one of alarms", () => {
    const topics = named(cdk, "AWS::SNS::Topic", "TopicName");
    expect(without(topics, `${told.Stage}-ultramarket-alarms`)).toEqual(named(sam, "AWS::SNS::Topic", "TopicName"));
  });

  test("buckets of the manifest are the same, and write who read them", () => {
    const buckets = named(cdk, "AWS::S3::Bucket", "BucketName");
    const logs = `${told.Stage}-ultramarket-access-logs-${ACCOUNT}`;
    expect(logs in buckets).toBe(shop !== "local");
    expect(without(buckets, logs)).toEqual(named(sam, "AWS::S3::Bucket", "BucketName"));
  });

  test("queues admit the same topics", () => {
    expect(admitted(cdk)).toEqual(admitted(sam));
  });

  test("the API and its throttles are the same", () => {
    expect(api(cdk)).toEqual(api(sam));
  });
});

/** The resources of a type by a name, without what only one side says. */
function named(all: readonly Resolved[], type: string, name: string): Record<string, Json> {
  return byName(
    ofType(all, type).map(({ properties }) => {
      const { AttributeDefinitions: attributes, KmsMasterKeyId: key } = properties;
      return [
        text(properties[name]),
        {
          // Tags and the place of the access logs are CDK's alone.
          ...without(properties, "Tags", "LoggingConfiguration", "AttributeDefinitions", "KmsMasterKeyId"),
          attributes: ((attributes ?? []) as readonly Json[]).map((it) => JSON.stringify(it)).sort(),
          key: key === undefined ? null : text(key).replace(/^arn:[^/]*:/, ""),
        },
      ] as const;
    }),
  );
}

/** Who may send to each queue. */
function admitted(all: readonly Resolved[]): Record<string, Json> {
  return byName(
    ofType(all, "AWS::SQS::QueuePolicy").flatMap(({ properties: { Queues: queues, PolicyDocument: policy } }) => {
      const { Statement: list } = document(policy) as { Statement: readonly Properties[] };
      const allowed = list.filter(({ Effect: effect }) => effect === "Allow");
      return allowed.length === 0 ? [] : [[text((queues as readonly Json[])[0]), allowed] as const];
    }),
  );
}

function api(all: readonly Resolved[]): Json {
  const stage = ofType(all, "AWS::ApiGatewayV2::Stage").map(({ properties }) => {
    const { Format: format, DestinationArn: to } = properties.AccessLogSettings as Properties;
    return {
      ...without(properties, "Tags", "AccessLogSettings"),
      logs: { to: to ?? null, format: JSON.parse(text(format)) as Json },
    };
  });
  return { stage, api: ofType(all, "AWS::ApiGatewayV2::Api").map(({ properties }) => without(properties, "Tags")) };
}
