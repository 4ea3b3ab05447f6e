import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Node } from "constructs";
import type { Manifest, SettingRow } from "./manifest";

/** What a stage is like. Everything that differs between stages stands here, with its reason. */
export interface Settings {
  readonly kind: Kind;
  /** Stands in front of every physical name, so that stages share an account. */
  readonly name: string;
  readonly account: string | undefined;
  readonly region: string;
  /** What the functions are built for. */
  readonly architecture: "arm64" | "x86_64";
  /** On a local cloud, the URL of its gateway. */
  readonly localGateway: string | undefined;
  /** Buckets, topics and queues refuse who comes without TLS; a local cloud has none. */
  readonly onlyTls: boolean;

  /** Tables, buckets and keys outlive their stack, and tables refuse to be deleted. */
  readonly protectsData: boolean;
  /** How long log lines are kept. */
  readonly logRetention: RetentionDays;
  /** How a new version of a function takes over. */
  readonly release: "all-at-once" | "canary";
  /** The search domain; without it `openSearchEndpoint` may name an engine from elsewhere. */
  readonly search: SearchSettings | undefined;
  /** CloudFront in front of the API and of the buckets that are served. */
  readonly edge: EdgeSettings | undefined;
  /** How closely it is watched. */
  readonly monitoring: MonitoringSettings;

  /** What functions are told. */
  readonly publicUrl: string | undefined;
  readonly jwtIssuer: string | undefined;
  readonly jwtAudience: string;
  readonly corsAllowedOrigins: readonly string[];
  readonly defaultCurrency: string;
  readonly openSearchEndpoint: string;
  /** What the manifest leaves to a stage to decide, by the names of `template.yaml`'s parameters. */
  readonly decided: ReadonlyMap<string, string>;
}

export interface SearchSettings {
  readonly instanceType: string;
  readonly instances: number;
  /** Zones that the instances are spread over; 1 is no zone awareness. */
  readonly zones: 1 | 2 | 3;
  readonly storageGib: number;
}

export interface EdgeSettings {
  /** Whether a web ACL filters what comes in: 5 USD a month, 1 for each rule, 0.60 a million requests. */
  readonly firewall: boolean;
  /** All locations of CloudFront, or only the cheapest: North America, Europe and Israel. */
  readonly everywhere: boolean;
  readonly domain: DomainSettings | undefined;
}

export interface DomainSettings {
  readonly name: string;
  /** In us-east-1, where CloudFront looks for it. */
  readonly certificateArn: string;
  /** The zone that the name's records go into; without it they are made by hand. */
  readonly hostedZone: { readonly id: string; readonly name: string } | undefined;
}

export interface MonitoringSettings {
  /** `quiet` leaves out what only matters while customers wait. */
  readonly alarms: "none" | "quiet" | "all";
  readonly dashboards: boolean;
  /** What a month may cost before it is told, in USD. */
  readonly budgetUsd: number | undefined;
  /** Who is written to beside the topic's other subscribers. */
  readonly mail: string | undefined;
  /** Where `docs/OPERATIONS.md` is read. */
  readonly runbook: string;
  /** The account's quota of concurrent executions in the region; a new account has 10. */
  readonly lambdaConcurrency: number;
}

const KINDS = ["dev", "staging", "prod", "local"] as const;
export type Kind = (typeof KINDS)[number];

/** What a kind of stage is, before the context of one deployment is heard. */
interface Defaults {
  readonly protectsData: boolean;
  readonly logRetention: RetentionDays;
  readonly release: Settings["release"];
  readonly searchByDefault: boolean;
  readonly search: SearchSettings;
  readonly edgeByDefault: boolean;
  readonly firewallByDefault: boolean;
  readonly edgeEverywhere: boolean;
  readonly alarms: MonitoringSettings["alarms"];
  readonly dashboards: boolean;
  readonly budgetUsd: number | undefined;
}

/** The smallest that is offered: about 27 USD a month, the dearest thing in a shop that nobody visits. */
const SMALL: SearchSettings = { instanceType: "t3.small.search", instances: 1, zones: 1, storageGib: 10 };

const DEFAULTS: Record<Kind, Defaults> = {
  // Costs nothing while nobody uses it: no search domain, no alarms, no content network.
  dev: {
    protectsData: false,
    logRetention: RetentionDays.ONE_WEEK,
    release: "all-at-once",
    searchByDefault: false,
    search: SMALL,
    edgeByDefault: false,
    firewallByDefault: false,
    edgeEverywhere: false,
    alarms: "none",
    dashboards: false,
    budgetUsd: undefined,
  },
  // Has what production has, so that it is tried, in the smallest size that behaves alike.
  staging: {
    protectsData: false,
    logRetention: RetentionDays.ONE_MONTH,
    release: "canary",
    searchByDefault: true,
    search: { ...SMALL, instances: 2, zones: 2 },
    edgeByDefault: true,
    firewallByDefault: false,
    edgeEverywhere: false,
    alarms: "quiet",
    dashboards: false,
    budgetUsd: 150,
  },
  // A node that does not live on credits in each of three zones: two of three still agree on a master.
  prod: {
    protectsData: true,
    logRetention: RetentionDays.THREE_MONTHS,
    release: "canary",
    searchByDefault: true,
    search: {
      instanceType: "m7g.medium.search",
      instances: 3,
      zones: 3,
      storageGib: 20,
    },
    edgeByDefault: true,
    firewallByDefault: true,
    edgeEverywhere: true,
    alarms: "all",
    dashboards: true,
    budgetUsd: 1000,
  },
  // A local cloud has no content network, firewall or gradual release; its search engine stands beside it.
  local: {
    protectsData: false,
    logRetention: RetentionDays.ONE_WEEK,
    release: "all-at-once",
    searchByDefault: false,
    search: SMALL,
    edgeByDefault: false,
    firewallByDefault: false,
    edgeEverywhere: false,
    alarms: "none",
    dashboards: false,
    budgetUsd: undefined,
  },
};

/** The settings that the context asks for: `-c stage=prod -c region=eu-central-1 …`. */
export function settingsOf(
  node: Node,
  environment: Readonly<Record<string, string | undefined>>,
  manifest: Pick<Manifest, "settings">,
): Settings {
  const context = new Context(node);
  const kind = context.oneOf("stage", KINDS) ?? "dev";
  const defaults = DEFAULTS[kind];
  const local = kind === "local";
  const name = context.matching("name", /^[a-z][a-z0-9-]{0,14}$/) ?? kind;
  return {
    kind,
    name,
    account: context.matching("account", /^\d{12}$/) ?? environment.CDK_DEFAULT_ACCOUNT,
    region: context.matching("region", /^[a-z]{2}(-[a-z]+)+-\d$/) ?? environment.CDK_DEFAULT_REGION ?? "us-east-1",
    architecture: context.oneOf("architecture", ["arm64", "x86_64"] as const) ?? "arm64",
    localGateway: local ? (environment.AWS_ENDPOINT_URL ?? "http://127.0.0.1:4566") : undefined,
    onlyTls: !local,
    protectsData: defaults.protectsData,
    logRetention: defaults.logRetention,
    release: defaults.release,
    search: !local && (context.flag("search") ?? defaults.searchByDefault) ? defaults.search : undefined,
    edge: !local && (context.flag("edge") ?? defaults.edgeByDefault) ? edge(context, defaults) : undefined,
    monitoring: {
      alarms: defaults.alarms,
      dashboards: defaults.dashboards,
      budgetUsd: context.number("budgetUsd") ?? defaults.budgetUsd,
      mail: context.matching("alarmMail", /^[^@\s]+@[^@\s]+$/),
      runbook: context.text("runbook") ?? "docs/OPERATIONS.md",
      lambdaConcurrency: context.number("lambdaConcurrency") ?? 1000,
    },
    publicUrl: context.matching("publicUrl", /^https?:\/\/.*[^/]$/),
    jwtIssuer: context.text("jwtIssuer"),
    jwtAudience: context.text("jwtAudience") ?? "ultramarket",
    corsAllowedOrigins: context.text("corsAllowedOrigins")?.split(",") ?? [],
    defaultCurrency: context.matching("defaultCurrency", /^[A-Z]{3}$/) ?? "USD",
    openSearchEndpoint: context.text("openSearchEndpoint") ?? "",
    decided: new Map(
      manifest.settings.map((row) => [
        row.parameter,
        context.matching(flagOf(row), new RegExp(`^(?:${row.pattern})$`)) ?? row.default,
      ]),
    ),
  };
}

/** `JwtAccessExpiresIn` is decided by `-c jwtAccessExpiresIn=…`. */
function flagOf({ parameter }: SettingRow): string {
  return parameter.slice(0, 1).toLowerCase() + parameter.slice(1);
}

function edge(context: Context, defaults: Defaults): EdgeSettings {
  return {
    firewall: context.flag("firewall") ?? defaults.firewallByDefault,
    everywhere: defaults.edgeEverywhere,
    domain: domain(context),
  };
}

function domain(context: Context): DomainSettings | undefined {
  const name = context.text("domainName");
  if (name === undefined) {
    return undefined;
  }
  const certificateArn = context.matching("certificateArn", /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/.+$/);
  if (certificateArn === undefined) {
    throw new Error("-c domainName needs -c certificateArn, a certificate of us-east-1 for that name");
  }
  const id = context.text("hostedZoneId");
  const zone = context.text("hostedZoneName");
  if ((id === undefined) !== (zone === undefined)) {
    throw new Error("-c hostedZoneId and -c hostedZoneName belong together");
  }
  return { name, certificateArn, hostedZone: id === undefined || zone === undefined ? undefined : { id, name: zone } };
}

/** The app's context as typed values; one that is malformed is an error that names it. */
class Context {
  constructor(private readonly node: Node) {}

  /** A value that says nothing counts as none. */
  text(key: string): string | undefined {
    const value: unknown = this.node.tryGetContext(key);
    if (value === undefined || value === null || value === "") {
      return undefined;
    }
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
      throw new Error(`-c ${key} is to be a text`);
    }
    return String(value);
  }

  matching(key: string, pattern: RegExp): string | undefined {
    const value = this.text(key);
    if (value !== undefined && !pattern.test(value)) {
      throw new Error(`-c ${key}=${value} does not match ${pattern.source}`);
    }
    return value;
  }

  oneOf<T extends string>(key: string, values: readonly T[]): T | undefined {
    const value = this.text(key);
    const found = values.find((it) => it === value);
    if (value !== undefined && found === undefined) {
      throw new Error(`-c ${key}=${value} is none of ${values.join(", ")}`);
    }
    return found;
  }

  flag(key: string): boolean | undefined {
    const value = this.oneOf(key, ["true", "false"] as const);
    return value === undefined ? undefined : value === "true";
  }

  number(key: string): number | undefined {
    const value = this.matching(key, /^\d+$/);
    return value === undefined ? undefined : Number(value);
  }
}
