import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PARAGRAPHS } from "../lib/monitoring/alarms";
import { FUNCTIONS, RUNBOOK, alarmsOf, watched } from "./monitoring-fixture";

const PAGE = readFileSync(join(__dirname, "../../../docs/OPERATIONS.md"), "utf8");

/** The headings of a level between two others of the page, as the anchors that GitHub gives them. */
function anchors(level: "##" | "###", text: string): string[] {
  return [...text.matchAll(new RegExp(`^${level} (.+)$`, "gm"))].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, "")
      .replace(/\s/g, "-"),
  );
}

/** What stands below a heading, up to the next of its kind. */
function below(heading: string, text: string): string {
  const [, section = ""] = text.split(`\n${heading}\n`);
  return section.split(new RegExp(`^${heading.split(" ")[0] ?? ""} `, "m"))[0] ?? "";
}

const ALARMS = below("## Alarms", PAGE);

describe("docs/OPERATIONS.md", () => {
  test("has a paragraph for each kind of alarm, and none for what is no alarm", () => {
    expect(anchors("###", ALARMS).sort()).toEqual(Object.keys(PARAGRAPHS).sort());
  });

  test("is where every alarm of production links to", () => {
    // The last of the functions are one of each kind.
    const { service, shop } = watched("prod", FUNCTIONS.slice(-7));
    const linked = [...alarmsOf(service), ...alarmsOf(shop)].map((alarm) => {
      const [, anchor] = new RegExp(`What to do: ${RUNBOOK}#([a-z-]+)$`).exec(alarm.AlarmDescription) ?? [];
      return anchor ?? `no link: ${alarm.AlarmDescription}`;
    });
    expect([...new Set(linked)].sort()).toEqual(anchors("###", ALARMS).sort());
  });

  test.each(Object.keys(PARAGRAPHS))(
    "says of %s what it means, how to look, what to do and when it is over",
    (anchor) => {
      const heading =
        ALARMS.split("\n").find((line) => line.startsWith("### ") && anchors("###", line)[0] === anchor) ?? "";
      const parts = [...below(heading, ALARMS).matchAll(/^\*\*(Means|Look|Do|Over)\b/gm)].map(([, part]) => part);
      expect(parts).toEqual(["Means", "Look", "Do", "Over"]);
    },
  );

  test("links only to its own headings that are there", () => {
    const known = new Set([...anchors("##", PAGE), ...anchors("###", PAGE)]);
    const links = [...PAGE.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = ""]) => anchor);
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((anchor) => !known.has(anchor))).toEqual([]);
  });
});
