import { createSecureContext } from "node:tls";
import type { RunnerError } from "../contract.ts";
import { configError, type FileName } from "./config-files.ts";

/** The first bytes of Java's own formats (sun.security.provider.JavaKeyStore and JceKeyStore). */
const JAVA_FORMATS = ["feedfeed", "cececece"];

/**
 * Whether a PKCS#12 store opens with its passphrase and has a key.
 * @throws RunnerError of kind `config` that says what converts it, without the passphrase
 */
export function requireKeyStore(path: string, pfx: Buffer, passphrase: string | undefined): void {
  requireNoJavaFormat("keyStoreFile", path, pfx);
  try {
    createSecureContext({ pfx, passphrase });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (/mac verify failure/i.test(why)) {
      throw configError(
        "keyStorePassphrase",
        `config.keyStorePassphrase does not open ${path}.`,
        "Correct the passphrase.",
      );
    }
    throw configError(
      "keyStoreFile",
      `config.keyStoreFile names ${path}, which is no PKCS#12 store with a key and a certificate that OpenSSL 3 reads.`,
      `Make it anew: openssl pkcs12 -legacy -in ${path} -nodes -out all.pem && openssl pkcs12 -export -in all.pem -out ${path}.new`,
      error,
    );
  }
}

/**
 * The certificates of a trust store, as PEM.
 * @throws RunnerError of kind `config` for another form than PEM, with the command that converts it
 */
export function trustedPem(path: string, bytes: Buffer): string {
  requireNoJavaFormat("trustStoreFile", path, bytes);
  const text = bytes.toString("latin1");
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw configError(
    "trustStoreFile",
    `config.trustStoreFile names ${path}, which has no certificates as PEM.`,
    `Convert it: openssl pkcs12 -in ${path} -nokeys -out ${path}.pem`,
  );
}

function requireNoJavaFormat(name: FileName, path: string, bytes: Buffer): void {
  if (JAVA_FORMATS.includes(bytes.subarray(0, 4).toString("hex"))) throw javaFormat(name, path);
}

function javaFormat(name: FileName, path: string): RunnerError {
  const convert =
    name === "keyStoreFile"
      ? `keytool -importkeystore -srckeystore ${path} -destkeystore ${path}.p12 -deststoretype PKCS12`
      : `keytool -list -rfc -keystore ${path} > ${path}.pem`;
  return configError(
    name,
    `config.${name} names ${path}, which is in Java's own format.`,
    `Convert it, and name the new file: ${convert}`,
  );
}
