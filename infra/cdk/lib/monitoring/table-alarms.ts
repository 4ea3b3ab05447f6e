/** Alarms on what DynamoDB says of tables. */

import { sums, type Alarms } from "./alarms";
import { Names } from "../names";
import { FIVE_MINUTES, table } from "./metrics";
import type { ServiceMonitoringProps } from "./props";

/**
 * Watches reads and writes that DynamoDB refused, of the tables and of their indexes: an index that
 * cannot follow stops writes to its table too. The SDK tries three times, so a caller sees few of them.
 */
export function watchTables(alarms: Alarms, { stage, tables }: ServiceMonitoringProps): void {
  const names = new Names(stage);
  tables.forEach((row) => {
    const throttles = [undefined, ...row.indexes.map((index) => index.name)].flatMap((index) =>
      ["ReadThrottleEvents", "WriteThrottleEvents"].map((name) =>
        table(name, names.thing(row.name), index, FIVE_MINUTES),
      ),
    );
    sums(throttles, FIVE_MINUTES, "throttles").forEach((metric, at) => {
      alarms.add(`${row.name}-table-throttles-${at + 1}`, {
        paragraph: "a-table-throttles",
        says: `DynamoDB throttles the table ${row.name} or one of its indexes.`,
        metric,
        threshold: 10,
        datapoints: 2,
        of: 3,
      });
    });
  });
}
