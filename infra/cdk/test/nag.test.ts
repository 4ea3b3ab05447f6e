import { assembly, type ShopName } from "./templates";

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

/** What cdk-nag and CloudFormation's own rules find in a shop, a line for each resource. */
function findings(shop: ShopName): readonly string[] {
  return (assembly(shop, "validation-report.json") as Report).pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
    ),
  );
}

test.each(["dev", "staging", "prod", "local", "named", "changed"] as const)(
  "there is nothing to find in %s",
  (shop) => {
    expect(findings(shop)).toEqual([]);
  },
);

test("a grant on everything is found, since no suppression covers it", () => {
  expect(findings("careless")).toEqual([
    "AwsSolutions-IAM5[Resource::*] at dev-ultramarket-products/ProductsList/Role/Resource",
  ]);
});
