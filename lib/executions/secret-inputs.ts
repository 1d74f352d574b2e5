import { readSettings } from "#lib/config/env.ts";
import { loadKey, seal, unseal } from "#lib/connections/secret-box.ts";
import type { Input } from "#lib/flow/flow.ts";
import { placeOfInput } from "./input-place.ts";

/** Begins the text that stands for a SECRET input in the database. */
const SEALED = "podflow-sealed:";

/** Encrypts the values of SECRET inputs, in place: the database never has them in the clear. */
export async function sealSecretInputs(
  values: Record<string, unknown>,
  inputs: readonly Input[],
  executionId: string,
): Promise<void> {
  for (const place of secretPlaces(values, inputs)) {
    const key = await loadKey(readSettings());
    const sealed = seal(place.value, executionId, key);
    place.map[place.key] = SEALED + Buffer.from(sealed).toString("base64");
  }
}

/**
 * The values with SECRET inputs in the clear, for expressions alone, and what they are.
 * @throws SealError when the key is another one by now
 */
export async function unsealSecretInputs(
  stored: Record<string, unknown>,
  inputs: readonly Input[],
  executionId: string,
): Promise<{ values: Record<string, unknown>; secrets: string[] }> {
  const values = structuredClone(stored);
  const secrets: string[] = [];
  for (const place of secretPlaces(values, inputs)) {
    if (!place.value.startsWith(SEALED)) continue;
    const key = await loadKey(readSettings());
    const sealed = Buffer.from(place.value.slice(SEALED.length), "base64");
    const secret = unseal(sealed, executionId, key);
    place.map[place.key] = secret;
    secrets.push(secret);
  }
  return { values, secrets };
}

/** A copy of the values with the secret ones hidden. */
export function withoutSecrets(
  values: Record<string, unknown>,
  inputs: readonly Input[],
): Record<string, unknown> {
  const copy = structuredClone(values);
  for (const place of secretPlaces(copy, inputs)) place.map[place.key] = "********";
  return copy;
}

function secretPlaces(
  values: Record<string, unknown>,
  inputs: readonly Input[],
): { map: Record<string, unknown>; key: string; value: string }[] {
  return inputs.flatMap((input) => {
    const place = input.type === "SECRET" ? placeOfInput(values, input.id) : null;
    const value = place?.map[place.key];
    return place && typeof value === "string" ? [{ ...place, value }] : [];
  });
}
