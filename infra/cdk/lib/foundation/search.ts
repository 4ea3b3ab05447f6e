import { Fn, RemovalPolicy, Stack } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as logs from "aws-cdk-lib/aws-logs";
import * as opensearch from "aws-cdk-lib/aws-opensearchservice";
import { Construct } from "constructs";
import type { DomainRow } from "../manifest";
import { Names } from "../names";
import type { SearchSettings, Settings } from "../stage";

/** What a caller may do to a domain over HTTP; which of it, the domain's own roles decide. */
const HTTP = ["Delete", "Get", "Head", "Patch", "Post", "Put"].map((verb) => `es:ESHttp${verb}`);

const LOGS = {
  application: "ES_APPLICATION_LOGS",
  audit: "AUDIT_LOGS",
  index: "INDEX_SLOW_LOGS",
  search: "SEARCH_SLOW_LOGS",
};

/**
 * A search domain. Callers sign with their IAM role, and the domain maps roles to what they may do
 * (fine-grained access control); its master is a role of its own, with no password anywhere. A public
 * endpoint rather than a network of ours: functions outside a network start sooner and need no gateway.
 */
export class SearchDomain extends Construct {
  /** `https://…`, without a slash at the end. */
  readonly endpoint: string;

  constructor(scope: Construct, id: string, row: DomainRow, stage: Settings, size: SearchSettings) {
    super(scope, id);
    const name = new Names(stage).domain(row.name);
    const stack = Stack.of(this);
    const arn = `arn:${stack.partition}:es:${stack.region}:${stack.account}:domain/${name}`;
    const master = this.master(stage, row, arn);
    const published = this.logs(name, arn, stage);
    const domain = new opensearch.CfnDomain(this, "Domain", {
      domainName: name,
      engineVersion: "OpenSearch_3.1",
      clusterConfig: cluster(size),
      ebsOptions: { ebsEnabled: true, volumeType: "gp3", volumeSize: size.storageGib },
      encryptionAtRestOptions: { enabled: true },
      nodeToNodeEncryptionOptions: { enabled: true },
      domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10" },
      advancedSecurityOptions: {
        enabled: true,
        internalUserDatabaseEnabled: false,
        masterUserOptions: { masterUserArn: master.roleArn },
      },
      accessPolicies: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { AWS: `arn:${stack.partition}:iam::${stack.account}:root` },
            Action: HTTP,
            Resource: `${arn}/*`,
          },
        ],
      },
      logPublishingOptions: published.options,
      softwareUpdateOptions: { autoSoftwareUpdateEnabled: true },
    });
    domain.applyRemovalPolicy(stage.protectsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
    domain.node.addDependency(published.policy);
    this.endpoint = Fn.join("", ["https://", domain.attrDomainEndpoint]);
  }

  /** Who maps roles to rights. People and pipelines of the account that IAM lets take it on. */
  private master(stage: Settings, row: DomainRow, arn: string): iam.Role {
    return new iam.Role(this, "Master", {
      roleName: new Names(stage).thing(`${row.name}-master`),
      description: "Says who may do what in the search domain.",
      assumedBy: new iam.AccountRootPrincipal(),
      inlinePolicies: {
        domain: new iam.PolicyDocument({
          statements: [new iam.PolicyStatement({ sid: "Domain", actions: HTTP, resources: [`${arn}/*`] })],
        }),
      },
    });
  }

  private logs(
    name: string,
    arn: string,
    stage: Settings,
  ): { options: Record<string, object>; policy: logs.CfnResourcePolicy } {
    const stack = Stack.of(this);
    const options: Record<string, object> = {};
    for (const [kind, option] of Object.entries(LOGS)) {
      const group = new logs.LogGroup(this, `${kind}-logs`, {
        logGroupName: `/aws/opensearch/${name}/${kind}`,
        retention: stage.logRetention,
        removalPolicy: RemovalPolicy.DESTROY,
      });
      options[option] = { enabled: true, cloudWatchLogsLogGroupArn: group.logGroupArn };
    }
    const policy = new logs.CfnResourcePolicy(this, "LogPolicy", {
      policyName: `${name}-logs`,
      policyDocument: stack.toJsonString({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "es.amazonaws.com" },
            Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:PutLogEventsBatch"],
            Resource: `arn:${stack.partition}:logs:${stack.region}:${stack.account}:log-group:/aws/opensearch/${name}/*`,
            Condition: { StringEquals: { "aws:SourceAccount": stack.account }, ArnEquals: { "aws:SourceArn": arn } },
          },
        ],
      }),
    });
    return { options, policy };
  }
}

function cluster(size: SearchSettings): opensearch.CfnDomain.ClusterConfigProperty {
  return {
    instanceType: size.instanceType,
    instanceCount: size.instances,
    zoneAwarenessEnabled: size.zones > 1,
    zoneAwarenessConfig: size.zones > 1 ? { availabilityZoneCount: size.zones } : undefined,
    dedicatedMasterEnabled: false,
    multiAzWithStandbyEnabled: false,
  };
}
