import { RemovalPolicy } from "aws-cdk-lib";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import type { TableRow } from "../manifest";
import { Names, logicalId } from "../names";
import type { Settings } from "../stage";

/** A service's table: encrypted, restorable to any second of the last 35 days, paid by the request. */
export function table(scope: Construct, row: TableRow, stage: Settings): dynamodb.Table {
  const key = (name: string): dynamodb.Attribute => ({ name, type: dynamodb.AttributeType.STRING });
  const made = new dynamodb.Table(scope, `${logicalId(row.name)}Table`, {
    tableName: new Names(stage).thing(row.name),
    partitionKey: key(row.partitionKey),
    sortKey: key(row.sortKey),
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    encryption: dynamodb.TableEncryption.AWS_MANAGED,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    timeToLiveAttribute: row.ttl,
    stream: row.stream ? dynamodb.StreamViewType.NEW_IMAGE : undefined,
    deletionProtection: stage.protectsData,
    removalPolicy: stage.protectsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  for (const index of row.indexes) {
    made.addGlobalSecondaryIndex({
      indexName: index.name,
      partitionKey: key(index.partitionKey),
      sortKey: key(index.sortKey),
      projectionType: dynamodb.ProjectionType[index.projection],
      nonKeyAttributes: index.projection === "INCLUDE" ? index.attributes : undefined,
    });
  }
  return made;
}
