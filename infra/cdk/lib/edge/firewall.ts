import { Stack, type App, type StackProps } from "aws-cdk-lib";
import * as wafv2 from "aws-cdk-lib/aws-wafv2";
import { Names } from "../names";
import type { Settings } from "../stage";

/** Requests that one address may send in five minutes: a household of shoppers, not a scraper. */
const REQUESTS = 2000;

/**
 * The web ACL in front of the content network. CloudFront takes one of us-east-1 only, so it has a
 * stack of its own there, wherever the shop is.
 */
export class FirewallStack extends Stack {
  readonly arn: string;

  constructor(app: App, id: string, { stage, ...props }: StackProps & { readonly stage: Settings }) {
    super(app, id, { ...props, description: "UltraMarket: the web ACL of the content network." });
    const name = new Names(stage).shop;
    const acl = new wafv2.CfnWebACL(this, "WebAcl", {
      name,
      scope: "CLOUDFRONT",
      defaultAction: { allow: {} },
      visibilityConfig: visibility(name),
      rules: [
        {
          name: "rate",
          priority: 0,
          statement: { rateBasedStatement: { limit: REQUESTS, aggregateKeyType: "IP", evaluationWindowSec: 300 } },
          action: { block: { customResponse: { responseCode: 429 } } },
          visibilityConfig: visibility("rate"),
        },
        managed(1, "AWSManagedRulesAmazonIpReputationList"),
        managed(2, "AWSManagedRulesKnownBadInputsRuleSet"),
        // Its limit of 8 KiB for a body is below that of our own routes, which know theirs.
        managed(3, "AWSManagedRulesCommonRuleSet", ["SizeRestrictions_BODY"]),
      ],
    });
    this.arn = acl.attrArn;
  }
}

/** A rule group that AWS keeps up to date; the named rules of it only count. */
function managed(priority: number, group: string, counting: readonly string[] = []): wafv2.CfnWebACL.RuleProperty {
  return {
    name: group,
    priority,
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name: group,
        ruleActionOverrides: counting.map((name) => ({ name, actionToUse: { count: {} } })),
      },
    },
    overrideAction: { none: {} },
    visibilityConfig: visibility(group),
  };
}

function visibility(metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName };
}
