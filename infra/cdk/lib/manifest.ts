import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/**
 * What `infra/manifest.json` says there is. `cargo xtask gen` writes it from `shared/manifest`.
 *
 * Every object is strict: a field or a kind that is not known here is an error while the app is
 * synthesised, so that nothing new in the manifest is silently left undeployed.
 */

const name = z.string().regex(/^[a-z][a-z0-9-]*$/);
const count = z.int().positive();

const throttle = z.strictObject({ perSecond: count, burst: count });

const http = z.strictObject({
  type: z.literal("http"),
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE", "ANY"]),
  path: z.string(),
  routeKey: z.string(),
  /** Routes of methods that a path does not have, which a wider path would take in its place. */
  alsoRouteKeys: z.array(z.string()),
  who: z.enum(["public", "visitor", "guest", "shopper", "permission", "signature"]),
  permission: z.string().nullable(),
  rate: z.string(),
  throttle,
  /** The token bucket of one caller, which the function itself keeps. */
  bucket: z.strictObject({ capacity: count, perMinute: count }).nullable(),
  onceOnly: z.boolean(),
  bodyBytes: z.int().nonnegative(),
});

const queue = {
  batch: count,
  tries: count,
  queue: name,
  queueEnv: z.string(),
  visibilitySeconds: count,
  concurrency: z.int().min(2).nullable(),
};

const events = z.strictObject({
  type: z.literal("events"),
  ...queue,
  events: z.array(z.string()).nonempty(),
  topics: z.array(name).nonempty(),
});

const work = z.strictObject({ type: z.literal("work"), ...queue });

const outboxes = z.strictObject({
  type: z.literal("outboxes"),
  batch: count,
  tries: count,
  tables: z.array(name),
});

const schedule = z.strictObject({
  type: z.literal("schedule"),
  everyMinutes: count,
  expression: z.string(),
});

const trigger = z.discriminatedUnion("type", [http, events, work, outboxes, schedule]);

/** Where a variable's value comes from. */
const origin = z.union([
  /** A setting of the stage, by the name of `template.yaml`'s parameter. */
  z.strictObject({ setting: z.string() }),
  z.strictObject({ table: name }),
  z.strictObject({ topic: name }),
  z.strictObject({ queue: name }),
  z.strictObject({ bucket: name }),
  z.strictObject({ secret: name }),
]);

/** What a function was granted, in the manifest's words; `statements` is what follows from it. */
const grant = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("reads"), table: name }),
  z.strictObject({ kind: z.literal("writes"), table: name }),
  z.strictObject({ kind: z.literal("writes-under"), table: name, prefix: z.string() }),
  z.strictObject({ kind: z.literal("publishes"), topic: name }),
  z.strictObject({ kind: z.literal("sends"), queue: name }),
  z.strictObject({ kind: z.literal("gets"), bucket: name, prefix: z.string() }),
  z.strictObject({ kind: z.literal("puts"), bucket: name, prefix: z.string() }),
  z.strictObject({ kind: z.literal("reveals"), secret: name }),
  z.strictObject({ kind: z.literal("searches"), domain: name }),
  z.strictObject({ kind: z.literal("indexes"), domain: name }),
  z.strictObject({ kind: z.literal("describes"), domain: name }),
  z.strictObject({ kind: z.literal("mails") }),
  z.strictObject({ kind: z.literal("told"), setting: z.string() }),
]);

/** Something a statement names. */
const resource = z.union([
  z.literal("*"),
  z.strictObject({ table: name }),
  z.strictObject({ indexesOf: name }),
  z.strictObject({ streamOf: name }),
  z.strictObject({ allStreamsOf: name }),
  z.strictObject({ topic: name }),
  z.strictObject({ queue: name }),
  z.strictObject({ deadLettersOf: name }),
  z.strictObject({ bucket: name }),
  z.strictObject({ objectsOf: name, prefix: z.string() }),
  z.strictObject({ secret: name }),
  z.strictObject({ logsOf: name }),
  z.strictObject({ domain: name }),
  z.strictObject({ domainItself: name }),
  /** The identity in SES that mails come from: an address of its own, or its domain. */
  z.strictObject({ identityOf: z.enum(["sender", "sender-domain"]) }),
]);

const statement = z.strictObject({
  sid: z.string().regex(/^[A-Za-z0-9]+$/),
  actions: z.array(z.string().regex(/^[a-z0-9-]+:[A-Za-z]+$/, "an action names one action, never `*`")).nonempty(),
  resources: z.array(resource).nonempty(),
  /** Patterns of the only partition keys allowed, where the grant is for some items of a table. */
  leadingKeys: z.array(z.string()),
  /** Whether mails may come from the stage's sender only. */
  asSender: z.boolean(),
});

const functionRow = z
  .strictObject({
    name,
    logicalId: z.string(),
    service: name,
    package: name,
    code: z.string(),
    memoryMb: z.int().min(128).max(10_240),
    timeoutSeconds: z.int().min(1).max(900),
    /** Whether it gets alarms of its own. */
    critical: z.boolean(),
    trigger,
    env: z.record(z.string(), origin),
    grants: z.array(grant),
    statements: z.array(statement),
  })
  // A message must stay hidden while Lambda tries its batch again and again.
  .refine(
    ({ trigger, timeoutSeconds }) =>
      !("visibilitySeconds" in trigger) || trigger.visibilitySeconds >= 6 * timeoutSeconds,
    {
      path: ["trigger", "visibilitySeconds"],
      error: "a queue hides its messages for six times the function's timeout at least",
    },
  );

const table = z.strictObject({
  name,
  env: z.string(),
  partitionKey: z.string(),
  sortKey: z.string(),
  ttl: z.string(),
  stream: z.boolean(),
  indexes: z.array(
    z.strictObject({
      name,
      partitionKey: z.string(),
      sortKey: z.string(),
      projection: z.enum(["KEYS_ONLY", "INCLUDE", "ALL"]),
      attributes: z.array(z.string()),
    }),
  ),
});

const bucket = z.strictObject({
  name,
  env: z.string(),
  expireDays: count.nullable(),
  /** The path under which the content network hands out its objects; nothing without it. */
  servedUnder: z
    .string()
    .regex(/^\/[a-z0-9/-]+\/$/)
    .nullish(),
});

/** Settings that every shop has, whatever its services leave to a stage; `stage.ts` knows them by name. */
const OF_THE_WALK = [
  "Stage",
  "DefaultCurrency",
  "CorsAllowedOrigins",
  "JwtAudience",
  "JwtIssuer",
  "OpenSearchEndpoint",
  "PublicUrl",
];

const manifest = z
  .strictObject({
    generated: z.string(),
    product: name,
    /** `p99Ms` is what the slowest of a hundred requests may take. */
    services: z.array(z.strictObject({ name, p99Ms: count })).nonempty(),
    functions: z.array(functionRow).nonempty(),
    tables: z.array(table),
    topics: z.array(z.strictObject({ service: name, name, env: z.string() })),
    buckets: z.array(bucket),
    /** A value is made with the stack, or put in by `cargo xtask rotate-keys`. */
    secrets: z.array(z.strictObject({ name, env: z.string(), madeBy: z.enum(["deployment", "operator", "rotation"]) })),
    /** What a stage decides beside what `stage.ts` has reasons for. */
    settings: z.array(
      z.strictObject({
        parameter: z.string(),
        env: z.string(),
        default: z.string(),
        pattern: z.string(),
        description: z.string(),
      }),
    ),
    domains: z.array(z.strictObject({ name, env: z.string() })),
  })
  .superRefine(({ functions, settings }, context) => {
    const known = new Set([...OF_THE_WALK, ...settings.map(({ parameter }) => parameter)]);
    functions.forEach(({ env }, at) => {
      for (const [variable, from] of Object.entries(env)) {
        if ("setting" in from && !known.has(from.setting)) {
          context.addIssue({
            code: "custom",
            path: ["functions", at, "env", variable],
            message: `no setting is called ${from.setting}`,
          });
        }
      }
    });
  });

export type Manifest = z.infer<typeof manifest>;
export type ServiceRow = Manifest["services"][number];
export type FunctionRow = z.infer<typeof functionRow>;
export type TableRow = z.infer<typeof table>;
export type TopicRow = Manifest["topics"][number];
export type BucketRow = z.infer<typeof bucket>;
export type SecretRow = Manifest["secrets"][number];
export type SettingRow = Manifest["settings"][number];
export type DomainRow = Manifest["domains"][number];
export type HttpTrigger = z.infer<typeof http>;
export type EventsTrigger = z.infer<typeof events>;
export type QueueTrigger = EventsTrigger | z.infer<typeof work>;
export type OutboxesTrigger = z.infer<typeof outboxes>;
export type ScheduleTrigger = z.infer<typeof schedule>;
export type StatementRow = z.infer<typeof statement>;
export type Resource = z.infer<typeof resource>;
export type Origin = z.infer<typeof origin>;

/** The manifest that a value spells, or an error that says where it does not. */
export function parseManifest(value: unknown): Manifest {
  const parsed = manifest.safeParse(value);
  if (!parsed.success) {
    throw new Error(`infra/manifest.json is not what this app knows:\n${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}

/** The manifest of this work tree. */
export function readManifest(): Manifest {
  return parseManifest(JSON.parse(readFileSync(join(__dirname, "../../manifest.json"), "utf8")));
}
