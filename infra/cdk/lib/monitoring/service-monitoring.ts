import type * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { Alarms } from "./alarms";
import { watchCritical, watchFunctions } from "./function-alarms";
import type { ServiceMonitoringProps } from "./props";
import { watchQueues, watchRecords, watchStreams } from "./record-alarms";
import { watchRequests } from "./request-alarms";
import { ServiceDashboard } from "./service-dashboard";
import { watchTables } from "./table-alarms";

/** Alarms that CodeDeploy takes for a deployment group. */
const MOST_ROLLBACK_ALARMS = 10;

/** The alarms and the dashboard of a service. */
export class ServiceMonitoring extends Construct {
  /**
   * The alarms that end a canary: they look at single minutes and speak at the second bad one. They
   * watch the service as a whole, so the failure of one function sends back all that are on their way.
   */
  readonly rollbackAlarms: readonly cloudwatch.IAlarm[];

  constructor(scope: Construct, id: string, props: ServiceMonitoringProps) {
    super(scope, id);
    if (props.stage.monitoring.dashboards) {
      new ServiceDashboard(this, "Dashboard", props);
    }
    this.rollbackAlarms = props.stage.monitoring.alarms === "none" ? [] : this.watch(props);
    if (this.rollbackAlarms.length > MOST_ROLLBACK_ALARMS) {
      throw new Error(
        `${props.service.name} has ${this.rollbackAlarms.length} alarms that end a canary, and CodeDeploy takes ` +
          `${MOST_ROLLBACK_ALARMS}: mark fewer functions as critical, or divide the service`,
      );
    }
  }

  private watch(props: ServiceMonitoringProps): cloudwatch.IAlarm[] {
    const alarms = new Alarms(this, props.stage, props.alarmTopic);
    watchQueues(alarms, props);
    watchStreams(alarms, props);
    watchTables(alarms, props);
    return [
      ...watchFunctions(alarms, props),
      ...watchRequests(alarms, props),
      ...watchRecords(alarms, props),
      ...watchCritical(alarms, props),
    ];
  }
}
