import { CfnOutput, RemovalPolicy, Stack, type App, type StackProps } from "aws-cdk-lib";
import * as apigateway from "aws-cdk-lib/aws-apigatewayv2";
import * as logs from "aws-cdk-lib/aws-logs";
import type { HttpTrigger, Manifest } from "../manifest";
import { ShopMonitoring } from "../monitoring/shop-monitoring";
import { Names } from "../names";
import type { SharedStack } from "../foundation/stack";
import type { Settings } from "../stage";

export interface GatewayProps extends StackProps {
  readonly manifest: Manifest;
  readonly stage: Settings;
  readonly shared: SharedStack;
  readonly publicUrl: string;
}

/** One line a request, without the caller's address. */
const ACCESS_LOG = {
  requestId: "$context.requestId",
  routeKey: "$context.routeKey",
  status: "$context.status",
  protocol: "$context.protocol",
  responseLength: "$context.responseLength",
  responseLatency: "$context.responseLatency",
  integrationLatency: "$context.integrationLatency",
  integrationError: "$context.integrationErrorMessage",
};

/**
 * The API's stage, and the watch over the whole. Throttles name routes, which the services make, and
 * API Gateway refuses one that names a route which is not there: so this stack comes last, though the
 * API itself comes first.
 */
export class GatewayStack extends Stack {
  constructor(app: App, id: string, { manifest, stage, shared, publicUrl, ...props }: GatewayProps) {
    super(app, id, { ...props, description: "UltraMarket: the stage of the HTTP API, and the watch over the whole." });
    const accessLogs = new logs.LogGroup(this, "AccessLogs", {
      logGroupName: `/aws/vendedlogs/${new Names(stage).shop}-api`,
      retention: stage.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const routes = manifest.functions.flatMap((row) => (row.trigger.type === "http" ? [row.trigger] : []));
    new apigateway.CfnStage(this, "Stage", {
      apiId: shared.apiId,
      stageName: "$default",
      autoDeploy: true,
      accessLogSettings: { destinationArn: accessLogs.logGroupArn, format: JSON.stringify(ACCESS_LOG) },
      ...throttles(routes),
    });
    if (shared.alarmTopic !== undefined) {
      new ShopMonitoring(this, "Monitoring", { manifest, stage, alarmTopic: shared.alarmTopic, apiId: shared.apiId });
    }
    new CfnOutput(this, "ApiUrl", { description: "Where the API is reached.", value: publicUrl });
  }
}

/** The throttle of what no route takes holds for every route that has no other. */
function throttles(
  routes: readonly HttpTrigger[],
): Pick<apigateway.CfnStageProps, "defaultRouteSettings" | "routeSettings"> {
  const fallback = routes.find(({ routeKey }) => routeKey === "$default");
  if (fallback === undefined) {
    throw new Error("the manifest has no route $default, whose throttle is that of routes without one of their own");
  }
  const settings = ({ throttle }: HttpTrigger) => ({
    throttlingRateLimit: throttle.perSecond,
    throttlingBurstLimit: throttle.burst,
  });
  const others = routes.filter(
    ({ throttle }) => throttle.perSecond !== fallback.throttle.perSecond || throttle.burst !== fallback.throttle.burst,
  );
  return {
    defaultRouteSettings: settings(fallback),
    // CloudFormation takes this map as it is, so the names are its own.
    routeSettings: Object.fromEntries(
      others.map(({ routeKey, throttle }) => [
        routeKey,
        { ThrottlingRateLimit: throttle.perSecond, ThrottlingBurstLimit: throttle.burst },
      ]),
    ),
  };
}
