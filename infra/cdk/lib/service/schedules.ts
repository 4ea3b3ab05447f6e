import { Duration } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import * as scheduler from "aws-cdk-lib/aws-scheduler";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { ScheduleTrigger } from "../manifest";
import { Names } from "../names";
import type { Settings } from "../stage";
import type { ServiceFunction } from "./function";

/** As old as Lambda lets an event become. */
const OLDEST = Duration.hours(6);

/** Has the clock start a function. */
export function schedule(made: ServiceFunction, trigger: ScheduleTrigger, stage: Settings, deadLetters: IQueue): void {
  const role = new iam.Role(made, "ScheduleRole", {
    assumedBy: new iam.ServicePrincipal("scheduler.amazonaws.com"),
    inlinePolicies: {
      start: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({
            sid: "Start",
            actions: ["lambda:InvokeFunction"],
            resources: [made.alias.functionArn],
          }),
          new iam.PolicyStatement({
            sid: "DeadLetters",
            actions: ["sqs:SendMessage"],
            resources: [deadLetters.queueArn],
          }),
        ],
      }),
    },
  });
  const untilNext = Duration.minutes(trigger.everyMinutes);
  // The clock only hands an event over: what becomes of the run is between Lambda and the function.
  const failures = new lambda.EventInvokeConfig(made, "Failures", {
    function: made.function,
    qualifier: made.alias.aliasName,
    maxEventAge: Duration.seconds(Math.min(untilNext.toSeconds(), OLDEST.toSeconds())),
    retryAttempts: 2,
    onFailure: new SqsDestination(deadLetters),
  });
  // It names the alias without referring to it.
  failures.node.addDependency(made.alias);
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
      retryPolicy: { maximumEventAgeInSeconds: untilNext.toSeconds(), maximumRetryAttempts: 2 },
      deadLetterConfig: { arn: deadLetters.queueArn },
    },
  });
}
