import "server-only";
import { connection } from "next/server";
import { countLive } from "#lib/executions/read.ts";

/** What every page shows: how many executions are live. */
export async function loadShell(): Promise<{ running: number }> {
  await connection();
  return { running: await countLive() };
}
