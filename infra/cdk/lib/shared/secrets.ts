import { RemovalPolicy } from "aws-cdk-lib";
import * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import type { SecretRow } from "../manifest";
import { Names, logicalId } from "../names";
import type { Settings } from "../stage";

/** A secret, made with a placeholder: the real value never stands in a template. */
export function secret(scope: Construct, row: SecretRow, stage: Settings): secretsmanager.Secret {
  return new secretsmanager.Secret(scope, `${logicalId(row.name)}Secret`, {
    secretName: new Names(stage).thing(row.name),
    description: "Made with a placeholder; the deployment puts the real value in.",
    generateSecretString: { secretStringTemplate: "{}", generateStringKey: "placeholder", excludePunctuation: true },
    removalPolicy: stage.protectsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}
