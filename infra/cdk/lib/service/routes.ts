import { Stack } from "aws-cdk-lib";
import * as apigateway from "aws-cdk-lib/aws-apigatewayv2";
import * as lambda from "aws-cdk-lib/aws-lambda";
import type { HttpTrigger } from "../manifest";
import type { ServiceFunction } from "./function";

/**
 * The API's way to a function. The routes stand here and not with the API, so that a service brings
 * and takes its own.
 */
export function routes(made: ServiceFunction, trigger: HttpTrigger, apiId: string): void {
  const { partition, region, account } = Stack.of(made);
  const integration = new apigateway.CfnIntegration(made, "Integration", {
    apiId,
    integrationType: "AWS_PROXY",
    integrationUri: `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${made.alias.functionArn}/invocations`,
    payloadFormatVersion: "2.0",
    // A second more than the function has, so that the function's answer wins.
    timeoutInMillis: (made.row.timeoutSeconds + 1) * 1000,
  });
  for (const routeKey of [trigger.routeKey, ...trigger.alsoRouteKeys]) {
    new apigateway.CfnRoute(made, `Route ${routeKey}`, {
      apiId,
      routeKey,
      // Tokens are checked by the function itself.
      authorizationType: "NONE",
      target: `integrations/${integration.ref}`,
    });
  }
  new lambda.CfnPermission(made, "Permission", {
    action: "lambda:InvokeFunction",
    functionName: made.alias.functionArn,
    principal: "apigateway.amazonaws.com",
    sourceArn: `arn:${partition}:execute-api:${region}:${account}:${apiId}/*/${permitted(trigger)}`,
  });
}

/** The route's part of the calling ARN; parameters stand for anything, and so does the fallback. */
function permitted({ method, path }: HttpTrigger): string {
  return method === "ANY" ? "*" : method + path.replace(/\{[^}]*\}/g, "*");
}
