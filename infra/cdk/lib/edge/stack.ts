import { CfnOutput, Duration, Stack, type App, type StackProps } from "aws-cdk-lib";
import * as acm from "aws-cdk-lib/aws-certificatemanager";
import * as cloudfront from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin, S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import * as route53 from "aws-cdk-lib/aws-route53";
import { CloudFrontTarget } from "aws-cdk-lib/aws-route53-targets";
import * as s3 from "aws-cdk-lib/aws-s3";
import type { BucketRow, Manifest } from "../manifest";
import { Names } from "../names";
import type { SharedStack } from "../foundation/stack";
import type { FirewallStack } from "./firewall";
import type { DomainSettings, EdgeSettings, Settings } from "../stage";

export interface EdgeProps extends StackProps {
  readonly manifest: Manifest;
  readonly stage: Settings;
  readonly edge: EdgeSettings;
  readonly shared: SharedStack;
  readonly firewall: FirewallStack | undefined;
}

/**
 * CloudFront in front of the API and of the buckets that are served. It comes before the services,
 * which are told its name, and before the API's stage, which it does not need to be made.
 */
export class EdgeStack extends Stack {
  readonly firewall: FirewallStack | undefined;
  /** Where the shop is reached, without a slash at the end. */
  readonly url: string;

  constructor(app: App, id: string, { manifest, stage, edge, shared, firewall, ...props }: EdgeProps) {
    super(app, id, { ...props, description: "UltraMarket: the content network in front of the API." });
    this.firewall = firewall;
    const names = new Names(stage);
    const { domain } = edge;
    const distribution = new cloudfront.Distribution(this, "Distribution", {
      comment: names.shop,
      defaultBehavior: this.api(names, shared),
      additionalBehaviors: this.served(manifest, names),
      ...(domain === undefined ? {} : this.named(domain)),
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      priceClass: edge.everywhere ? cloudfront.PriceClass.PRICE_CLASS_ALL : cloudfront.PriceClass.PRICE_CLASS_100,
      webAclId: firewall?.arn,
      logBucket: shared.accessLogs,
      logFilePrefix: "edge/",
    });
    if (domain?.hostedZone !== undefined) {
      this.records(domain.name, domain.hostedZone, distribution);
    }
    this.url = `https://${domain?.name ?? distribution.distributionDomainName}`;
    new CfnOutput(this, "DistributionDomain", {
      description: "What a name of your own is to be an alias of.",
      value: distribution.distributionDomainName,
    });
  }

  /**
   * The API's own headers decide: it says `public, max-age=…` of what all may see, and `no-store` of
   * everything else. Without a word of it nothing is kept. Answers differ by caller and by the page
   * that calls, so both are part of the key; everything else of the request is handed on.
   */
  private api(names: Names, shared: SharedStack): cloudfront.BehaviorOptions {
    return {
      origin: new HttpOrigin(`${shared.apiId}.execute-api.${this.region}.${this.urlSuffix}`, {
        protocolPolicy: cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
        originSslProtocols: [cloudfront.OriginSslPolicy.TLS_V1_2],
      }),
      cachePolicy: new cloudfront.CachePolicy(this, "CachePolicy", {
        cachePolicyName: `${names.shop}-api`,
        comment: "What the API says, for each caller and origin.",
        minTtl: Duration.seconds(0),
        defaultTtl: Duration.seconds(0),
        maxTtl: Duration.days(1),
        headerBehavior: cloudfront.CacheHeaderBehavior.allowList("Authorization", "Origin"),
        queryStringBehavior: cloudfront.CacheQueryStringBehavior.all(),
        cookieBehavior: cloudfront.CacheCookieBehavior.none(),
        enableAcceptEncodingGzip: true,
        enableAcceptEncodingBrotli: true,
      }),
      originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
      cachedMethods: cloudfront.CachedMethods.CACHE_GET_HEAD,
      // A redirect would come too late for what was sent in the clear.
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
      compress: true,
    };
  }

  /** Objects whose keys start with the path that their bucket is served under. */
  private served(manifest: Manifest, names: Names): Record<string, cloudfront.BehaviorOptions> {
    const served = manifest.buckets.filter((row) => typeof row.servedUnder === "string");
    if (served.length === 0) {
      return {};
    }
    const responseHeadersPolicy = this.harmless(names);
    const behavior = (row: BucketRow): cloudfront.BehaviorOptions => ({
      origin: S3BucketOrigin.withOriginAccessControl(
        // By name: the bucket's own policy lets CloudFront in, so nothing is to be added to it here.
        s3.Bucket.fromBucketAttributes(this, `${row.name}-bucket`, {
          bucketName: names.bucket(row.name, this),
          region: this.region,
        }),
      ),
      cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED,
      responseHeadersPolicy,
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
      compress: true,
    });
    return Object.fromEntries(served.map((row) => [`${row.servedUnder ?? ""}*`, behavior(row)]));
  }

  /** What people have uploaded runs no script, whatever it calls itself. */
  private harmless(names: Names): cloudfront.ResponseHeadersPolicy {
    return new cloudfront.ResponseHeadersPolicy(this, "FileHeaders", {
      responseHeadersPolicyName: `${names.shop}-files`,
      securityHeadersBehavior: {
        contentTypeOptions: { override: true },
        contentSecurityPolicy: { contentSecurityPolicy: "default-src 'none'; sandbox", override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(730), includeSubdomains: true, override: true },
      },
    });
  }

  private named(domain: DomainSettings): Partial<cloudfront.DistributionProps> {
    return {
      domainNames: [domain.name],
      certificate: acm.Certificate.fromCertificateArn(this, "Certificate", domain.certificateArn),
      minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
    };
  }

  private records(
    name: string,
    zone: { readonly id: string; readonly name: string },
    distribution: cloudfront.IDistribution,
  ): void {
    const props: route53.ARecordProps = {
      zone: route53.HostedZone.fromHostedZoneAttributes(this, "Zone", { hostedZoneId: zone.id, zoneName: zone.name }),
      recordName: `${name}.`,
      target: route53.RecordTarget.fromAlias(new CloudFrontTarget(distribution)),
    };
    new route53.ARecord(this, "Address", props);
    new route53.AaaaRecord(this, "Address6", props);
  }
}
