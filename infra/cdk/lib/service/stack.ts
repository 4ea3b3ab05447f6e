import { Stack, type App, type StackProps } from "aws-cdk-lib";
import type { Manifest, ServiceRow } from "../manifest";
import { ServiceMonitoring } from "../monitoring/service-monitoring";
import type { SharedStack } from "../foundation/stack";
import type { Settings } from "../stage";
import type { Build } from "./code";
import { ServiceFunction } from "./function";
import { Queues, readQueue } from "./queues";
import { References, type Told } from "./references";
import { GradualRelease } from "./release";
import { routes } from "./routes";
import { schedule } from "./schedules";
import { readOutboxes } from "./streams";

export interface ServiceProps extends StackProps {
  readonly service: ServiceRow;
  readonly manifest: Manifest;
  readonly stage: Settings;
  readonly shared: SharedStack;
  readonly told: Told;
  readonly build: Build;
}

/** A service: its functions, and what brings requests, events and the clock to them. No state. */
export class ServiceStack extends Stack {
  constructor(app: App, id: string, { service, manifest, stage, shared, told, build, ...props }: ServiceProps) {
    super(app, id, {
      ...props,
      description: `UltraMarket: the functions of ${service.name}, their roles, routes and queues.`,
    });
    const rows = manifest.functions.filter((row) => row.service === service.name);

    // Queues come first: functions are told the queues that they send to.
    const queues = new Map(
      rows.filter((row) => row.trigger.type !== "http").map((row) => [row.name, new Queues(this, row, stage)]),
    );
    const urls = new Map(
      [...queues].flatMap(([name, { queue }]) => (queue === undefined ? [] : [[name, queue.queueUrl]])),
    );
    const references = new References(this, stage, shared, told, urls);

    const functions = rows.map((row) => {
      const made = new ServiceFunction(this, row, stage, references, build.code(row));
      this.connect(made, queues.get(row.name), stage, references, shared.apiId);
      return made;
    });

    const { alarmTopic } = shared;
    const monitoring =
      alarmTopic === undefined
        ? undefined
        : new ServiceMonitoring(this, "Monitoring", {
            service,
            stage,
            alarmTopic,
            functions,
            queues: [...queues.values()],
            tables: manifest.tables.filter((table) => table.name === service.name),
          });
    if (stage.release === "canary") {
      new GradualRelease(this, "Releases", stage, functions, monitoring?.rollbackAlarms ?? []);
    }
  }

  /** Brings to a function what it is for. */
  private connect(
    made: ServiceFunction,
    queues: Queues | undefined,
    stage: Settings,
    references: References,
    apiId: string,
  ): void {
    const { trigger } = made.row;
    if (trigger.type === "http") {
      routes(made, trigger, apiId);
      return;
    }
    if (queues === undefined) {
      throw new Error(`nothing keeps what ${made.row.name} gives up on`);
    }
    switch (trigger.type) {
      case "events":
        queues.subscribe(trigger, references);
        readQueue(made, trigger, queues);
        break;
      case "work":
        readQueue(made, trigger, queues);
        break;
      case "outboxes":
        readOutboxes(made, trigger, references, queues.deadLetters);
        break;
      case "schedule":
        schedule(made, trigger, stage, queues.deadLetters);
        break;
    }
  }
}
