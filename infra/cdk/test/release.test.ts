/** How a new version takes over. */

import { referred, resources, text, type Json, type Properties } from "./templates";

describe.each(["staging", "prod"] as const)("in %s", (shop) => {
  const groups = resources(shop, "AWS::CodeDeploy::DeploymentGroup");
  const aliases = resources(shop, "AWS::Lambda::Alias");

  test("one call in ten tries it for five minutes, function by function", () => {
    expect(groups).toHaveLength(resources(shop, "AWS::Lambda::Function").length);
    for (const { properties } of groups) {
      expect(properties.DeploymentConfigName).toBe("CodeDeployDefault.LambdaCanary10Percent5Minutes");
      expect(properties.DeploymentStyle).toEqual({
        DeploymentOption: "WITH_TRAFFIC_CONTROL",
        DeploymentType: "BLUE_GREEN",
      });
    }
  });

  test("every alias is moved by a group of its own", () => {
    const moved = aliases.map(({ UpdatePolicy: policy }) =>
      referred((policy?.CodeDeployLambdaAliasUpdate as Properties | undefined)?.DeploymentGroupName),
    );
    expect(moved.flat().sort()).toEqual(groups.map(({ id }) => id).sort());
  });

  test("an alarm of the service moves it back, and so does a failure", () => {
    const alarms = new Set(resources(shop, "AWS::CloudWatch::Alarm").map(({ stack, id }) => `${stack} ${id}`));
    for (const { stack, properties } of groups) {
      expect(properties.AutoRollbackConfiguration).toEqual({
        Enabled: true,
        Events: expect.arrayContaining([
          "DEPLOYMENT_FAILURE",
          "DEPLOYMENT_STOP_ON_ALARM",
          "DEPLOYMENT_STOP_ON_REQUEST",
        ]) as Json,
      });
      const { Alarms: named, Enabled: enabled } = properties.AlarmConfiguration as {
        Alarms: readonly Json[];
        Enabled: boolean;
      };
      expect(enabled).toBe(true);
      expect(named.length).toBeGreaterThan(0);
      expect(named.length).toBeLessThanOrEqual(10);
      for (const id of referred(named)) expect(alarms).toContain(`${stack} ${id}`);
    }
  });

  test("versions stay, so that it may be taken back later too", () => {
    for (const version of resources(shop, "AWS::Lambda::Version")) expect(version.DeletionPolicy).toBe("Retain");
  });
});

test.each(["dev", "local"] as const)("in %s a new version takes over at once, and nothing is paid for it", (shop) => {
  expect(resources(shop, "AWS::CodeDeploy::DeploymentGroup")).toEqual([]);
  expect(resources(shop, "AWS::CloudWatch::Alarm")).toEqual([]);
  expect(resources(shop, "AWS::KMS::Key")).toEqual([]);
  expect(resources(shop, "AWS::Lambda::Alias")).toHaveLength(resources(shop, "AWS::Lambda::Function").length);
});

describe.each(["staging", "prod"] as const)("the alarms of %s", (shop) => {
  test("watch every function for crashes", () => {
    const alarms = JSON.stringify(
      resources(shop, "AWS::CloudWatch::Alarm").filter(({ properties }) =>
        JSON.stringify(properties).includes('"Errors"'),
      ),
    );
    for (const { id } of resources(shop, "AWS::Lambda::Function")) expect(alarms).toContain(`{"Ref":"${id}"}`);
  });

  test("watch all dead letters", () => {
    const alarms = JSON.stringify(resources(shop, "AWS::CloudWatch::Alarm"));
    const dead = resources(shop, "AWS::SQS::Queue").filter(({ properties }) =>
      text(properties.QueueName).endsWith("-dead"),
    );
    for (const { id } of dead) expect(alarms).toContain(`"Fn::GetAtt":["${id}","QueueName"]`);
  });
});
