import { Stack, Validations, type CfnResource } from "aws-cdk-lib";
import * as apigateway from "aws-cdk-lib/aws-apigatewayv2";
import * as cloudfront from "aws-cdk-lib/aws-cloudfront";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as opensearch from "aws-cdk-lib/aws-opensearchservice";
import * as s3 from "aws-cdk-lib/aws-s3";
import * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import * as sqs from "aws-cdk-lib/aws-sqs";
import type { IConstruct } from "constructs";
import type { Settings } from "./stage";

/**
 * The findings of cdk-nag that are not followed, each with its reason, and each for the resources it
 * names and no others. Everything else that cdk-nag finds fails the synthesis.
 */

interface Suppression {
  readonly rule: string;
  readonly of: (construct: IConstruct, stage: Settings) => boolean;
  readonly reason: string;
}

const isDeadLetters = (resource: IConstruct): boolean =>
  resource instanceof sqs.CfnQueue && resource.node.path.includes("/DeadLetters/");

const SUPPRESSIONS: readonly Suppression[] = [
  {
    rule: "AwsSolutions-APIG4",
    of: (resource) => resource instanceof apigateway.CfnRoute,
    reason: "The function itself checks tokens: it must anyway, to know the caller, and routes differ in who may call.",
  },
  {
    rule: "Serverless-LambdaDLQ",
    of: (resource) => resource instanceof lambda.CfnFunction,
    reason:
      "Callers of endpoints wait for their answer, and queues and streams have dead letters of their own, as has what the clock starts.",
  },
  {
    rule: "Serverless-LambdaEventSourceMappingDestination",
    of: (resource) => resource instanceof lambda.CfnEventSourceMapping && resource.startingPosition === undefined,
    reason: "A queue moves what was tried too often to its dead letters by itself; a destination is for streams.",
  },
  {
    rule: "Serverless-SQSRedrivePolicy",
    of: isDeadLetters,
    reason: "Dead letters are where it ends: an alarm tells of them and people decide.",
  },
  {
    rule: "AwsSolutions-SQS3",
    of: isDeadLetters,
    reason: "It is the dead letters of a stream or a schedule, which cdk-nag does not look at.",
  },
  {
    rule: "AwsSolutions-SMG4",
    of: (resource) => resource instanceof secretsmanager.CfnSecret,
    reason: "A key's rotation publishes the new one before it signs, in steps that docs/OPERATIONS.md describes.",
  },
  {
    rule: "AwsSolutions-OS1",
    of: (resource) => resource instanceof opensearch.CfnDomain,
    reason:
      "Callers sign with IAM and the domain maps their roles; functions in a network would start later and need a way out.",
  },
  {
    rule: "AwsSolutions-OS3",
    of: (resource) => resource instanceof opensearch.CfnDomain,
    reason: "Functions have no addresses of their own to list; the policy names this account's principals.",
  },
  {
    rule: "AwsSolutions-OS4",
    of: (resource) => resource instanceof opensearch.CfnDomain,
    reason:
      "Three nodes in three zones elect a master among themselves; masters of their own would double the cost of so few.",
  },
  {
    rule: "AwsSolutions-OS7",
    of: (resource) =>
      resource instanceof opensearch.CfnDomain && !properties(resource.clusterConfig, resource).zoneAwarenessEnabled,
    reason: "A domain of one node is for one developer, who can wait until it is back.",
  },
  {
    rule: "AwsSolutions-CFR1",
    of: (resource) => resource instanceof cloudfront.CfnDistribution,
    reason: "The shop sells everywhere.",
  },
  {
    rule: "AwsSolutions-CFR2",
    of: (resource) =>
      resource instanceof cloudfront.CfnDistribution && !properties(resource.distributionConfig, resource).webAclId,
    reason: "The firewall is a setting of the stage: on in production, and by -c firewall=true elsewhere.",
  },
  {
    rule: "AwsSolutions-CFR4",
    of: (resource) =>
      resource instanceof cloudfront.CfnDistribution && !properties(resource.distributionConfig, resource).aliases,
    reason:
      "CloudFront's own certificate comes with its oldest protocol; with a name of its own a stage demands TLS 1.2.",
  },
  {
    rule: "Annotation::@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac",
    of: (construct) => construct instanceof cloudfront.Distribution,
    reason: "The policy of a served bucket, which stands with the bucket, lets CloudFront in.",
  },
  ...["AwsSolutions-S1", "AwsSolutions-S10", "AwsSolutions-SQS4"].map((rule) => ({
    rule,
    of: (resource: IConstruct, stage: Settings) =>
      stage.kind === "local" && (resource instanceof s3.CfnBucket || resource instanceof sqs.CfnQueue),
    reason: "A local cloud listens on loopback only, without TLS, and keeps no logs of its buckets.",
  })),
  {
    rule: "Serverless-LambdaStarPermissions",
    of: (resource) => resource instanceof iam.CfnRole,
    reason: "The wildcards of each role are looked at one by one, as AwsSolutions-IAM5.",
  },
];

/** Wildcards in a role's resources that are as narrow as can be. What none of these fits is a finding. */
const WILDCARDS: readonly { readonly fits: RegExp; readonly reason: string }[] = [
  { fits: /^\*$/, reason: "X-Ray has no resources to name." },
  { fits: /:log-group:[^*]+:\*$/, reason: "The streams of one log group." },
  { fits: /:table\/[^*/]+\/index\/\*$/, reason: "The indexes of one table." },
  {
    fits: /:table\/[^*/]+\/stream\/\*$/,
    reason: "The streams of one table, whose names hold the time of their making.",
  },
  { fits: /^arn:[^:]+:s3:::[^*/]+\/[^*]*\*$/, reason: "The objects of one bucket under one prefix." },
  { fits: /:domain\/[^*/]+\/\*$/, reason: "The indexes of one search domain, whose own roles say more." },
  { fits: /:function:[^*:]+:\*$/, reason: "The versions and aliases of one function." },
  {
    fits: /:cloudwatch:[^*]+:alarm:\*$/,
    reason: "CloudWatch asks for the right to describe alarms on all of them, whichever are named.",
  },
];

/** Tells cdk-nag of all this, construct by construct. */
export function suppressFindings(stacks: readonly Stack[], stage: Settings): void {
  for (const construct of stacks.flatMap((stack) => stack.node.findAll())) {
    const validations = Validations.of(construct);
    for (const { rule, of, reason } of SUPPRESSIONS) {
      if (of(construct, stage)) validations.acknowledge({ id: rule, reason });
    }
    for (const wildcard of wildcards(construct)) {
      const known = WILDCARDS.find(({ fits }) => fits.test(wildcard));
      if (known !== undefined)
        validations.acknowledge({ id: `AwsSolutions-IAM5[Resource::${wildcard}]`, reason: known.reason });
    }
  }
}

/** What a resource's property will be in its template. */
function properties(value: unknown, resource: CfnResource): Record<string, unknown> {
  return Stack.of(resource).resolve(value) as Record<string, unknown>;
}

/** The resources with a wildcard that a role's own policies name, as cdk-nag spells them. */
function wildcards(resource: IConstruct): string[] {
  if (!(resource instanceof iam.CfnRole)) {
    return [];
  }
  const policies = Stack.of(resource).resolve(resource.policies) as
    { policyDocument: { Statement: { Resource: unknown; Action: string | string[] }[] } }[] | undefined;
  const statements = (policies ?? []).flatMap(({ policyDocument }) => policyDocument.Statement);
  const named = statements.flatMap(({ Resource, Action }) =>
    [Resource].flat().map((resource) => ({ text: spelled(resource), actions: [Action].flat() })),
  );
  // cdk-nag counts one wildcard once for the role, so `*` is X-Ray's only where nobody else has it.
  const onlyTraces = named.every(
    ({ text, actions }) => text !== "*" || actions.every((action) => action.startsWith("xray:")),
  );
  return named.map(({ text }) => text).filter((text) => text.includes("*") && (text !== "*" || onlyTraces));
}

/** A value with its references in angle brackets. */
function spelled(value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  const { "Fn::Join": join, Ref: ref } = value as { "Fn::Join"?: [string, unknown[]]; Ref?: string };
  return join === undefined ? `<${ref ?? ""}>` : join[1].map(spelled).join(join[0]);
}
