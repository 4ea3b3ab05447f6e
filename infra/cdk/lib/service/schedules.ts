import * as iam from "aws-cdk-lib/aws-iam";
import * as scheduler from "aws-cdk-lib/aws-scheduler";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { ScheduleTrigger } from "../manifest";
import { Names } from "../names";
import type { Settings } from "../stage";
import type { ServiceFunction } from "./function";

/** Has the clock start a function. */
export function schedule(made: ServiceFunction, trigger: ScheduleTrigger, stage: Settings, deadLetters: IQueue): void {
  const role = new iam.Role(made, "ScheduleRole", {
    assumedBy: new iam.ServicePrincipal("scheduler.amazonaws.com"),
    inlinePolicies: {
      start: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({ sid: "Start", actions: ["lambda:InvokeFunction"], resources: [made.alias.functionArn] }),
          new iam.PolicyStatement({ sid: "DeadLetters", actions: ["sqs:SendMessage"], resources: [deadLetters.queueArn] }),
        ],
      }),
    },
  });
  new scheduler.CfnSchedule(made, "Schedule", {
    name: new Names(stage).function(made.row.name),
    scheduleExpression: trigger.expression,
    flexibleTimeWindow: { mode: "OFF" },
    target: {
      arn: made.alias.functionArn,
      roleArn: role.roleArn,
      input: JSON.stringify({
        source: "aws.scheduler",
        "detail-type": "Scheduled Event",
        time: "<aws.scheduler.scheduled-time>",
      }),
      // The next run does what a missed one would have done.
      retryPolicy: { maximumEventAgeInSeconds: trigger.everyMinutes * 60, maximumRetryAttempts: 2 },
      deadLetterConfig: { arn: deadLetters.queueArn },
    },
  });
}
