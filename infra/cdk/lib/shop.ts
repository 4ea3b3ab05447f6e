import { CliCredentialsStackSynthesizer, Tags, type App, type Stack, type StackProps } from "aws-cdk-lib";
import { FirewallStack } from "./edge/firewall";
import { EdgeStack, type EdgeProps } from "./edge/stack";
import { GatewayStack } from "./gateway/stack";
import type { Manifest } from "./manifest";
import { Names } from "./names";
import { Build } from "./service/code";
import type { Told } from "./service/references";
import { ServiceStack } from "./service/stack";
import { SharedStack } from "./foundation/stack";
import type { Settings } from "./stage";
import { suppressFindings } from "./suppressions";

/**
 * Where code goes on a local cloud: the bucket that it has from `cargo xtask up`. That of `cdk bootstrap`
 * refuses whoever comes without TLS, which is everybody there.
 */
const LOCAL_ARTIFACTS = "local-ultramarket-artifacts";

export interface ShopProps {
  readonly manifest: Manifest;
  readonly stage: Settings;
  /** The folder that the manifest's paths of code start from. */
  readonly workspace: string;
}

/**
 * One stage of the shop: its stacks, in the order in which they are deployed.
 *
 * `shared` → `firewall`, `edge` → a stack a service → `gateway`. Each refers only to stacks before it.
 */
export class Shop {
  readonly stacks: readonly Stack[];

  constructor(app: App, { manifest, stage, workspace }: ShopProps) {
    const names = new Names(stage);
    const each = (): StackProps => ({
      env: { account: stage.account, region: stage.region },
      synthesizer:
        stage.kind === "local"
          ? new CliCredentialsStackSynthesizer({ fileAssetsBucketName: LOCAL_ARTIFACTS })
          : undefined,
    });

    const shared = new SharedStack(app, names.thing("shared"), { ...each(), manifest, stage });
    const build = new Build(workspace, stage.architecture);
    build.refuseUnbuilt(shared, manifest.functions);
    const edge =
      stage.edge === undefined
        ? undefined
        : edgeOf(app, names, { ...each(), manifest, stage, shared, edge: stage.edge });
    const publicUrl = stage.publicUrl ?? edge?.url ?? ownUrl(stage, shared);
    const told = toldOf(stage, publicUrl, shared.openSearchEndpoint);
    const services = manifest.services.map(
      (service) =>
        new ServiceStack(app, names.thing(service.name), { ...each(), manifest, stage, shared, told, service, build }),
    );
    const gateway = new GatewayStack(app, names.thing("gateway"), { ...each(), manifest, stage, shared, publicUrl });

    // Most references are by name, which CDK cannot see, so the order is said in words.
    for (const service of services) {
      service.addStackDependency(edge ?? shared);
      gateway.addStackDependency(service);
    }
    this.stacks = [shared, edge?.firewall, edge, ...services, gateway].filter((it) => it !== undefined);
    for (const stack of this.stacks) {
      Tags.of(stack).add("product", manifest.product);
      Tags.of(stack).add("stage", stage.name);
    }
    suppressFindings(this.stacks, stage);
  }
}

/** The content network, and its firewall where there is one; both come after what is shared. */
function edgeOf(app: App, names: Names, props: Omit<EdgeProps, "firewall">): EdgeStack {
  const firewall = props.edge.firewall
    ? new FirewallStack(app, names.thing("firewall"), {
        env: { ...props.env, region: "us-east-1" },
        stage: props.stage,
      })
    : undefined;
  const edge = new EdgeStack(app, names.thing("edge"), { ...props, firewall, crossRegionReferences: true });
  firewall?.addStackDependency(props.shared);
  edge.addStackDependency(props.shared);
  return edge;
}

/** Where the API is reached by itself, without a content network in front. */
function ownUrl({ localGateway, region }: Settings, { apiId, urlSuffix }: SharedStack): string {
  return localGateway === undefined
    ? `https://${apiId}.execute-api.${region}.${urlSuffix}`
    : `${localGateway}/_aws/execute-api/${apiId}`;
}

/** The settings by the names that the manifest and `template.yaml` give them. */
function toldOf(stage: Settings, publicUrl: string, openSearchEndpoint: string): Told {
  return new Map([
    ...stage.decided,
    ["Stage", stage.name],
    ["DefaultCurrency", stage.defaultCurrency],
    ["CorsAllowedOrigins", stage.corsAllowedOrigins.join(",")],
    ["JwtAudience", stage.jwtAudience],
    // The issuer of tokens is the API itself unless told otherwise.
    ["JwtIssuer", stage.jwtIssuer ?? publicUrl],
    ["OpenSearchEndpoint", openSearchEndpoint],
    ["PublicUrl", publicUrl],
  ]);
}
