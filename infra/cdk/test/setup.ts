/** Before any test: every shop is synthesised once, for all test files to read. */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SHOPS, synthesise } from "./synthesis";

export default function setup(): void {
  const folder = mkdtempSync(join(tmpdir(), "ultramarket-cdk-"));
  process.env.CDK_ASSEMBLIES = folder;
  const { exitCode } = process;
  for (const [name, shop] of Object.entries(SHOPS)) {
    synthesise(shop, join(folder, name));
  }
  // Findings fail the process, as they should for `cdk synth`. Here a test says which there are, and
  // one shop is made to have some.
  process.exitCode = exitCode;
}
