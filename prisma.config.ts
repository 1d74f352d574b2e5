import { join } from "node:path";
import { defineConfig } from "prisma/config";

// `prisma generate` insists on a schema engine that it never runs. This file exists and cannot be
// executed: a command that does need the engine fails instead of silently doing nothing.
process.env["PRISMA_SCHEMA_ENGINE_BINARY"] ??= join(
  import.meta.dirname,
  "prisma",
  "no-schema-engine.txt",
);

export default defineConfig({ schema: "prisma/schema.prisma" });
