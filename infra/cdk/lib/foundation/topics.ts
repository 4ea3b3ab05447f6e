import { Names, logicalId } from "../names";
import * as kms from "aws-cdk-lib/aws-kms";
import * as sns from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { TopicRow } from "../manifest";
import type { Settings } from "../stage";

/**
 * A service's topic. SNS's own key is enough: the relay publishes through SNS, and SNS hands over to
 * queues that SQS encrypts by itself, so that nobody on the way needs a grant on a key.
 */
export function topic(scope: Construct, row: TopicRow, stage: Settings, key: kms.IKey): sns.Topic {
  return new sns.Topic(scope, `${logicalId(row.service)}Topic`, {
    topicName: new Names(stage).thing(row.name),
    masterKey: key,
    enforceSSL: stage.onlyTls,
  });
}
