import "server-only";
import { notFound } from "next/navigation";
import { AppError } from "#lib/core/app-error.ts";

/** What is loaded, or Next's not-found page when it does not exist. */
export async function orNotFound<T>(loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (error) {
    if (error instanceof AppError && error.code === "not-found") notFound();
    throw error;
  }
}
