/** The synthesised templates, as the tests read them. */

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** An account of nobody. */
export const ACCOUNT = "123456789012";

export const STAGES = ["dev", "staging", "prod", "local"] as const;

/** Everything that is synthesised for the tests; `synthesis.ts` says what is special about each. */
export type ShopName = (typeof STAGES)[number] | "named" | "changed" | "careless";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Properties = Readonly<Record<string, Json>>;

export interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly UpdatePolicy?: Properties;
  readonly DependsOn?: string | readonly string[];
}

export interface Template {
  readonly Parameters?: Readonly<Record<string, Properties>>;
  readonly Conditions?: Properties;
  readonly Globals?: { readonly Function: Properties };
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: Json }>>;
}

/** A resource and where it stands. */
export interface Found extends Resource {
  readonly id: string;
  readonly stack: string;
  readonly properties: Properties;
}

/** A file of a shop's cloud assembly. */
export function assembly(shop: ShopName, file: string): unknown {
  return JSON.parse(readFileSync(join(folder(shop), file), "utf8"));
}

/** A shop's templates by their stacks' names. */
export function templates(shop: ShopName): ReadonlyMap<string, Template> {
  const known = read.get(shop) ?? readTemplates(shop);
  read.set(shop, known);
  return known;
}

const read = new Map<ShopName, ReadonlyMap<string, Template>>();

function readTemplates(shop: ShopName): ReadonlyMap<string, Template> {
  const ending = ".template.json";
  const files = readdirSync(folder(shop)).filter((file) => file.endsWith(ending));
  return new Map(files.map((file) => [file.slice(0, -ending.length), assembly(shop, file) as Template]));
}

/** A shop's resources of a type, or all of them. */
export function resources(shop: ShopName, type?: string): readonly Found[] {
  return [...templates(shop)].flatMap(([stack, template]) =>
    Object.entries(template.Resources)
      .filter(([, resource]) => type === undefined || resource.Type === type)
      .map(([id, resource]) => ({ ...resource, id, stack, properties: resource.Properties ?? {} })),
  );
}

/** Every value in a value, itself first. */
export function* within(value: Json | undefined): Generator<Json> {
  if (value === undefined) return;
  yield value;
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) yield* within(part);
  }
}

/** The logical ids of the resources of its own stack that a value refers to. */
export function referred(value: Json | undefined): string[] {
  return [...within(value)].flatMap((part) => {
    const { Ref: ref, "Fn::GetAtt": attribute } = (part ?? {}) as {
      readonly Ref?: string;
      readonly "Fn::GetAtt"?: readonly [string, string];
    };
    return ref ?? attribute?.[0] ?? [];
  });
}

/** A value that is to be a text. */
export function text(value: Json | undefined): string {
  if (typeof value !== "string") {
    throw new Error(`${JSON.stringify(value)} is no text`);
  }
  return value;
}

/** An object with some entries left out. */
export function without(properties: Properties, ...names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

function folder(shop: ShopName): string {
  return join(process.env.CDK_ASSEMBLIES ?? "", shop);
}
