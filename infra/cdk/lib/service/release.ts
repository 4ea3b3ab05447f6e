import { Stack } from "aws-cdk-lib";
import type { IAlarm } from "aws-cdk-lib/aws-cloudwatch";
import * as codedeploy from "aws-cdk-lib/aws-codedeploy";
import * as iam from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { Names } from "../names";
import type { Settings } from "../stage";
import type { ServiceFunction } from "./function";

/**
 * Has new versions take over gradually: one call in ten for five minutes, then all. An alarm of the
 * service in that time, or a failed deployment, moves the alias back.
 */
export class GradualRelease extends Construct {
  constructor(
    scope: Construct,
    id: string,
    stage: Settings,
    functions: readonly ServiceFunction[],
    alarms: readonly IAlarm[],
  ) {
    super(scope, id);
    const application = new codedeploy.LambdaApplication(this, "Application");
    const role = this.role(stage, functions).withoutPolicyUpdates();
    for (const made of functions) {
      new codedeploy.LambdaDeploymentGroup(made, "Release", {
        application,
        role,
        alias: made.alias,
        deploymentConfig: codedeploy.LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
        alarms: [...alarms],
        autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: alarms.length > 0 },
      });
    }
  }

  /** What CodeDeploy needs to move these aliases: less than AWS's own policy for it allows. */
  private role(stage: Settings, functions: readonly ServiceFunction[]): iam.Role {
    const { partition, region, account } = Stack.of(this);
    const names = new Names(stage);
    const arn = (name: string): string => `arn:${partition}:lambda:${region}:${account}:function:${name}`;
    return new iam.Role(this, "Role", {
      description: "Moves the aliases of a service while a release is under way.",
      assumedBy: new iam.ServicePrincipal("codedeploy.amazonaws.com"),
      inlinePolicies: {
        release: new iam.PolicyDocument({
          statements: [
            new iam.PolicyStatement({
              sid: "Aliases",
              actions: ["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"],
              resources: functions.flatMap(({ row }) => [
                arn(names.function(row.name)),
                arn(`${names.function(row.name)}:*`),
              ]),
            }),
            new iam.PolicyStatement({
              sid: "Alarms",
              actions: ["cloudwatch:DescribeAlarms"],
              // It is asked of all alarms of the account, whatever names are asked for.
              resources: [`arn:${partition}:cloudwatch:${region}:${account}:alarm:*`],
            }),
          ],
        }),
      },
    });
  }
}
