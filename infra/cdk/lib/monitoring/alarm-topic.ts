import * as cdk from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as kms from "aws-cdk-lib/aws-kms";
import * as sns from "aws-cdk-lib/aws-sns";
import * as subscriptions from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";
import { Names } from "../names";
import type { WatchedStage } from "./props";

/** Who publishes to the topic. */
const PUBLISHERS = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"];

/**
 * The topic that alarms and the budget speak to.
 *
 * Its key is our own, for 1 USD a month: `alias/aws/sns` lets no other service of AWS encrypt, so an
 * alarm that publishes to a topic under it is lost without a word.
 */
export class AlarmTopic extends sns.Topic {
  constructor(scope: Construct, id: string, { stage }: { readonly stage: WatchedStage }) {
    const publishers = PUBLISHERS.map((service) => new iam.ServicePrincipal(service));
    const key = new kms.Key(scope, `${id}Key`, {
      description: `Encrypts what the alarms of ${stage.name} say.`,
      enableKeyRotation: true,
      // Nothing is kept under it.
      removalPolicy: cdk.RemovalPolicy.DESTROY,
    });
    super(scope, id, { topicName: new Names(stage).thing("alarms"), masterKey: key, enforceSSL: true });
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: "AlarmsEncrypt",
        principals: publishers,
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        resources: ["*"],
      }),
    );
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: "AlarmsPublish",
        principals: publishers,
        actions: ["sns:Publish"],
        resources: [this.topicArn],
        conditions: { StringEquals: { "aws:SourceAccount": cdk.Stack.of(scope).account } },
      }),
    );
    if (stage.monitoring.mail !== undefined) {
      this.addSubscription(new subscriptions.EmailSubscription(stage.monitoring.mail));
    }
  }
}
