// The import directions of docs/architecture.md, checked by `npm run check`. There is no allow-list.
const ours = "^(app|components|lib|prisma|e2e|scripts)/";
const tests = "\\.test\\.tsx?$|^lib/runner/contract-suite";
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from, pathNot: tests },
  to: { path: ours, pathNot: allowed },
});

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "a cycle has no first file to read",
      severity: "error",
      from: { pathNot: "^lib/generated/" },
      to: { circular: true },
    },
    only("core-is-pure", "^lib/core/", "^lib/core/", "the vocabulary imports nothing of ours"),
    only(
      "runner-is-a-leaf",
      "^lib/runner/",
      "^lib/runner/",
      "the runner knows pods, not executions",
    ),
    only("config-is-a-leaf", "^lib/config/", "^lib/config/", "settings know nobody"),
    only("expression-is-pure", "^lib/expression/", "^lib/(expression|core)/", "the language alone"),
    only("flow-is-pure", "^lib/flow/", "^lib/(flow|expression|core)/", "YAML to Flow, no rows"),
    only(
      "tasks-are-pure",
      "^lib/tasks/",
      "^lib/(tasks|flow|expression|core)/",
      "what a task type is",
    ),
    only(
      "engine-is-pure",
      "^lib/engine/",
      "^lib/(engine|flow|expression|core)/",
      "what is next, no rows",
    ),
    only(
      "store-is-low",
      "^lib/store/",
      "^lib/(store|core|config|generated)/",
      "rows and bytes, no rules",
    ),
    only(
      "nouns-are-framework-free",
      "^lib/(flows|executions|namespaces|triggers)/",
      "^lib/(flows|executions|namespaces|triggers|connections|store|tasks|engine|flow|expression|core|config|generated)/",
      "verbs run in any process",
    ),
    only(
      "connections-open-runners",
      "^lib/connections/",
      "^lib/(connections|runner|store|core|config|generated)/",
      "a connection is the one noun that knows how to reach a cluster",
    ),
    only(
      "worker-never-sees-web",
      "^lib/worker/",
      "^lib/(worker|flows|executions|connections|namespaces|triggers|tasks|runner|engine|flow|expression|store|core|config)/",
      "server-only throws at start",
    ),
    only(
      "web-never-sees-worker-or-runner",
      "^lib/web/",
      "^lib/(web|flows|executions|connections|namespaces|triggers|tasks|flow|expression|store|core|config)/",
      "requests record intent",
    ),
    only(
      "query-is-browser-code",
      "^lib/query/",
      "^lib/(query|core)/|^lib/web/actions/",
      "ships to the browser",
    ),
    only(
      "supervisor-starts-processes",
      "^lib/supervisor/",
      "^lib/(supervisor|config)/|^prisma/migrate",
      "it knows commands, not what they do",
    ),
    only(
      "components-see-actions-only",
      "^components/",
      "^components/|^lib/(core|query)/|^lib/web/actions/",
      "no data access from the screen",
    ),
    only(
      "pages-read-through-loaders",
      "^app/(?!api/)",
      "^(app|components)/|^lib/(web|query|core)/",
      "pages load, arrange, return",
    ),
    only(
      "routes-call-web",
      "^app/api/",
      "^app/api/|^lib/(web|core)/",
      "parse, call one verb, map the error",
    ),
    {
      name: "next-stays-in-web",
      comment: "everything else runs under plain Node",
      severity: "error",
      from: { path: "^lib/", pathNot: "^lib/(web|query)/" },
      to: { path: "node_modules/(next|server-only|react)/" },
    },
    {
      name: "one-door-to-the-cluster",
      comment: "only the runner speaks to Kubernetes",
      severity: "error",
      from: { path: "^(app|components|lib)/", pathNot: "^lib/runner/" },
      to: { path: "node_modules/@kubernetes/" },
    },
    {
      name: "one-door-to-prisma",
      comment: "rows are read and written by the store and the nouns",
      severity: "error",
      from: {
        path: "^(app|components|lib)/",
        pathNot: "^lib/(store|flows|executions|connections|namespaces|triggers|generated)/",
      },
      to: { path: "^lib/generated/|node_modules/@prisma/" },
    },
    {
      name: "product-never-sees-tests",
      comment: "tests depend on the product, not the other way round",
      severity: "error",
      from: { path: "^(app|components|lib|prisma)/", pathNot: tests },
      to: { path: "^e2e/|\\.test\\.tsx?$" },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^\\.next/" },
    enhancedResolveOptions: {
      conditionNames: ["import", "node", "default"],
      exportsFields: ["exports"],
      extensions: [".ts", ".tsx", ".mts", ".mjs", ".js", ".json"],
    },
  },
};
