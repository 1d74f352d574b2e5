import { afterAll, beforeAll, describe, test as base } from "vitest";
import { adoptionCases } from "./contract-suite/adoption-cases.ts";
import { destroyCases } from "./contract-suite/destroy-cases.ts";
import { endingCases } from "./contract-suite/ending-cases.ts";
import { inputFileCases } from "./contract-suite/input-file-cases.ts";
import { logCases } from "./contract-suite/log-cases.ts";
import { outputFileCases } from "./contract-suite/output-file-cases.ts";
import { previewCases } from "./contract-suite/preview-cases.ts";
import { Stage, type Place } from "./contract-suite/stage.ts";

export type { Place } from "./contract-suite/stage.ts";

const PARTS = {
  endings: endingCases,
  logs: logCases,
  inputFiles: inputFileCases,
  outputFiles: outputFileCases,
  destroying: destroyCases,
  adoption: adoptionCases,
  previews: previewCases,
};

/**
 * What every runner must do: one suite that drives the real thing through its contract alone. All
 * commands are `/bin/sh -c`. The cases are independent and run side by side.
 * @param parts for another way of the same runner, where only these can differ; all when absent
 */
export function describeRunner(
  name: string,
  make: () => Promise<Place>,
  parts?: readonly (keyof typeof PARTS)[],
): void {
  const wanted: ReadonlySet<string> = new Set(parts ?? Object.keys(PARTS));
  describe.concurrent(`the ${name} runner`, () => {
    let place: Place | null = null;
    beforeAll(async () => {
      place = await make();
    });
    afterAll(async () => {
      await place?.cleanUp();
    });
    const test = base.extend<{ actor: Stage }>({
      actor: async ({ task }, use) => {
        if (!place) throw new Error(`Nothing to try "${task.name}" on: the place was not made.`);
        const actor = new Stage(place);
        await use(actor);
        await actor.cleanUp();
      },
    });
    for (const [part, cases] of Object.entries(PARTS)) if (wanted.has(part)) cases(test);
  });
}
