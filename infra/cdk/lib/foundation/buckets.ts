import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as s3 from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import type { BucketRow } from "../manifest";
import { Names, logicalId } from "../names";
import type { Settings } from "../stage";

/** A bucket of the manifest: private, encrypted, and swept of what nobody finished. */
export function bucket(
  scope: Construct,
  row: BucketRow,
  stage: Settings,
  accessLogs: s3.IBucket | undefined,
): s3.Bucket {
  // What expires by itself is nothing to keep.
  const keeps = stage.protectsData && row.expireDays === null;
  const made = new s3.Bucket(scope, `${logicalId(row.name)}Bucket`, {
    ...closed(stage),
    bucketName: new Names(stage).bucket(row.name, Stack.of(scope)),
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    lifecycleRules: [
      { id: "abandoned-uploads", abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ...(row.expireDays === null ? [] : [{ id: "expire", expiration: Duration.days(row.expireDays) }]),
    ],
    // Presigned uploads and downloads come from browsers too.
    cors: stage.corsAllowedOrigins.length === 0 ? [] : [cors(stage.corsAllowedOrigins)],
    serverAccessLogsBucket: accessLogs,
    serverAccessLogsPrefix: accessLogs === undefined ? undefined : `${row.name}/`,
    removalPolicy: keeps ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  if (typeof row.servedUnder === "string") {
    admitContentNetwork(made);
  }
  return made;
}

/** Where buckets and the content network write who asked for what. */
export function accessLogBucket(scope: Construct, stage: Settings): s3.Bucket {
  return new s3.Bucket(scope, "AccessLogBucket", {
    ...closed(stage),
    bucketName: new Names(stage).bucket("access-logs", Stack.of(scope)),
    // CloudFront writes its logs with an access control list; nothing else may.
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
    lifecycleRules: [{ id: "expire", expiration: Duration.days(90) }],
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

function closed(
  stage: Settings,
): Pick<s3.BucketProps, "blockPublicAccess" | "encryption" | "enforceSSL" | "minimumTLSVersion"> {
  return {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    encryption: s3.BucketEncryption.S3_MANAGED,
    enforceSSL: stage.onlyTls,
    minimumTLSVersion: stage.onlyTls ? 1.2 : undefined,
  };
}

function cors(origins: readonly string[]): s3.CorsRule {
  return {
    allowedMethods: [s3.HttpMethods.GET, s3.HttpMethods.PUT],
    allowedHeaders: ["*"],
    allowedOrigins: [...origins],
  };
}

/**
 * Lets CloudFront read. The distribution stands in a later stack that refers to this one, so the
 * policy names the account's distributions rather than the one: naming it would be a circle.
 */
function admitContentNetwork(made: s3.Bucket): void {
  const stack = Stack.of(made);
  made.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: "FromContentNetwork",
      principals: [new iam.ServicePrincipal("cloudfront.amazonaws.com")],
      actions: ["s3:GetObject"],
      resources: [made.arnForObjects("*")],
      conditions: {
        StringEquals: { "aws:SourceAccount": stack.account },
        ArnLike: { "aws:SourceArn": `arn:${stack.partition}:cloudfront::${stack.account}:distribution/*` },
      },
    }),
  );
}
