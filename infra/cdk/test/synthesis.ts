/** Synthesises shops as `cdk synth` does, cdk-nag included. */

import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readManifest, type FunctionRow, type Manifest } from "../lib/manifest";
import { Shop } from "../lib/shop";
import { settingsOf } from "../lib/stage";
import { ACCOUNT, type ShopName } from "./templates";

interface Variant {
  /** What stands after `-c`. */
  readonly context: Readonly<Record<string, string>>;
  /** What is different from the manifest of this work tree. */
  readonly change?: (manifest: Manifest) => void;
}

/** The shops that the tests look at. */
export const SHOPS: Readonly<Record<ShopName, Variant>> = {
  dev: { context: { stage: "dev" } },
  staging: { context: { stage: "staging" } },
  prod: { context: { stage: "prod" } },
  local: { context: { stage: "local", name: "cdk" } },

  /** Production away from us-east-1, under a name of its own, for pages of two origins. */
  named: {
    context: {
      stage: "prod",
      region: "eu-central-1",
      domainName: "shop.example.com",
      certificateArn: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/one`,
      hostedZoneId: "Z0123456789",
      hostedZoneName: "example.com",
      corsAllowedOrigins: "https://shop.example.com,https://admin.example.com",
    },
  },

  /** A manifest in which rows were changed. */
  changed: {
    context: { stage: "dev", edge: "true", search: "true", architecture: "x86_64", budgetUsd: "20" },
    change: (manifest) => {
      row(manifest, "products-list").timeoutSeconds = 7;
      row(manifest, "products-list").memoryMb = 384;
      row(manifest, "products-get").env.MFA_KEY_SECRET_ARN = { secret: "mfa-key" };
      row(manifest, "products-get").statements.push({
        sid: "RevealMfaKey",
        actions: ["secretsmanager:GetSecretValue"],
        resources: [{ secret: "mfa-key" }],
        leadingKeys: [],
        asSender: false,
      });
      manifest.buckets.push({ name: "files", env: "FILES_BUCKET", expireDays: null, servedUnder: "/files/" });
    },
  },

  /** A manifest with a grant that nothing excuses. */
  careless: {
    context: { stage: "dev" },
    change: (manifest) => {
      row(manifest, "products-list").statements.push({
        sid: "Everything",
        actions: ["dynamodb:GetItem"],
        resources: ["*"],
        leadingKeys: [],
        asSender: false,
      });
    },
  },
};

/** Synthesises a shop into a folder. Nothing is built, so that no test depends on what was. */
export function synthesise({ context, change }: Variant, outdir: string): void {
  const { context: flags } = JSON.parse(readFileSync(join(__dirname, "../cdk.json"), "utf8")) as {
    context: Record<string, unknown>;
  };
  const app = new App({ outdir, context: { ...flags, account: ACCOUNT, ...context }, analyticsReporting: false });
  const manifest = readManifest();
  change?.(manifest);
  new Shop(app, { manifest, stage: settingsOf(app.node, {}, manifest), workspace: join(__dirname, "nothing-built") });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  try {
    app.synth();
  } catch (error) {
    // Findings stop a synthesis. They are in the report, for a test to tell.
    if (!existsSync(join(outdir, "validation-report.json"))) throw error;
  }
}

function row(manifest: Manifest, name: string): FunctionRow {
  const found = manifest.functions.find((it) => it.name === name);
  if (found === undefined) {
    throw new Error(`the manifest has no ${name}`);
  }
  return found;
}
