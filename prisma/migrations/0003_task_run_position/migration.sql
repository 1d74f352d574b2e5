-- CreateIndex
CREATE INDEX "task_runs_execution_id_position_idx" ON "task_runs"("execution_id", "position");
