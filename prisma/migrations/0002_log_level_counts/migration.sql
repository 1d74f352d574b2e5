-- AlterTable
ALTER TABLE "log_chunks" ADD COLUMN     "level_counts" INTEGER[];

-- CreateIndex
CREATE INDEX "artifacts_storage_key_idx" ON "artifacts"("storage_key");
