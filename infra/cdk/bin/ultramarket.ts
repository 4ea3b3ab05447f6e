import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { join } from "node:path";
import { readManifest } from "../lib/manifest";
import { Shop } from "../lib/shop";
import { settingsOf } from "../lib/stage";

const app = new App();
new Shop(app, {
  manifest: readManifest(),
  stage: settingsOf(app.node, process.env),
  workspace: join(__dirname, "../../.."),
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
