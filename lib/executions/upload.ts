import { AppError } from "#lib/core/app-error.ts";
import { newId } from "#lib/core/id.ts";
import { artifacts } from "#lib/store/artifacts.ts";
import { StorageError, type StoredBytes } from "#lib/store/artifact-store.ts";
import { pool } from "#lib/store/database.ts";
import { safeName, uploadUri } from "./file-uri.ts";

export interface Upload {
  namespace: string;
  flowId: string;
  inputId: string;
  /** As the browser says it; only its last part is kept. */
  name: string;
  body: AsyncIterable<Uint8Array>;
  /** From content-length; null when unknown. A body of another length is refused. */
  expectedBytes: number | null;
  maxBytes: number;
}

/**
 * Keeps a file for an execution that is still to be made; one that no execution takes is removed
 * after a day. A body that breaks off leaves nothing.
 * @throws AppError `not-found` (flow), `malformed` (cut, name), `too-large`, `unavailable` (disk full)
 */
export async function storeUpload(
  upload: Upload,
): Promise<{ uri: string; name: string; size: number; sha256: string }> {
  await checkFlow(upload);
  if (upload.expectedBytes !== null && upload.expectedBytes > upload.maxBytes) {
    throw tooLarge(upload.maxBytes);
  }
  const name = safeName(upload.name, `${upload.inputId}.upl`);
  const stored = await keep(upload);
  try {
    const { size, sha256 } = stored;
    if (upload.expectedBytes !== null && size !== upload.expectedBytes) {
      const what = `The upload of ${name} broke off: ${size} of ${upload.expectedBytes} bytes came.`;
      throw new AppError("malformed", `${what} Nothing was kept. Send it again.`);
    }
    const uri = uploadUri(upload, { uploadId: newId(), inputId: upload.inputId, name });
    await pool().query(
      `INSERT INTO artifacts (uri, kind, namespace, flow_id, name, storage_key, size, sha256)
       VALUES ($1, 'upload', $2, $3, $4, $5, $6, $7)`,
      [uri, upload.namespace, upload.flowId, name, stored.key, size, sha256],
    );
    return { uri, name, size, sha256 };
  } catch (error) {
    await artifacts().delete(stored.key);
    throw error;
  }
}

async function checkFlow({ namespace, flowId, inputId }: Upload): Promise<void> {
  const { rowCount } = await pool().query(
    "SELECT 1 FROM flows WHERE namespace = $1 AND id = $2 AND deleted_at IS NULL",
    [namespace, flowId],
  );
  if (rowCount === 0) throw new AppError("not-found", `There is no flow ${namespace}.${flowId}.`);
  if (!/^[a-zA-Z0-9][.a-zA-Z0-9_-]*$/.test(inputId)) {
    throw new AppError("malformed", "The upload does not say for which input it is.");
  }
}

async function keep({ body, maxBytes, name }: Upload): Promise<StoredBytes> {
  try {
    return await artifacts().put(body, maxBytes);
  } catch (error) {
    if (error instanceof StorageError) {
      if (error.reason === "too-large") throw tooLarge(maxBytes);
      throw new AppError("unavailable", `${error.message} Nothing was kept.`, { cause: error });
    }
    const what = `The upload of ${safeName(name)} broke off. Nothing was kept. Send it again.`;
    throw new AppError("malformed", what, { cause: error });
  }
}

function tooLarge(maxBytes: number): AppError {
  return new AppError(
    "too-large",
    `The file is larger than the limit of ${maxBytes} bytes. PODFLOW_MAX_UPLOAD_BYTES raises it.`,
  );
}
