import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const repositoryRoot = fileURLToPath(new URL("../..", import.meta.url));

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: repositoryRoot,
  turbopack: { root: repositoryRoot },
  poweredByHeader: false,
  // The edge sets the security headers and passes bodies on as they come; pages and scripts are compressed here.
  // Streams of the API never pass this server, so nothing is held back by it.
  compress: true,
  agentRules: false,
  reactStrictMode: true,
  headers: async () => [
    {
      // Whoever has the address sees the page: it must stay where it was sent to.
      source: "/proof/:token",
      headers: [
        { key: "X-Robots-Tag", value: "noindex, nofollow" },
        { key: "Referrer-Policy", value: "no-referrer" },
      ],
    },
  ],
  experimental: { optimizePackageImports: ["radix-ui"] },
};

export default createNextIntlPlugin({
  requestConfig: "./src/i18n/request.ts",
  // Messages are parsed at build time, so browsers get no parser.
  experimental: { messages: { path: "./messages", format: "json", locales: "infer", precompile: true } },
})(config);
