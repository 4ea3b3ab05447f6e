import { Duration, RemovalPolicy } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { FunctionRow, StatementRow } from "../manifest";
import { Names } from "../names";
import type { Settings } from "../stage";
import type { References } from "./references";

/** The alias that routes, queues and schedules call; a release moves it. */
const LIVE = "live";

/** A function with a role, a log group and an alias of its own. */
export class ServiceFunction extends Construct {
  readonly function: lambda.Function;
  readonly alias: lambda.Alias;

  constructor(
    scope: Construct,
    readonly row: FunctionRow,
    stage: Settings,
    references: References,
    code: lambda.Code,
  ) {
    super(scope, row.logicalId);
    const names = new Names(stage);
    const logGroup = new logs.LogGroup(this, "Logs", {
      logGroupName: names.logGroup(row.name),
      retention: stage.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new iam.Role(this, "Role", {
      // Named, so that a search domain can map it before it exists.
      roleName: names.function(row.name),
      description: `What ${names.function(row.name)} may do.`,
      assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"),
      inlinePolicies: { grants: policy(row.statements, references) },
    });
    this.function = new lambda.Function(this, "Function", {
      functionName: names.function(row.name),
      runtime: lambda.Runtime.PROVIDED_AL2023,
      architecture: stage.architecture === "arm64" ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
      handler: "bootstrap",
      code,
      memorySize: row.memoryMb,
      timeout: Duration.seconds(row.timeoutSeconds),
      tracing: lambda.Tracing.ACTIVE,
      environment: Object.fromEntries(
        Object.entries(row.env).map(([name, origin]) => [name, references.value(origin)]),
      ),
      logGroup,
      // The manifest has said all that the role may do; constructs add nothing to it.
      role: role.withoutPolicyUpdates(),
      currentVersionOptions: {
        // A gradual release may be taken back after its stack is done, so old versions stay.
        removalPolicy: stage.release === "canary" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      },
    });
    this.alias = new lambda.Alias(this, "Live", { aliasName: LIVE, version: this.function.currentVersion });
  }
}

/** The manifest's statements, word for word. */
function policy(statements: readonly StatementRow[], references: References): iam.PolicyDocument {
  return new iam.PolicyDocument({
    statements: statements.map(
      (row) =>
        new iam.PolicyStatement({
          sid: row.sid,
          actions: row.actions,
          resources: row.resources.map((resource) => references.arn(resource)),
          conditions: {
            ...(row.leadingKeys.length === 0
              ? {}
              : { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": row.leadingKeys } }),
            ...(row.asSender ? { StringEquals: { "ses:FromAddress": references.sender } } : {}),
          },
        }),
    ),
  });
}
