import { Stack, type StackProps } from "aws-cdk-lib";
import type { App } from "aws-cdk-lib";
import type * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import type { Manifest } from "../manifest";
import type { Names } from "../names";
import type { Settings } from "../stage";
import { table } from "./tables";

export interface SharedProps extends StackProps {
  readonly manifest: Manifest;
  readonly stage: Settings;
  readonly names: Names;
}

/** What must survive a service, and what several of them refer to. */
export class SharedStack extends Stack {
  readonly tables: ReadonlyMap<string, dynamodb.Table>;

  constructor(app: App, id: string, props: SharedProps) {
    super(app, id, { ...props, description: "UltraMarket: what services share, and what must survive them." });
    this.tables = new Map(props.manifest.tables.map((row) => [row.name, table(this, row, props)]));
  }
}
