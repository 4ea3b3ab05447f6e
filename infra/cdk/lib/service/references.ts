import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Origin, Resource } from "../manifest";
import { Names } from "../names";
import type { SharedStack } from "../foundation/stack";
import type { Settings } from "../stage";

/** What the stage's services are told beside what they are granted, by the names of `template.yaml`'s parameters. */
export type Told = ReadonlyMap<string, string>;

/** The manifest's words for things, as ARNs and as the values of variables. */
export class References {
  private readonly names: Names;
  private readonly stack: Stack;

  constructor(
    scope: Construct,
    stage: Settings,
    private readonly shared: SharedStack,
    private readonly told: Told,
    /** The URLs of this service's queues, by their functions' names. */
    private readonly queueUrls: ReadonlyMap<string, string>,
  ) {
    this.names = new Names(stage);
    this.stack = Stack.of(scope);
  }

  arn(resource: Resource): string {
    if (resource === "*") {
      return "*";
    }
    if ("table" in resource) return this.table(resource.table, "");
    if ("indexesOf" in resource) return this.table(resource.indexesOf, "/index/*");
    if ("allStreamsOf" in resource) return this.table(resource.allStreamsOf, "/stream/*");
    if ("streamOf" in resource) return this.stream(resource.streamOf);
    if ("topic" in resource) return this.topic(resource.topic);
    if ("queue" in resource) return this.regional("sqs", this.names.thing(resource.queue));
    if ("deadLettersOf" in resource) return this.regional("sqs", this.names.deadLetters(resource.deadLettersOf));
    if ("bucket" in resource) return this.bucket(resource.bucket, "");
    if ("objectsOf" in resource) return this.bucket(resource.objectsOf, `/${resource.prefix}*`);
    // Secrets Manager ends an ARN with six characters of its own.
    if ("secret" in resource)
      return this.regional("secretsmanager", `secret:${this.names.thing(resource.secret)}-??????`);
    if ("logsOf" in resource) return this.regional("logs", `log-group:${this.names.logGroup(resource.logsOf)}:*`);
    if ("identityOf" in resource) return this.regional("ses", `identity/${this.identity(resource.identityOf)}`);
    if ("domainItself" in resource) return this.regional("es", `domain/${this.names.domain(resource.domainItself)}`);
    return this.regional("es", `domain/${this.names.domain(resource.domain)}/*`);
  }

  /** The address that mails come from. */
  get sender(): string {
    return found(this.told, "MailSender", "setting");
  }

  value(origin: Origin): string {
    if ("setting" in origin) return found(this.told, origin.setting, "setting");
    if ("table" in origin) return this.names.thing(origin.table);
    if ("topic" in origin) return this.topic(origin.topic);
    if ("queue" in origin) return found(this.queueUrls, origin.queue, "queue of this service");
    if ("bucket" in origin) return this.names.bucket(origin.bucket, this.stack);
    return found(this.shared.secrets, origin.secret, "secret").secretArn;
  }

  /** A topic's name is its service's, with what it carries. */
  topic(service: string): string {
    return this.regional("sns", this.names.thing(`${service}-events`));
  }

  /** A table's stream has a time in its ARN, which only the table itself can say. */
  stream(table: string): string {
    const arn = found(this.shared.tables, table, "table").tableStreamArn;
    if (arn === undefined) {
      throw new Error(`the table of ${table} has no stream`);
    }
    return arn;
  }

  /** Which of the two is verified in SES is the stage's to choose. */
  private identity(of: "sender" | "sender-domain"): string {
    return of === "sender" ? this.sender : this.sender.slice(this.sender.indexOf("@") + 1);
  }

  private table(name: string, rest: string): string {
    return this.regional("dynamodb", `table/${this.names.thing(name)}${rest}`);
  }

  private bucket(name: string, rest: string): string {
    return `arn:${this.stack.partition}:s3:::${this.names.bucket(name, this.stack)}${rest}`;
  }

  private regional(service: string, rest: string): string {
    return `arn:${this.stack.partition}:${service}:${this.stack.region}:${this.stack.account}:${rest}`;
  }
}

function found<T>(all: ReadonlyMap<string, T>, name: string, what: string): T {
  const one = all.get(name);
  if (one === undefined) {
    throw new Error(`the manifest names the ${what} ${name}, which it does not have`);
  }
  return one;
}
