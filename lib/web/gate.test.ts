import { expect, test } from "vitest";
import { refusedBecause } from "./gate.ts";

const policy = { port: 3000, allowedHosts: ["podflow.example", "other.example:8443"] };

const passes: [string, string, Record<string, string>][] = [
  ["the page itself", "GET", { host: "localhost:3000" }],
  ["a program by address", "POST", { host: "127.0.0.1:3000" }],
  ["a program by IPv6 address", "POST", { host: "[::1]:3000" }],
  ["a name in capitals", "GET", { host: "LOCALHOST:3000" }],
  ["a form of our own page", "POST", { host: "localhost:3000", origin: "http://localhost:3000" }],
  ["a proxy's name", "POST", { host: "podflow.example", origin: "https://podflow.example" }],
  ["a proxy's name with its port", "GET", { host: "other.example:8443" }],
  [
    "a write by our own page",
    "PUT",
    { host: "localhost:3000", "sec-fetch-site": "same-origin", origin: "http://localhost:3000" },
  ],
  [
    "a link on another site",
    "GET",
    { host: "localhost:3000", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
  ],
];
test.each(passes)("%s may pass", (_, method, headers) => {
  expect(refusedBecause(method, headers, policy)).toBeNull();
});

const refused: [string, string, Record<string, string>, RegExp][] = [
  ["no Host at all", "GET", {}, /not called ""/],
  ["a name that resolves to us", "GET", { host: "evil.example:3000" }, /PODFLOW_ALLOWED_HOSTS/],
  ["a name that begins like ours", "GET", { host: "localhost.evil.example:3000" }, /not called/],
  ["a user in front of the name", "GET", { host: "localhost@evil.example:3000" }, /not called/],
  ["another port of this machine", "GET", { host: "localhost:3001" }, /not called/],
  ["an address of the network", "GET", { host: "192.168.0.7:3000" }, /not called/],
  ["an allowed name with another port", "GET", { host: "other.example:9" }, /not called/],
  [
    "a foreign page's event stream",
    "GET",
    { host: "localhost:3000", origin: "https://evil.example" },
    /https:\/\/evil.example/,
  ],
  [
    "another server of this machine",
    "POST",
    { host: "localhost:3000", origin: "http://localhost:8080" },
    /may not use/,
  ],
  ["a sandboxed page", "POST", { host: "localhost:3000", origin: "null" }, /may not use/],
  [
    "a write by a foreign page without Origin",
    "DELETE",
    { host: "localhost:3000", "sec-fetch-site": "cross-site" },
    /another site/,
  ],
  [
    "an image or script that a foreign page takes from here",
    "GET",
    { host: "localhost:3000", "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" },
    /another site/,
  ],
  [
    "a form of a foreign page",
    "POST",
    { host: "localhost:3000", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
    /another site/,
  ],
  [
    "a write by another port's page",
    "POST",
    { host: "localhost:3000", "sec-fetch-site": "same-site" },
    /another site/,
  ],
];
test.each(refused)("%s is refused", (_, method, headers, message) => {
  expect(refusedBecause(method, headers, policy)).toMatch(message);
});
