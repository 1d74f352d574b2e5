import { describeRunner } from "../contract-suite.ts";
import { createFakeRunner, FakePlace } from "./fake-runner.ts";

describeRunner("fake", async () => {
  const place = new FakePlace();
  return {
    runner: createFakeRunner(place),
    another: () => Promise.resolve(createFakeRunner(place)),
    image: null,
    cleanUp: () => Promise.resolve(),
  };
});
