import { Stack } from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { FunctionRow } from "../manifest";
import type { Settings } from "../stage";

/**
 * The functions as they were built: for each a folder below the workspace that holds its `bootstrap`.
 *
 * A clean checkout has none, and can be synthesised all the same. What is not built, or built for
 * other processors, becomes an asset that cannot be published, so that a deployment ends with a
 * message before its stack is touched.
 */
export class Build {
  constructor(
    private readonly workspace: string,
    private readonly architecture: Settings["architecture"],
  ) {}

  /** A function's code. */
  code(row: FunctionRow): lambda.Code {
    const fault = this.faultOf(row);
    return fault === undefined ? lambda.Code.fromAsset(join(this.workspace, row.code)) : new Unbuilt(fault);
  }

  /**
   * Lets the deployment of a stack fail if any of the functions is not built. Of the first stack, so
   * that nothing at all is made.
   */
  refuseUnbuilt(first: Stack, rows: readonly FunctionRow[]): void {
    const faults = rows.flatMap((row) => this.faultOf(row) ?? []);
    if (faults.length > 0) {
      refuse(
        first,
        `${faults.length} of ${rows.length} functions cannot be deployed, such as ${faults[0] ?? ""}; infra/cdk/README.md says how to build them`,
      );
    }
  }

  /** Why a function cannot run on the stage's processors, if it cannot. */
  faultOf({ code }: FunctionRow): string | undefined {
    const bootstrap = join(this.workspace, code, "bootstrap");
    if (!existsSync(bootstrap)) {
      return `${code}/bootstrap is not built`;
    }
    return machineOf(bootstrap) === MACHINES[this.architecture]
      ? undefined
      : `${code}/bootstrap is not built for ${this.architecture}`;
  }
}

/** What the header of an ELF file calls the processors of Lambda. */
const MACHINES: Record<Settings["architecture"], number> = { arm64: 0xb7, x86_64: 0x3e };

/** The processors that an ELF file is for, as its header spells them. */
function machineOf(path: string): number | undefined {
  const header = Buffer.alloc(20);
  const file = openSync(path, "r");
  try {
    readSync(file, header);
  } finally {
    closeSync(file);
  }
  return header.toString("latin1", 0, 4) === "\x7fELF" ? header.readUInt16LE(18) : undefined;
}

/** Code that is not there: publishing it fails, and nothing else does. */
class Unbuilt extends lambda.Code {
  constructor(private readonly fault: string) {
    super();
  }

  override bind(scope: Construct): lambda.CodeConfig {
    const { bucketName, objectKey } = refuse(scope, this.fault);
    return { s3Location: { bucketName, objectKey } };
  }
}

/** Adds an asset to a stack that fails to be published; its name, which the CDK prints then, says why. */
function refuse(scope: Construct, why: string): { bucketName: string; objectKey: string } {
  return Stack.of(scope).synthesizer.addFileAsset({
    executable: ["node", "--eval", "process.exit(1)"],
    sourceHash: createHash("sha256").update(why).digest("hex"),
    displayName: why,
  });
}
