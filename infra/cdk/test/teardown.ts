/** After all tests: what was synthesised goes. */

import { rmSync } from "node:fs";

export default function teardown(): void {
  rmSync(process.env.CDK_ASSEMBLIES ?? "", { recursive: true, force: true });
}
