/** What holds for everything that keeps something. */

import { ACCOUNT, STAGES, referred, resources, text, within, type Found, type Properties } from "./templates";

const ON_AWS = ["dev", "staging", "prod", "named"] as const;

describe.each([...STAGES, "changed"] as const)("in %s", (shop) => {
  test.each(resources(shop, "AWS::DynamoDB::Table").map((it) => [text(it.properties.TableName), it] as const))(
    "the table %s is encrypted, restorable and paid by the request",
    (_, { properties }) => {
      expect(properties).toMatchObject({
        SSESpecification: { SSEEnabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        BillingMode: "PAY_PER_REQUEST",
        TimeToLiveSpecification: { Enabled: true },
      });
    },
  );

  test("every bucket is closed and encrypted", () => {
    for (const { properties } of resources(shop, "AWS::S3::Bucket")) {
      expect(properties).toMatchObject({
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      });
      expect((properties.LifecycleConfiguration as Properties).Rules).not.toEqual([]);
    }
  });

  test("every queue and every topic is encrypted", () => {
    for (const { properties } of resources(shop, "AWS::SQS::Queue")) expect(properties.SqsManagedSseEnabled).toBe(true);
    for (const { properties } of resources(shop, "AWS::SNS::Topic")) expect(properties.KmsMasterKeyId).toBeDefined();
  });

  test("every key rotates", () => {
    for (const { properties } of resources(shop, "AWS::KMS::Key")) expect(properties.EnableKeyRotation).toBe(true);
  });
});

describe.each(ON_AWS)("in %s", (shop) => {
  test.each(["AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"])(
    "each %s refuses who comes without TLS",
    (type) => {
      const policies = resources(shop, type);
      expect(policies).not.toEqual([]);
      for (const policy of policies) {
        expect(statements(policy)).toContainEqual(
          expect.objectContaining({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
        );
      }
    },
  );

  test("every bucket and every queue has such a policy", () => {
    for (const [type, policy] of [
      ["AWS::S3::Bucket", "AWS::S3::BucketPolicy"],
      ["AWS::SQS::Queue", "AWS::SQS::QueuePolicy"],
    ] as const) {
      const covered = resources(shop, policy).flatMap(({ properties }) =>
        referred(properties.Bucket ?? properties.Queues),
      );
      expect(covered.sort()).toEqual(
        resources(shop, type)
          .map(({ id }) => id)
          .sort(),
      );
    }
  });

  test("nobody is let in without being named", () => {
    for (const resource of resources(shop).filter(({ Type: type }) => type.endsWith("Policy"))) {
      for (const statement of statements(resource).filter(({ Effect: effect }) => effect === "Allow")) {
        expect([...within(statement.Principal)]).not.toContain("*");
      }
    }
    const acls = resources(shop, "AWS::S3::Bucket").filter(
      ({ properties }) => "AccessControl" in properties && properties.AccessControl !== "LogDeliveryWrite",
    );
    expect(acls).toEqual([]);
    expect(resources(shop, "AWS::Lambda::Url")).toEqual([]);
  });

  test("a permission to call a function names one API and one route, but for the fallback's", () => {
    for (const { id, properties } of resources(shop, "AWS::Lambda::Permission")) {
      const source = [...within(properties.SourceArn)].filter((it) => typeof it === "string").join("");
      expect(source).toContain(`:${ACCOUNT}:`);
      expect(source).toMatch(id.startsWith("PlatformFallback") ? /\/\*\/\*$/ : /\/\*\/(GET|POST|PUT|PATCH|DELETE)\//);
    }
  });
});

describe("production", () => {
  test.each(["AWS::DynamoDB::Table", "AWS::SecretsManager::Secret", "AWS::OpenSearchService::Domain"])(
    "keeps each %s",
    (type) => {
      const kept = resources("prod", type);
      expect(kept).not.toEqual([]);
      for (const it of kept) expect([it.DeletionPolicy, it.UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
    },
  );

  test("refuses to have a table deleted", () => {
    for (const { properties } of resources("prod", "AWS::DynamoDB::Table"))
      expect(properties.DeletionProtectionEnabled).toBe(true);
  });
});

test("dev leaves nothing behind", () => {
  const stateful = ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret", "AWS::Logs::LogGroup"];
  for (const it of stateful.flatMap((type) => resources("dev", type))) expect(it.DeletionPolicy).toBe("Delete");
});

test("browsers of the stage's origins, and no others, may put and get objects", () => {
  const [rule] = resources("named", "AWS::S3::Bucket").flatMap(({ properties }) => {
    const { CorsRules: rules } = (properties.CorsConfiguration ?? { CorsRules: [] }) as {
      CorsRules: readonly Properties[];
    };
    return rules;
  });
  expect(rule).toMatchObject({
    AllowedMethods: ["GET", "PUT"],
    AllowedOrigins: ["https://shop.example.com", "https://admin.example.com"],
  });
  for (const { properties } of resources("prod", "AWS::S3::Bucket"))
    expect(properties.CorsConfiguration).toBeUndefined();
});

function statements({ properties }: Found): readonly Properties[] {
  const { PolicyDocument: document } = properties;
  return (document as { Statement?: readonly Properties[] } | undefined)?.Statement ?? [];
}
