/** The content network, its firewall and the search domain. */

import { resources, templates, text, within, type Properties } from "./templates";

interface Distribution {
  readonly DefaultCacheBehavior: Properties;
  readonly CacheBehaviors?: readonly Properties[];
  readonly Origins: readonly Properties[];
  readonly ViewerCertificate?: Properties;
  readonly Aliases?: readonly string[];
  readonly WebACLId?: unknown;
}

function distributions(shop: Parameters<typeof resources>[0]): readonly Distribution[] {
  return resources(shop, "AWS::CloudFront::Distribution").map(
    ({ properties }) => properties.DistributionConfig as unknown as Distribution,
  );
}

describe("the API behind the content network", () => {
  const [policy] = resources("prod", "AWS::CloudFront::CachePolicy").map(
    ({ properties }) => properties.CachePolicyConfig as Properties,
  );
  const [distribution] = distributions("prod");

  test("is kept for as long as it says itself, and not at all where it says nothing", () => {
    expect(policy).toMatchObject({ MinTTL: 0, DefaultTTL: 0 });
  });

  test("is kept for each caller and each page that calls apart, and for each query", () => {
    expect(policy?.ParametersInCacheKeyAndForwardedToOrigin).toMatchObject({
      HeadersConfig: { HeaderBehavior: "whitelist", Headers: ["Authorization", "Origin"] },
      QueryStringsConfig: { QueryStringBehavior: "all" },
      CookiesConfig: { CookieBehavior: "none" },
    });
  });

  test("hears every method and everything that was sent, and answers compressed", () => {
    const {
      AllowedMethods: methods,
      CachedMethods: cached,
      Compress: compress,
      ViewerProtocolPolicy: protocol,
    } = distribution?.DefaultCacheBehavior ?? {};
    expect(methods).toEqual(["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]);
    expect([cached, compress, protocol]).toEqual([["GET", "HEAD"], true, "https-only"]);
    // AllViewerExceptHostHeader: API Gateway knows itself by its own host only.
    expect(distribution?.DefaultCacheBehavior.OriginRequestPolicyId).toBe("b689b0a8-53d0-40ab-baf2-68738e2966ac");
  });

  test("is what functions call the public URL", () => {
    for (const shop of ["staging", "prod"] as const) {
      const urls = resources(shop, "AWS::Lambda::Function").map(
        ({ properties }) => (properties.Environment as { Variables: Properties }).Variables.PUBLIC_URL,
      );
      expect(JSON.stringify(urls.find((it) => it !== undefined))).toContain(`${shop}-ultramarket-edge`);
    }
  });
});

describe("the stages' edges", () => {
  test.each([
    ["dev", 0, false],
    ["local", 0, false],
    ["staging", 1, false],
    ["prod", 1, true],
    ["named", 1, true],
  ] as const)("%s has %i distributions, and a firewall: %s", (shop, count, firewall) => {
    expect(distributions(shop)).toHaveLength(count);
    expect(distributions(shop).every(({ WebACLId: acl }) => (acl !== undefined) === firewall)).toBe(true);
    expect(resources(shop, "AWS::WAFv2::WebACL")).toHaveLength(firewall ? 1 : 0);
  });

  test("a shop elsewhere takes its firewall from us-east-1", () => {
    const [distribution] = distributions("named");
    const output = [...within(distribution?.WebACLId as Properties)].find(
      (it) => typeof it === "object" && it !== null && "StackName" in it,
    );
    expect(output).toMatchObject({ StackName: "prod-ultramarket-firewall", Region: "us-east-1" });
  });

  test("the firewall limits addresses, and only counts bodies that it finds large", () => {
    const [acl] = resources("prod", "AWS::WAFv2::WebACL");
    const rules = acl?.properties.Rules as readonly {
      readonly Name: string;
      readonly Statement: Properties;
      readonly Priority: number;
    }[];
    expect(rules.map(({ Name: name }) => name)).toEqual([
      "rate",
      "AWSManagedRulesAmazonIpReputationList",
      "AWSManagedRulesKnownBadInputsRuleSet",
      "AWSManagedRulesCommonRuleSet",
    ]);
    expect(rules[0]?.Statement).toMatchObject({ RateBasedStatement: { Limit: 2000, AggregateKeyType: "IP" } });
    expect(rules[3]?.Statement).toMatchObject({
      ManagedRuleGroupStatement: {
        RuleActionOverrides: [{ Name: "SizeRestrictions_BODY", ActionToUse: { Count: {} } }],
      },
    });
  });

  test("a name of one's own comes with its certificate, TLS 1.2 and both records", () => {
    const [distribution] = distributions("named");
    expect(distribution?.Aliases).toEqual(["shop.example.com"]);
    expect(distribution?.ViewerCertificate).toMatchObject({
      MinimumProtocolVersion: "TLSv1.2_2021",
      SslSupportMethod: "sni-only",
    });
    expect(
      resources("named", "AWS::Route53::RecordSet")
        .map(({ properties }) => [properties.Name, properties.Type])
        .sort(),
    ).toEqual([
      ["shop.example.com.", "A"],
      ["shop.example.com.", "AAAA"],
    ]);
  });

  test("a served bucket answers under its path, to CloudFront alone, and runs no script", () => {
    const [distribution] = distributions("changed");
    const [behavior] = distribution?.CacheBehaviors ?? [];
    expect(behavior).toMatchObject({ PathPattern: "/files/*", ViewerProtocolPolicy: "https-only" });
    expect(resources("changed", "AWS::CloudFront::OriginAccessControl")).toHaveLength(1);
    const [headers] = resources("changed", "AWS::CloudFront::ResponseHeadersPolicy");
    expect(JSON.stringify(headers?.properties)).toContain("default-src 'none'; sandbox");
    const policies = resources("changed", "AWS::S3::BucketPolicy").filter(({ properties }) =>
      JSON.stringify(properties).includes("cloudfront.amazonaws.com"),
    );
    expect(policies.map(({ id }) => id)).toEqual([expect.stringMatching(/^FilesBucketPolicy/)]);
  });

  test("a bucket that is not served is not reached by CloudFront", () => {
    expect(distributions("prod").flatMap(({ CacheBehaviors: behaviors }) => behaviors ?? [])).toEqual([]);
    expect(JSON.stringify(resources("prod", "AWS::S3::BucketPolicy"))).not.toContain("cloudfront");
  });
});

describe("the search domain", () => {
  test.each(["staging", "prod", "changed"] as const)(
    "of %s encrypts everywhere, knows its callers and writes its logs",
    (shop) => {
      const [domain, ...others] = resources(shop, "AWS::OpenSearchService::Domain");
      expect(others).toEqual([]);
      expect(domain?.properties).toMatchObject({
        EncryptionAtRestOptions: { Enabled: true },
        NodeToNodeEncryptionOptions: { Enabled: true },
        DomainEndpointOptions: { EnforceHTTPS: true, TLSSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10" },
        AdvancedSecurityOptions: { Enabled: true, InternalUserDatabaseEnabled: false },
      });
      expect(Object.keys(domain?.properties.LogPublishingOptions ?? {}).sort()).toEqual([
        "AUDIT_LOGS",
        "ES_APPLICATION_LOGS",
        "INDEX_SLOW_LOGS",
        "SEARCH_SLOW_LOGS",
      ]);
      expect(text(domain?.properties.DomainName).length).toBeLessThanOrEqual(28);
    },
  );

  test.each([
    ["changed", { InstanceType: "t3.small.search", InstanceCount: 1, ZoneAwarenessEnabled: false }],
    [
      "staging",
      { InstanceType: "t3.small.search", InstanceCount: 2, ZoneAwarenessConfig: { AvailabilityZoneCount: 2 } },
    ],
    [
      "prod",
      { InstanceType: "m7g.medium.search", InstanceCount: 3, ZoneAwarenessConfig: { AvailabilityZoneCount: 3 } },
    ],
  ] as const)("of %s has its size", (shop, size) => {
    expect(resources(shop, "AWS::OpenSearchService::Domain")[0]?.properties.ClusterConfig).toMatchObject(size);
  });

  test.each(["dev", "local"] as const)("is left out of %s, where nothing pays for it", (shop) => {
    expect(resources(shop, "AWS::OpenSearchService::Domain")).toEqual([]);
  });

  test("is what the functions that search are told", () => {
    const [health] = resources("prod", "AWS::Lambda::Function").filter(
      ({ properties }) => properties.FunctionName === "prod-platform-health",
    );
    const { Variables: variables } = health?.properties.Environment as { Variables: Properties };
    expect(JSON.stringify(variables.OPENSEARCH_ENDPOINT)).toMatch(/https:\/\/.*prod-ultramarket-shared/);
    const [shared] = [...templates("prod")].filter(([name]) => name === "prod-ultramarket-shared");
    expect(JSON.stringify(shared?.[1].Outputs)).toContain("DomainEndpoint");
  });
});
