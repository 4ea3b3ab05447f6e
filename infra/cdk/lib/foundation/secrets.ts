import { RemovalPolicy } from "aws-cdk-lib";
import * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import type { SecretRow } from "../manifest";
import { Names, logicalId } from "../names";
import type { Settings } from "../stage";

/** A secret. Its value never stands in a template: it is made with the stack, or put in later. */
export function secret(scope: Construct, row: SecretRow, stage: Settings): secretsmanager.Secret {
  return new secretsmanager.Secret(scope, `${logicalId(row.name)}Secret`, {
    secretName: new Names(stage).thing(row.name),
    ...VALUES[row.madeBy],
    removalPolicy: stage.protectsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}

const VALUES: Record<SecretRow["madeBy"], Pick<secretsmanager.SecretProps, "description" | "generateSecretString">> = {
  deployment: {
    description: "Made with the stack, and known to nobody.",
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
  },
  operator: {
    description: "Made with a placeholder; whoever runs the stage puts the real value in.",
    generateSecretString: { secretStringTemplate: "{}", generateStringKey: "placeholder", excludePunctuation: true },
  },
  rotation: {
    description: "Made with a placeholder; `cargo xtask rotate-keys` puts the real value in.",
    generateSecretString: { secretStringTemplate: "{}", generateStringKey: "placeholder", excludePunctuation: true },
  },
};
