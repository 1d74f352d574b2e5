import { describe, expect, it } from "vitest";
import { readFlowEnvs, readSecret } from "./flow-environment.ts";

describe("what the operator gives to flows", () => {
  it("is a secret in base64, by its key in either case", () => {
    const source = { SECRET_TOKEN: Buffer.from("häßlich").toString("base64") };
    expect(readSecret("TOKEN", source)).toBe("häßlich");
    expect(readSecret("token", source)).toBe("häßlich");
    expect(readSecret("OTHER", source)).toBeNull();
  });

  it("is every variable that begins with ENV_, and no other", () => {
    expect(readFlowEnvs({ ENV_Stage: "prod", HOME: "/root" })).toEqual({ stage: "prod" });
  });
});
