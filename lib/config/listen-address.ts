import { isIP } from "node:net";

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  if (host === "localhost" || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

/**
 * Other machines may reach Podflow only when an administrator keeps strangers out, and there is none yet.
 * @throws Error that says how to reach it from elsewhere all the same
 */
export function refuseForeignAddress(host: string, port: number): void {
  if (isLoopback(host)) return;
  throw new Error(
    `HOST=${host} would let other machines use Podflow, and there is no administrator yet who could keep strangers out. Leave HOST at 127.0.0.1. To reach it from another machine: ssh -L ${port}:127.0.0.1:${port} THIS_MACHINE`,
  );
}
