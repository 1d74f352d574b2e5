import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import { connection } from "next/server";
import type { ReactElement, ReactNode } from "react";
import { AppShell } from "#components/shell/app-shell.tsx";
import { Providers } from "#components/shell/providers.tsx";
import { loadShell } from "#lib/web/loaders/shell.ts";

export const metadata: Metadata = {
  title: { default: "Podflow", template: "%s · Podflow" },
  description: "YAML flows as Kubernetes pods",
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f7f7f8" },
    { media: "(prefers-color-scheme: dark)", color: "#0d0d10" },
  ],
};

export default async function RootLayout({
  children,
}: {
  children: ReactNode;
}): Promise<ReactElement> {
  // Every page shows what is true now: none is made at build time.
  await connection();
  const { running } = await loadShell();
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <Providers now={Date.now()}>
          <AppShell running={running}>{children}</AppShell>
        </Providers>
      </body>
    </html>
  );
}
