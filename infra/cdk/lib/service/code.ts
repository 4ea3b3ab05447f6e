import { Stack } from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../manifest";
import type { Settings } from "../stage";

/** What the header of an ELF file calls the processors of Lambda. */
const MACHINES: Record<Settings["architecture"], number> = { arm64: 0xb7, x86_64: 0x3e };

/**
 * The code in a folder that holds a function's `bootstrap`.
 *
 * A clean checkout has none, and can be synthesised all the same: what is not built, or built for
 * other processors, becomes an asset that cannot be published, so that a deployment ends with a
 * message before its stack is touched.
 */
export function code(folder: string, architecture: Settings["architecture"]): lambda.Code {
  const fault = faultOf(join(folder, "bootstrap"), architecture);
  return fault === undefined ? lambda.Code.fromAsset(folder) : new Unbuilt(fault);
}

/** Why a file is not a function for these processors, if it is not. */
export function faultOf(bootstrap: string, architecture: Settings["architecture"]): string | undefined {
  if (!existsSync(bootstrap)) {
    return `${bootstrap} is not built`;
  }
  const header = Buffer.alloc(20);
  const file = openSync(bootstrap, "r");
  try {
    readSync(file, header);
  } finally {
    closeSync(file);
  }
  const isElf = header.subarray(0, 4).equals(Buffer.from("\x7fELF", "latin1"));
  return isElf && header.readUInt16LE(18) === MACHINES[architecture] ? undefined : `${bootstrap} is not built for ${architecture}`;
}

/**
 * Lets the deployment of a stack fail at once if any function is not built: it is the first of the
 * shop's, so that nothing at all is made.
 */
export function refuseUnbuilt(first: Stack, manifest: Manifest, workspace: string, { architecture }: Settings): void {
  const faults = manifest.functions.flatMap((row) => faultOf(join(workspace, row.code, "bootstrap"), architecture) ?? []);
  if (faults.length > 0) {
    refuse(first, `${faults.length} of ${manifest.functions.length} functions cannot be deployed, such as ${faults[0] ?? ""}`);
  }
}

/** Code that is not there: publishing it fails with a message, and nothing else does. */
class Unbuilt extends lambda.Code {
  constructor(private readonly fault: string) {
    super();
  }

  override bind(scope: Construct): lambda.CodeConfig {
    const location = refuse(scope, this.fault);
    return { s3Location: { bucketName: location.bucketName, objectKey: location.objectKey } };
  }
}

/** Adds an asset to a stack that fails to be published. */
function refuse(scope: Construct, fault: string): { bucketName: string; objectKey: string } {
  const message = `${fault}: nothing is deployed. Build the functions first, see infra/cdk/README.md`;
  return Stack.of(scope).synthesizer.addFileAsset({
    executable: ["node", "-e", `console.error(${JSON.stringify(message)}); process.exit(1)`],
    sourceHash: createHash("sha256").update(message).digest("hex"),
    displayName: fault,
  });
}
