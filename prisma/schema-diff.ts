import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";

const require = createRequire(import.meta.url);
const FILE = "schema.prisma";

/** What of the engine's interface is used here. */
interface SchemaEngine {
  diff(parameters: object): Promise<{ stdout: string | null; exitCode: number }>;
}
type EngineClass = {
  new: (options: object, log: () => void, adapter: object) => Promise<SchemaEngine>;
};

/**
 * The SQL that turns the old schema (null: an empty database) into the new one; empty when they are
 * the same. Prisma's schema engine as WebAssembly, which needs no database and no native program.
 */
export async function schemaDiff(before: string | null, after: string): Promise<string> {
  const engine = await openEngine(after);
  const schema = (content: string) => ({
    tag: "schemaDatamodel",
    files: [{ path: FILE, content }],
  });
  const result = await engine.diff({
    from: before === null ? { tag: "empty" } : schema(before),
    to: schema(after),
    script: true,
    exitCode: true,
    shadowDatabaseUrl: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return result.exitCode === 0 ? "" : (result.stdout ?? "");
}

async function openEngine(schema: string): Promise<SchemaEngine> {
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message: (message: string) => {
        throw new Error(`Prisma's schema engine failed: ${message}`);
      },
    },
  });
  const path = require.resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const glue: Record<string, unknown> = await import(path);
  const bytes = readFileSync(join(dirname(path), "schema_engine_bg.wasm"));
  // The glue's own functions are what the module imports.
  const imports = { "./schema_engine_bg.js": glue } as WebAssembly.Imports;
  const { instance } = await WebAssembly.instantiate(bytes, imports);
  // Both are exports of the generated glue and module of this pinned version.
  (glue["__wbg_set_wasm"] as (exports: WebAssembly.Exports) => void)(instance.exports);
  (instance.exports["__wbindgen_start"] as (() => void) | undefined)?.();
  const engine = glue["SchemaEngine"] as EngineClass;
  return engine.new(
    { datamodels: [[FILE, schema]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(unconnected),
  );
}

const notHere = (): Promise<never> => Promise.reject(new Error("A diff needs no database."));

/** Stands for a database where the engine wants one and uses none. */
const unconnected: Parameters<typeof bindMigrationAwareSqlAdapterFactory>[0] = {
  provider: "postgres",
  adapterName: "unconnected",
  connect: async () => ({
    provider: "postgres",
    adapterName: "unconnected",
    queryRaw: async () => ({ columnNames: [], columnTypes: [], rows: [] }),
    executeRaw: async () => 0,
    executeScript: async () => undefined,
    getConnectionInfo: () => ({ schemaName: "public", supportsRelationJoins: true }),
    startTransaction: notHere,
    dispose: async () => undefined,
  }),
  connectToShadowDb: notHere,
};
