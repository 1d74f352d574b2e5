-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "State" AS ENUM ('CREATED', 'QUEUED', 'RUNNING', 'PAUSED', 'RESTARTED', 'RETRYING', 'KILLING', 'SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'RETRIED', 'SKIPPED');

-- CreateTable
CREATE TABLE "flows" (
    "namespace" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "labels" JSONB NOT NULL DEFAULT '{}',
    "disabled" BOOLEAN NOT NULL DEFAULT false,
    "deleted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "flows_pkey" PRIMARY KEY ("namespace","id")
);

-- CreateTable
CREATE TABLE "flow_revisions" (
    "namespace" TEXT NOT NULL,
    "flow_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "source" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "flow_revisions_pkey" PRIMARY KEY ("namespace","flow_id","revision")
);

-- CreateTable
CREATE TABLE "executions" (
    "id" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "flow_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "state" "State" NOT NULL DEFAULT 'CREATED',
    "state_history" JSONB NOT NULL,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "inputs" JSONB NOT NULL DEFAULT '{}',
    "outputs" JSONB NOT NULL DEFAULT '{}',
    "failure" JSONB,
    "connection_id" TEXT,
    "parent_id" TEXT,
    "original_id" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "log_lines" BIGINT NOT NULL DEFAULT 0,
    "kill_requested_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "wake_at" TIMESTAMPTZ(3) DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "executions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task_runs" (
    "id" TEXT NOT NULL,
    "execution_id" TEXT NOT NULL,
    "task_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "value" TEXT NOT NULL DEFAULT '',
    "position" INTEGER NOT NULL,
    "state" "State" NOT NULL DEFAULT 'CREATED',
    "state_history" JSONB NOT NULL,
    "outputs" JSONB NOT NULL DEFAULT '{}',
    "failure" JSONB,
    "version" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "task_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attempts" (
    "id" TEXT NOT NULL,
    "execution_id" TEXT NOT NULL,
    "task_run_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "state" "State" NOT NULL DEFAULT 'CREATED',
    "runner" TEXT NOT NULL,
    "connection_id" TEXT,
    "handle" JSONB,
    "progress" JSONB NOT NULL DEFAULT '{}',
    "waiting" JSONB,
    "failure" JSONB,
    "marks" JSONB NOT NULL DEFAULT '{}',
    "node" TEXT,
    "exit_code" INTEGER,
    "seal" JSONB NOT NULL DEFAULT '{"state":"live"}',
    "version" INTEGER NOT NULL,
    "not_before" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "lease_number" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "log_chunks" (
    "execution_id" TEXT NOT NULL,
    "first_line" BIGINT NOT NULL,
    "line_count" INTEGER NOT NULL,
    "task_run_id" TEXT,
    "attempt_id" TEXT,
    "attempt_line" BIGINT NOT NULL,
    "max_level" INTEGER NOT NULL,
    "data" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "log_chunks_pkey" PRIMARY KEY ("execution_id","first_line")
);

-- CreateTable
CREATE TABLE "artifacts" (
    "uri" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "flow_id" TEXT NOT NULL,
    "execution_id" TEXT,
    "task_run_id" TEXT,
    "name" TEXT NOT NULL,
    "storage_key" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "is_executable" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "artifacts_pkey" PRIMARY KEY ("uri")
);

-- CreateTable
CREATE TABLE "metrics" (
    "id" BIGSERIAL NOT NULL,
    "execution_id" TEXT NOT NULL,
    "task_run_id" TEXT NOT NULL,
    "task_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "metrics_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connections" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kubeconfig" BYTEA,
    "context" TEXT,
    "server" TEXT,
    "namespace" TEXT,
    "health" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "connections_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "settings" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "settings_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "executions_created_at_id_idx" ON "executions"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "executions_namespace_flow_id_created_at_idx" ON "executions"("namespace", "flow_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "executions_wake_at_idx" ON "executions"("wake_at");

-- CreateIndex
CREATE INDEX "task_runs_execution_id_version_idx" ON "task_runs"("execution_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "task_runs_execution_id_task_id_value_key" ON "task_runs"("execution_id", "task_id", "value");

-- CreateIndex
CREATE INDEX "attempts_execution_id_version_idx" ON "attempts"("execution_id", "version");

-- CreateIndex
CREATE INDEX "attempts_state_not_before_idx" ON "attempts"("state", "not_before");

-- CreateIndex
CREATE UNIQUE INDEX "attempts_task_run_id_number_key" ON "attempts"("task_run_id", "number");

-- CreateIndex
CREATE INDEX "log_chunks_attempt_id_attempt_line_idx" ON "log_chunks"("attempt_id", "attempt_line");

-- CreateIndex
CREATE INDEX "artifacts_execution_id_idx" ON "artifacts"("execution_id");

-- CreateIndex
CREATE INDEX "artifacts_kind_created_at_idx" ON "artifacts"("kind", "created_at");

-- CreateIndex
CREATE INDEX "metrics_execution_id_idx" ON "metrics"("execution_id");

-- AddForeignKey
ALTER TABLE "flow_revisions" ADD CONSTRAINT "flow_revisions_namespace_flow_id_fkey" FOREIGN KEY ("namespace", "flow_id") REFERENCES "flows"("namespace", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task_runs" ADD CONSTRAINT "task_runs_execution_id_fkey" FOREIGN KEY ("execution_id") REFERENCES "executions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_execution_id_fkey" FOREIGN KEY ("execution_id") REFERENCES "executions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_task_run_id_fkey" FOREIGN KEY ("task_run_id") REFERENCES "task_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "log_chunks" ADD CONSTRAINT "log_chunks_execution_id_fkey" FOREIGN KEY ("execution_id") REFERENCES "executions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "artifacts" ADD CONSTRAINT "artifacts_execution_id_fkey" FOREIGN KEY ("execution_id") REFERENCES "executions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "metrics" ADD CONSTRAINT "metrics_execution_id_fkey" FOREIGN KEY ("execution_id") REFERENCES "executions"("id") ON DELETE CASCADE ON UPDATE CASCADE;
