/**
 * Works out what a template's references come to, so that templates that refer differently can be
 * compared. Every resource is known by its type and its physical name: where CloudFormation would make
 * something up, a text in angle brackets stands for it.
 */

import { ACCOUNT, text, type Json, type Properties, type Resource, type Template } from "./templates";

export interface Surroundings {
  readonly region: string;
  readonly parameters: Properties;
  /** The value of an output of another stack. */
  readonly output: (stack: string, name: string) => Json;
}

type Attributes = Readonly<Record<string, string>>;

export class Resolver {
  constructor(
    private readonly template: Template,
    private readonly around: Surroundings,
  ) {}

  /** A value with nothing left to work out. */
  value(value: Json | undefined): Json {
    if (Array.isArray(value)) {
      return value.map((part: Json) => this.value(part)).filter((part) => part !== NOTHING);
    }
    if (typeof value !== "object" || value === null) {
      return value ?? null;
    }
    const entries = Object.entries(value as Properties);
    const [first] = entries;
    if (entries.length === 1 && first !== undefined && (first[0] === "Ref" || first[0].startsWith("Fn::"))) {
      return this.function(first[0], first[1]);
    }
    return Object.fromEntries(
      entries.map(([key, part]) => [key, this.value(part)] as const).filter(([, part]) => part !== NOTHING),
    );
  }

  text(value: Json | undefined): string {
    return text(this.value(value));
  }

  /** A resource's properties, worked out. */
  properties({ Properties: properties }: Resource): Properties {
    return this.value(properties ?? {}) as Properties;
  }

  /** Whether a condition of the template holds; what has none is there. */
  holds(condition: string | undefined): boolean {
    return condition === undefined || this.condition(this.template.Conditions?.[condition]);
  }

  private function(name: string, argument: Json): Json {
    const list = (Array.isArray(argument) ? argument : [argument]) as readonly Json[];
    switch (name) {
      case "Ref":
        return this.reference(this.text(argument));
      case "Fn::GetAtt":
        return this.attribute(this.text(list[0]), this.text(list[1]));
      case "Fn::Sub":
        return this.text(list[0]).replace(/\$\{([^}]+)\}/g, (_, inner: string) => {
          const own = (list[1] as Properties | undefined)?.[inner];
          if (own !== undefined) return this.text(own);
          const [id, attribute] = inner.split(".");
          return attribute === undefined ? text(this.reference(inner)) : this.attribute(id ?? "", attribute);
        });
      case "Fn::Join":
        return (this.value(list[1]) as readonly Json[]).map(text).join(this.text(list[0]));
      case "Fn::Split":
        return this.text(list[1]).split(this.text(list[0]));
      case "Fn::Select":
        return (this.value(list[1]) as readonly Json[])[Number(this.value(list[0]))] ?? null;
      case "Fn::If":
        return this.value(this.holds(this.text(list[0])) ? list[1] : list[2]);
      case "Fn::GetStackOutput": {
        const { StackName: stack, OutputName: output } = argument as Properties;
        return this.around.output(this.text(stack), this.text(output));
      }
      default:
        throw new Error(`${name} is not known here`);
    }
  }

  private condition(value: Json | undefined): boolean {
    const { "Fn::Equals": equals, "Fn::Not": not } = value as {
      "Fn::Equals"?: readonly [Json, Json];
      "Fn::Not"?: readonly [Json];
    };
    if (equals !== undefined) return this.value(equals[0]) === this.value(equals[1]);
    if (not !== undefined) return !this.condition(not[0]);
    throw new Error(`${JSON.stringify(value)} is no condition that is known here`);
  }

  private reference(id: string): Json {
    switch (id) {
      case "AWS::Partition":
        return "aws";
      case "AWS::Region":
        return this.around.region;
      case "AWS::AccountId":
        return ACCOUNT;
      case "AWS::URLSuffix":
        return "amazonaws.com";
      case "AWS::NoValue":
        return NOTHING;
    }
    const parameter = this.around.parameters[id];
    return parameter ?? this.attribute(id, "Ref");
  }

  private attribute(id: string, name: string): string {
    const resource = this.template.Resources[id];
    if (resource === undefined) {
      throw new Error(`the template has no ${id}`);
    }
    return this.attributes(id, resource)[name] ?? `<${resource.Type} ${id} ${name}>`;
  }

  private attributes(id: string, { Type: type, Properties: given = {} }: Resource): Attributes {
    const named = (property: string): string => this.text(given[property]);
    const arn = (service: string, rest: string): string =>
      `arn:aws:${service}:${this.around.region}:${ACCOUNT}:${rest}`;
    switch (type) {
      case "AWS::DynamoDB::Table":
        return {
          Ref: named("TableName"),
          Arn: arn("dynamodb", `table/${named("TableName")}`),
          StreamArn: `<stream of ${named("TableName")}>`,
        };
      case "AWS::SNS::Topic":
        return { Ref: arn("sns", named("TopicName")), TopicArn: arn("sns", named("TopicName")) };
      case "AWS::SQS::Queue":
        return { Ref: `<URL of ${named("QueueName")}>`, Arn: arn("sqs", named("QueueName")) };
      case "AWS::S3::Bucket":
        return { Ref: named("BucketName"), Arn: `arn:aws:s3:::${named("BucketName")}` };
      case "AWS::SecretsManager::Secret":
        return { Ref: `<ARN of ${named("Name")}>` };
      case "AWS::Logs::LogGroup":
        return { Ref: named("LogGroupName"), Arn: arn("logs", `log-group:${named("LogGroupName")}:*`) };
      case "AWS::Lambda::Function":
      case "AWS::Serverless::Function":
        return { Ref: named("FunctionName"), Arn: arn("lambda", `function:${named("FunctionName")}`) };
      case "AWS::Lambda::Alias":
        return { Ref: arn("lambda", `function:${named("FunctionName")}:${named("Name")}`) };
      case "AWS::ApiGatewayV2::Api":
        return { Ref: `<API ${named("Name")}>` };
      default:
        return { Ref: `<${type} ${id}>`, Arn: `<ARN of ${id}>` };
    }
  }
}

/** What a value is that is not there. */
const NOTHING = "<nothing>";
