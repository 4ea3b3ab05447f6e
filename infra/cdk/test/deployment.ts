/** What templates deploy, in words that SAM's and CDK's share. */

import { Resolver } from "./resolve";
import type { Resolved } from "./sam";
import { templates, text, without, type Json, type Properties, type Resource, type ShopName } from "./templates";

/** A shop's templates as CDK writes them, each with what works its values out. */
export function cdkTemplates(shop: ShopName, region: string): readonly Resolved[] {
  const all = templates(shop);
  const resolved = new Map<string, Resolved>();
  const output = (stack: string, name: string): Json => {
    const from = resolved.get(stack);
    const value = from?.template.Outputs?.[name]?.Value;
    if (from === undefined || value === undefined) throw new Error(`${stack} has no output ${name}`);
    return from.resolver.value(value);
  };
  for (const [stack, template] of all) {
    const parameters = Object.fromEntries(
      Object.entries(template.Parameters ?? {}).map(([name, { Default: value }]) => [name, value ?? ""]),
    );
    resolved.set(stack, { template, resolver: new Resolver(template, { region, parameters, output }) });
  }
  return [...resolved.values()];
}

/** The resources of a type whose condition holds, worked out, with their logical ids. */
export function ofType(
  all: readonly Resolved[],
  type: string,
): { id: string; properties: Properties; resource: Resource; from: Resolved }[] {
  return all.flatMap((from) =>
    Object.entries(from.template.Resources)
      .filter(
        ([, resource]) => resource.Type === type && from.resolver.holds((resource as { Condition?: string }).Condition),
      )
      .map(([id, resource]) => ({ id, resource, from, properties: from.resolver.properties(resource) })),
  );
}

/** Everything that there is of each function, by its name. */
export function functions(all: readonly Resolved[]): Record<string, Properties> {
  const found = [...ofType(all, "AWS::Lambda::Function"), ...ofType(all, "AWS::Serverless::Function")];
  const routes = ofType(all, "AWS::ApiGatewayV2::Route");
  const integrations = ofType(all, "AWS::ApiGatewayV2::Integration");
  return byName(
    found.map(({ properties: it, from }) => {
      const name = text(it.FunctionName);
      const calls = (properties: Properties): boolean => functionOf(properties.FunctionName) === name;
      const own = integrations.filter(({ properties }) => functionOf(properties.IntegrationUri) === name);
      const role = ofType([from], "AWS::IAM::Role").find(({ id }) => it.Role === `<ARN of ${id}>`);
      const { LogGroup: logGroup } = it.LoggingConfig as Properties;
      return [
        name,
        {
          memory: it.MemorySize ?? null,
          timeout: it.Timeout ?? null,
          runtime: it.Runtime ?? null,
          handler: it.Handler ?? null,
          architectures: it.Architectures ?? null,
          tracing: it.Tracing ?? (it.TracingConfig as Properties).Mode ?? null,
          environment: (it.Environment as Properties).Variables ?? null,
          logGroup: logGroup ?? null,
          grants: statements(role?.properties.Policies),
          trust: document(role?.properties.AssumeRolePolicyDocument),
          integrations: own.map(({ properties }) => without(properties, "IntegrationUri")),
          routes: byName(
            routes
              .filter(({ properties }) =>
                own.some(({ id }) => properties.Target === `integrations/<AWS::ApiGatewayV2::Integration ${id}>`),
              )
              .map(({ properties }) => [text(properties.RouteKey), without(properties, "Target")]),
          ),
          permissions: ofType(all, "AWS::Lambda::Permission")
            .filter(({ properties }) => calls(properties))
            .map(({ properties }) => without(properties, "FunctionName")),
          sources: ofType(all, "AWS::Lambda::EventSourceMapping")
            .filter(({ properties }) => calls(properties))
            .map(({ properties }) => ({
              ...without(properties, "FunctionName", "FilterCriteria", "Tags"),
              filters: patterns(properties.FilterCriteria),
            })),
          failures: ofType(all, "AWS::Lambda::EventInvokeConfig")
            .filter(({ properties }) => calls(properties))
            .map(({ properties }) => without(properties, "FunctionName", "Qualifier")),
          schedules: schedules(all, name),
        },
      ];
    }),
  );
}

function schedules(all: readonly Resolved[], name: string): Json {
  return ofType(all, "AWS::Scheduler::Schedule").flatMap(({ properties: { Target: target, ...rest }, from }) => {
    const { Arn: arn, RoleArn: roleArn, Input: input, ...settings } = target as Properties;
    if (functionOf(arn) !== name) return [];
    const role = ofType([from], "AWS::IAM::Role").find(({ id }) => roleArn === `<ARN of ${id}>`);
    return [
      { ...rest, ...settings, input: JSON.parse(text(input)) as Json, grants: statements(role?.properties.Policies) },
    ];
  });
}

/** The statements of a role's policies by their names, actions and resources as sorted lists, aliases as their functions. */
export function statements(policies: Json | undefined): Json {
  const documents = ((policies ?? []) as readonly Properties[]).map(
    ({ PolicyDocument: it }) => document(it) as Properties,
  );
  const all = documents.flatMap(({ Statement: it }) => it as readonly Properties[]);
  return byName(all.map((it) => [text(it.Sid), it]));
}

/** A policy document with its lists as lists, in one order. */
export function document(value: Json | undefined): Json {
  const { Statement: list = [], ...rest } = value as Properties;
  const sorted = (it: Json | undefined): Json =>
    [it ?? []]
      .flat()
      .map((resource) => text(resource).replace(/:live$/, ""))
      .sort();
  return {
    ...rest,
    Statement: (list as readonly Properties[]).map((it) => ({
      ...it,
      Action: sorted(it.Action),
      ...("Resource" in it ? { Resource: sorted(it.Resource) } : {}),
    })),
  };
}

/** The patterns of an event source's filter, which are JSON in JSON. */
function patterns(filters: Json | undefined): Json {
  const list = ((filters as Properties | undefined)?.Filters ?? []) as readonly Properties[];
  return list.map(({ Pattern: pattern }) => JSON.parse(text(pattern)) as Json);
}

/** The function that a name, an ARN or an integration's URI leads to, whatever its alias. */
function functionOf(value: Json | undefined): string {
  return /:function:([^:/]+)/.exec(text(value))?.[1] ?? text(value).replace(/:live$/, "");
}

export function byName<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries([...entries].sort(([one], [other]) => one.localeCompare(other)));
}
