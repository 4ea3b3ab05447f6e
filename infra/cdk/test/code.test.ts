/** What is not built is synthesised all the same, and not deployed. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readManifest } from "../lib/manifest";
import { Build } from "../lib/service/code";
import { assembly } from "./templates";

interface Assets {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly displayName: string;
        readonly source: { readonly executable?: readonly string[]; readonly path?: string };
      }
    >
  >;
}

const manifest = readManifest();

describe("a stage of which nothing is built", () => {
  const refused = (stack: string): readonly string[] =>
    Object.values((assembly("dev", `${stack}.assets.json`) as Assets).files)
      .filter(({ source }) => source.executable !== undefined)
      .map(({ displayName }) => displayName);

  test("is refused with its first stack, before anything is made", () => {
    const count = manifest.functions.length;
    expect(refused("dev-ultramarket-shared")).toEqual([
      `${count} of ${count} functions cannot be deployed, such as target/lambda/platform-health/bootstrap is not built; infra/cdk/README.md says how to build them`,
    ]);
  });

  test.each(manifest.services.map(({ name }) => name))(
    "is refused with the stack of %s, each function by name",
    (service) => {
      const rows = manifest.functions.filter((row) => row.service === service);
      expect(refused(`dev-ultramarket-${service}`).toSorted()).toEqual(
        rows.map(({ code }) => `${code}/bootstrap is not built`).toSorted(),
      );
    },
  );
});

describe("a function's file", () => {
  const folder = mkdtempSync(join(tmpdir(), "ultramarket-code-"));
  const row = { ...manifest.functions[0], code: "target/lambda/one" } as (typeof manifest.functions)[number];
  const bootstrap = join(folder, row.code, "bootstrap");

  beforeAll(() => mkdirSync(join(folder, row.code), { recursive: true }));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test.each([
    ["for arm64", elf(0xb7), "arm64", undefined],
    ["for x86_64", elf(0x3e), "x86_64", undefined],
    ["for the wrong processors", elf(0x3e), "arm64", "target/lambda/one/bootstrap is not built for arm64"],
    [
      "that is a script",
      Buffer.from("#!/bin/sh\nexec node index.js\n"),
      "arm64",
      "target/lambda/one/bootstrap is not built for arm64",
    ],
    ["that is empty", Buffer.alloc(0), "x86_64", "target/lambda/one/bootstrap is not built for x86_64"],
  ] as const)("%s is told by its header", (_, content, architecture, fault) => {
    writeFileSync(bootstrap, content);
    expect(new Build(folder, architecture).faultOf(row)).toBe(fault);
  });

  test("that is not there is told", () => {
    rmSync(bootstrap, { force: true });
    expect(new Build(folder, "arm64").faultOf(row)).toBe("target/lambda/one/bootstrap is not built");
  });
});

/** The header of an ELF file for a machine. */
function elf(machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.write("\x7fELF", "latin1");
  header.writeUInt16LE(machine, 18);
  return header;
}
