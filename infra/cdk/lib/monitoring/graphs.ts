/** The two kinds of widget that dashboards are made of. */

import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { groupsOf } from "./alarms";

/** Rows of a dashboard are 24 columns wide. */
const WIDTH = 24;
const HEIGHT = 6;

/** Log groups that one query may read. */
const MOST_LOG_GROUPS = 50;

/** A graph of metrics. */
export function graph(
  title: string,
  width: number,
  left: cloudwatch.IMetric[],
  more: Pick<cloudwatch.GraphWidgetProps, "stacked" | "leftAnnotations"> = {},
): cloudwatch.IWidget {
  return new cloudwatch.GraphWidget({
    title,
    width,
    height: HEIGHT,
    left,
    leftYAxis: { min: 0, showUnits: false },
    ...more,
  });
}

/** The percentiles that a graph of times shows. */
export function times(metric: (percentile: number) => cloudwatch.IMetric): cloudwatch.IMetric[] {
  return [50, 90, 99].map(metric);
}

/** A question to the logs, and how the answer is shown. */
export interface LogQuestion {
  readonly title: string;
  readonly view: cloudwatch.LogQueryVisualizationType;
  readonly query: string[];
}

/** The questions side by side, in as many rows as the log groups take. */
export function logTables(groups: readonly string[], questions: readonly LogQuestion[]): cloudwatch.IWidget[][] {
  return groupsOf(MOST_LOG_GROUPS, groups).map((logGroupNames) =>
    questions.map(
      ({ title, view, query }) =>
        new cloudwatch.LogQueryWidget({
          title,
          view,
          logGroupNames,
          queryLines: query,
          width: WIDTH / questions.length,
          height: HEIGHT,
        }),
    ),
  );
}
