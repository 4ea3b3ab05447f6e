/** `template.yaml` and the nested templates of its services, with what they are told. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { Resolver, type Surroundings } from "./resolve";
import { text, type Json, type Properties, type Template } from "./templates";

const WORKSPACE = join(__dirname, "../../..");

/** A template and what works its values out. */
export interface Resolved {
  readonly template: Template;
  readonly resolver: Resolver;
}

/** The root and its services, for a root that is told these parameters beside its defaults. */
export function samTemplates(told: Properties, region: string): { root: Resolved; services: readonly Resolved[] } {
  const root = read("template.yaml");
  const defaults = Object.fromEntries(
    Object.entries(root.Parameters ?? {}).map(([name, { Default: value }]) => [name, value ?? ""]),
  );
  const around = (parameters: Properties): Surroundings => ({ region, parameters, output: noOutputs });
  const resolver = new Resolver(root, around({ ...defaults, ...told }));
  const services = Object.values(root.Resources)
    .filter(({ Type: type }) => type === "AWS::Serverless::Application")
    .map((application) => {
      const { Location: location, Parameters: parameters } = resolver.properties(application);
      const template = withGlobals(read(text(location)));
      return { template, resolver: new Resolver(template, around(parameters as Properties)) };
    });
  return { root: { template: root, resolver }, services };
}

function read(path: string): Template {
  return parse(readFileSync(join(WORKSPACE, path), "utf8")) as Template;
}

/** What SAM does with `Globals`: a function's own settings stand before the global ones, variables side by side. */
function withGlobals(template: Template): Template {
  const globals = template.Globals?.Function ?? {};
  const variables = (properties: Properties): Properties =>
    ((properties.Environment as Properties | undefined)?.Variables as Properties | undefined) ?? {};
  const resources = Object.entries(template.Resources).map(([id, resource]) => {
    if (resource.Type !== "AWS::Serverless::Function") return [id, resource] as const;
    const own = resource.Properties ?? {};
    const merged: Properties = {
      ...globals,
      ...own,
      Environment: { Variables: { ...variables(globals), ...variables(own) } },
    };
    return [id, { ...resource, Properties: merged }] as const;
  });
  return { ...template, Resources: Object.fromEntries(resources) };
}

function noOutputs(stack: string): Json {
  throw new Error(`SAM's templates refer to no other stack, and not to ${stack}`);
}
