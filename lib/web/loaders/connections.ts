import "server-only";
import { connection } from "next/server";
import { listConnections } from "#lib/connections/read.ts";
import type { ConnectionView } from "#lib/core/connection-view.ts";

/** Every place where tasks can run, with what its last check found. */
export async function loadConnections(): Promise<ConnectionView[]> {
  await connection();
  return listConnections();
}
