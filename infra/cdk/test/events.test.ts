/** What holds for everything that nobody waits for. */

import { readManifest } from "../lib/manifest";
import { STAGES, referred, resources, text, type Json, type Properties } from "./templates";

const manifest = readManifest();
const FOURTEEN_DAYS = 14 * 24 * 60 * 60;

describe.each(STAGES)("in %s", (shop) => {
  const prefix = shop === "local" ? "cdk" : shop;
  const queues = resources(shop, "AWS::SQS::Queue");
  const dead = new Set(
    queues.filter(({ properties }) => text(properties.QueueName).endsWith("-dead")).map(({ id }) => id),
  );
  const timeouts = new Map(
    resources(shop, "AWS::Lambda::Function").map(({ properties }) => [
      text(properties.FunctionName),
      Number(properties.Timeout),
    ]),
  );

  test("a queue hides a message for six times its function's time at least, and ends in dead letters", () => {
    const worked = queues.filter(({ id }) => !dead.has(id));
    expect(worked.length).toBeGreaterThan(0);
    for (const { properties } of worked) {
      const name = text(properties.QueueName).replace("-ultramarket-", "-");
      expect(Number(properties.VisibilityTimeout)).toBeGreaterThanOrEqual(6 * (timeouts.get(name) ?? Infinity));
      const { deadLetterTargetArn: letters, maxReceiveCount: tries } = properties.RedrivePolicy as Properties;
      expect(referred(letters).some((id) => dead.has(id))).toBe(true);
      expect(Number(tries)).toBeGreaterThanOrEqual(3);
    }
  });

  test("messages and dead letters are kept for fourteen days", () => {
    for (const { properties } of queues) expect(properties.MessageRetentionPeriod).toBe(FOURTEEN_DAYS);
  });

  test("every function that nobody waits for has dead letters", () => {
    const names = new Set(queues.map(({ properties }) => text(properties.QueueName)));
    for (const { name, trigger } of manifest.functions) {
      expect(names.has(`${prefix}-ultramarket-${name}-dead`)).toBe(trigger.type !== "http");
    }
  });

  test("every source reports failures one by one", () => {
    for (const { properties } of resources(shop, "AWS::Lambda::EventSourceMapping")) {
      expect(properties.FunctionResponseTypes).toEqual(["ReportBatchItemFailures"]);
    }
  });

  test("a stream's source is bounded, halves what fails, and tells the dead letters", () => {
    const streams = resources(shop, "AWS::Lambda::EventSourceMapping").filter(
      ({ properties }) => "StartingPosition" in properties,
    );
    expect(streams).toHaveLength(manifest.tables.filter((table) => table.stream).length);
    for (const { properties } of streams) {
      expect(properties).toMatchObject({
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 59,
        MaximumRecordAgeInSeconds: 21_600,
      });
      expect(
        referred((properties.DestinationConfig as { OnFailure: Properties }).OnFailure.Destination).some((id) =>
          dead.has(id),
        ),
      ).toBe(true);
      const [filter] = (properties.FilterCriteria as { Filters: readonly Properties[] }).Filters;
      expect(JSON.parse(text(filter?.Pattern))).toEqual({
        eventName: ["INSERT"],
        dynamodb: { NewImage: { type: { S: ["outbox"] } } },
      });
    }
  });

  test("a queue's source runs no wider than its row says", () => {
    for (const row of manifest.functions) {
      const { trigger } = row;
      if (trigger.type !== "events" && trigger.type !== "work") continue;
      const source = resources(shop, "AWS::Lambda::EventSourceMapping").find(({ id }) =>
        id.startsWith(`${row.logicalId}Source`),
      );
      expect(source?.properties.BatchSize).toBe(trigger.batch);
      expect(source?.properties.ScalingConfig).toEqual(
        trigger.concurrency === null ? undefined : { MaximumConcurrency: trigger.concurrency },
      );
    }
  });

  test("what the clock starts has a role of its own, tries again, and tells the dead letters", () => {
    const schedules = resources(shop, "AWS::Scheduler::Schedule");
    expect(schedules).toHaveLength(manifest.functions.filter(({ trigger }) => trigger.type === "schedule").length);
    for (const { properties } of schedules) {
      const { RoleArn: role, RetryPolicy: retry, DeadLetterConfig: letters } = properties.Target as Properties;
      expect(referred(role)).toEqual([expect.stringMatching(/ScheduleRole/)]);
      expect(retry).toMatchObject({ MaximumRetryAttempts: 2 });
      expect(referred((letters as Properties).Arn).some((id) => dead.has(id))).toBe(true);
    }
    // The clock only hands over: a run that fails is Lambda's to tell of.
    const failures = resources(shop, "AWS::Lambda::EventInvokeConfig");
    expect(failures).toHaveLength(schedules.length);
    for (const { properties, DependsOn: waits } of failures) {
      expect(properties.Qualifier).toBe("live");
      expect([waits].flat()).toContainEqual(expect.stringMatching(/Live[0-9A-F]{8}$/));
      expect(
        referred((properties.DestinationConfig as { OnFailure: Properties }).OnFailure.Destination).some((id) =>
          dead.has(id),
        ),
      ).toBe(true);
    }
  });

  test("a subscription carries only the events that its function wants", () => {
    const wanted = manifest.functions.flatMap(({ trigger }) => (trigger.type === "events" ? trigger.events : []));
    const subscribed = resources(shop, "AWS::SNS::Subscription")
      .filter(({ properties }) => properties.Protocol === "sqs")
      .flatMap(({ properties }) => (properties.FilterPolicy as { type: readonly Json[] }).type);
    expect(subscribed.map(text).sort()).toEqual(wanted.sort());
  });
});
