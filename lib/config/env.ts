import { resolve } from "node:path";
import { z } from "zod";

/** Every setting comes from here: nothing else reads process.env. `.env.example` has a line for each. */
const variables = z.object({
  PORT: z.coerce.number().int().min(1).max(65535).default(3000),
  HOST: z.string().default("127.0.0.1"),
  PODFLOW_DATA: z.string().default(".podflow"),
  DATABASE_URL: z.string().optional(),
  PODFLOW_KEY: z.string().optional(),
  PODFLOW_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error"]).default("info"),
  PODFLOW_ALLOWED_HOSTS: z.string().default(""),
  PODFLOW_WORKER_SLOTS: z.coerce.number().int().min(1).max(10_000).default(64),
  PODFLOW_LEASE_SECONDS: z.coerce.number().int().min(2).max(300).default(10),
  PODFLOW_MAX_UPLOAD_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(100 * 1024 ** 3),
  PODFLOW_HELPER_IMAGE: z.string().default("busybox"),
  PODFLOW_ALLOW_KUBECONFIG_EXEC: z.enum(["true", "false"]).default("false"),
  PODFLOW_CONFIG_FOLDERS: z.string().default(""),
  PODFLOW_CHECK_IMAGES: z.enum(["true", "false"]).default("true"),
  KUBECONFIG: z.string().optional(),
  HOME: z.string().default("/"),
  PATH: z.string().default("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
  NODE_ENV: z.string().optional(),
});

export interface Settings {
  port: number;
  host: string;
  /** Absolute path of the data folder: database, artifacts, key file, `run/`, `log/`. */
  dataFolder: string;
  /** null: the embedded PostgreSQL, whose address is in `run/database-url`. */
  databaseUrl: string | null;
  /** The 32-byte key in base64 that encrypts kubeconfigs; null: the key file in the data folder. */
  key: string | null;
  logLevel: string;
  /** Host names, besides the loopback ones, that requests may name. */
  allowedHosts: string[];
  /** How many attempts one worker drives at once. */
  workerSlots: number;
  leaseSeconds: number;
  maxUploadBytes: number;
  helperImage: string;
  /** Whether a kubeconfig may run programs to log in. */
  allowsKubeconfigExec: boolean;
  /** Absolute folders below which a task's `config` may name files of this machine. */
  configFolders: string[];
  /** Whether a preview asks image registries. */
  checksImages: boolean;
  /** Paths of kubeconfig files, as kubectl would take them. */
  kubeconfigPaths: string[];
  /** PATH: where tasks on this machine find their programs. */
  searchPath: string;
  isProduction: boolean;
}

/**
 * The settings of this process.
 * @throws Error that names the variable, its value and what it may be
 */
export function readSettings(source: Record<string, string | undefined> = process.env): Settings {
  const parsed = variables.safeParse(source);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0] ?? "");
    throw new Error(
      `${name}="${source[name] ?? ""}" cannot be used: ${issue?.message ?? "invalid"}. See .env.example.`,
    );
  }
  const env = parsed.data;
  return {
    port: env.PORT,
    host: env.HOST,
    dataFolder: resolve(env.PODFLOW_DATA),
    databaseUrl: env.DATABASE_URL || null,
    key: env.PODFLOW_KEY || null,
    logLevel: env.PODFLOW_LOG_LEVEL,
    allowedHosts: env.PODFLOW_ALLOWED_HOSTS.split(",")
      .map((name) => name.trim())
      .filter(Boolean),
    workerSlots: env.PODFLOW_WORKER_SLOTS,
    leaseSeconds: env.PODFLOW_LEASE_SECONDS,
    maxUploadBytes: env.PODFLOW_MAX_UPLOAD_BYTES,
    helperImage: env.PODFLOW_HELPER_IMAGE,
    allowsKubeconfigExec: env.PODFLOW_ALLOW_KUBECONFIG_EXEC === "true",
    configFolders: env.PODFLOW_CONFIG_FOLDERS.split(":")
      .filter(Boolean)
      .map((folder) => resolve(folder)),
    checksImages: env.PODFLOW_CHECK_IMAGES === "true",
    kubeconfigPaths: env.KUBECONFIG
      ? env.KUBECONFIG.split(":").filter(Boolean)
      : [`${env.HOME}/.kube/config`],
    searchPath: env.PATH,
    isProduction: env.NODE_ENV === "production",
  };
}
