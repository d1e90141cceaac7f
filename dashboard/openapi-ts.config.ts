import { defineConfig } from "@hey-api/openapi-ts";

// The types and calls of the API, made from its own document; nothing of it is written by hand.
export default defineConfig({
  input: "../docs/reference/openapi.json",
  // Live events come over the tab's own socket.
  parser: { filters: { operations: { exclude: ["GET /calls/{call_id}/events"] } } },
  output: { path: "src/client", clean: true },
  plugins: [
    "@hey-api/typescript",
    { name: "@hey-api/sdk" },
    { name: "@hey-api/client-fetch", runtimeConfigPath: "@/app/api", throwOnError: true },
    { name: "@tanstack/react-query", queryKeys: { tags: true }, infiniteQueryKeys: { tags: true } },
  ],
});
