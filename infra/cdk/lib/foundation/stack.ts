import { CfnOutput, Stack, type App, type StackProps } from "aws-cdk-lib";
import * as apigateway from "aws-cdk-lib/aws-apigatewayv2";
import type * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as kms from "aws-cdk-lib/aws-kms";
import type * as s3 from "aws-cdk-lib/aws-s3";
import type * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import type { Manifest } from "../manifest";
import { AlarmTopic } from "../monitoring/alarm-topic";
import { Names } from "../names";
import type { Settings } from "../stage";
import { accessLogBucket, bucket } from "./buckets";
import { SearchDomain } from "./search";
import { secret } from "./secrets";
import { table } from "./tables";
import { topic } from "./topics";

export interface SharedProps extends StackProps {
  readonly manifest: Manifest;
  readonly stage: Settings;
}

/**
 * What must survive a service, and what several of them refer to. References point from the services
 * to here only. They are by physical name wherever the name says enough; what is left are the members
 * of this class.
 */
export class SharedStack extends Stack {
  readonly tables: ReadonlyMap<string, dynamodb.Table>;
  readonly buckets: ReadonlyMap<string, s3.Bucket>;
  readonly secrets: ReadonlyMap<string, secretsmanager.Secret>;
  readonly apiId: string;
  /** Where alarms and the budget speak; none on a stage that nobody watches. */
  readonly alarmTopic: AlarmTopic | undefined;
  /** Where logs of buckets and of the content network go; a local cloud keeps none. */
  readonly accessLogs: s3.Bucket | undefined;
  /** The search engine's URL; empty where there is none. */
  readonly openSearchEndpoint: string;

  constructor(app: App, id: string, { manifest, stage, ...props }: SharedProps) {
    super(app, id, { ...props, description: "UltraMarket: what services share, and what must survive them." });
    const named = <Row extends { readonly name: string }, Made>(
      rows: readonly Row[],
      make: (row: Row) => Made,
    ): Map<string, Made> => new Map(rows.map((row) => [row.name, make(row)]));

    this.tables = named(manifest.tables, (row) => table(this, row, stage));
    const snsKey = kms.Alias.fromAliasName(this, "SnsKey", "alias/aws/sns");
    manifest.topics.forEach((row) => topic(this, row, stage, snsKey));
    this.accessLogs = stage.kind === "local" ? undefined : accessLogBucket(this, stage);
    this.buckets = named(manifest.buckets, (row) => bucket(this, row, stage, this.accessLogs));
    this.secrets = named(manifest.secrets, (row) => secret(this, row, stage));
    const { alarms, budgetUsd } = stage.monitoring;
    this.alarmTopic =
      alarms === "none" && budgetUsd === undefined ? undefined : new AlarmTopic(this, "Alarms", { stage });
    this.openSearchEndpoint = this.search(manifest, stage);

    const api = new apigateway.CfnApi(this, "HttpApi", {
      name: new Names(stage).shop,
      description: "The shop's HTTP API.",
      protocolType: "HTTP",
    });
    this.apiId = api.ref;
    new CfnOutput(this, "ApiId", { description: "The id of the HTTP API.", value: this.apiId });
  }

  private search(manifest: Manifest, stage: Settings): string {
    const { search } = stage;
    if (search === undefined) {
      return stage.openSearchEndpoint;
    }
    const endpoints = manifest.domains.map((row) => new SearchDomain(this, "Search", row, stage, search).endpoint);
    // The manifest's setting is one endpoint, so a second domain would have nowhere to be told.
    if (endpoints.length > 1) {
      throw new Error("the manifest has several search domains, but functions are told one OpenSearchEndpoint");
    }
    const names = new Names(stage);
    const callers = (granted: "searches" | "indexes"): string =>
      manifest.functions
        .filter((row) => row.grants.some(({ kind }) => kind === granted))
        .map(({ name }) => `arn:${this.partition}:iam::${this.account}:role/${names.function(name)}`)
        .join(",");
    new CfnOutput(this, "SearchCallers", {
      description: "The roles that the search domain is to answer searches of.",
      value: callers("searches"),
    });
    new CfnOutput(this, "IndexCallers", {
      description: "The roles that the search domain is to let make and fill indexes.",
      value: callers("indexes"),
    });
    return endpoints[0] ?? stage.openSearchEndpoint;
  }
}
