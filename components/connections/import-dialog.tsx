"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Upload } from "lucide-react";
import { clsx } from "clsx";
import { type DragEvent, type ReactElement, useRef, useState } from "react";
import { toast } from "sonner";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field, TextArea } from "#components/ui/field.tsx";
import { checkConnection, connectionsQuery, importKubeconfig } from "#lib/query/connections.ts";
import { failureText } from "#lib/query/query-client.ts";

/** A kubeconfig is a few kilobytes; the server takes as much as this. */
const MAX_BYTES = 1_000_000;

/** Takes a kubeconfig, pasted or as a file, and makes a connection of each of its contexts. */
export function ImportDialog({
  isOpen,
  onOpenChange,
}: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}): ReactElement {
  const client = useQueryClient();
  const picker = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [fileError, setFileError] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const { queryKey } = connectionsQuery();
  const close = (open: boolean): void => {
    if (!open) {
      // What is in it is a secret: it does not stay in the page.
      setText("");
      setFileError(null);
      importing.reset();
    }
    onOpenChange(open);
  };
  const importing = useMutation({
    mutationFn: () => importKubeconfig(text),
    onSuccess: async (made) => {
      close(false);
      const names = made.map((connection) => connection.name).join(", ");
      toast.success(`Imported ${names}. Checking…`);
      await Promise.allSettled(made.map((connection) => checkConnection(connection.id)));
      await client.invalidateQueries({ queryKey });
    },
  });
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    importing.reset();
    if (file.size > MAX_BYTES) {
      setFileError(`${file.name} is larger than 1 MB: that is no kubeconfig.`);
      return;
    }
    setFileError(null);
    setText(await file.text());
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={close}
      title="Import a kubeconfig"
      isWide
      actions={
        <>
          <Button onClick={() => close(false)}>Cancel</Button>
          <Button
            variant="primary"
            disabled={text.trim() === ""}
            isBusy={importing.isPending}
            onClick={() => importing.mutate()}
          >
            Import
          </Button>
        </>
      }
    >
      <p className="mb-3">
        Each context in it becomes a connection. It is encrypted before it is stored, and it may not
        run programs or read files of this machine: take the output of{" "}
        <code>kubectl config view --minify --flatten --raw</code>.
      </p>
      <Field
        label="kubeconfig"
        detail="paste it, or drop the file here"
        error={fileError ?? (importing.isError ? failureText(importing.error) : null)}
      >
        {(control) => (
          <TextArea
            {...control}
            rows={14}
            className={clsx(isOver && "outline-2 outline-focus")}
            onDragOver={(event) => {
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={onDrop}
            value={text}
            placeholder={"apiVersion: v1\nkind: Config\n…"}
            onChange={(event) => {
              setText(event.target.value);
              importing.reset();
            }}
          />
        )}
      </Field>
      <input
        ref={picker}
        type="file"
        className="sr-only"
        tabIndex={-1}
        aria-label="Kubeconfig file"
        onChange={(event) => {
          void take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <Button className="mt-3" onClick={() => picker.current?.click()}>
        <Upload size={16} strokeWidth={1.75} aria-hidden /> Choose a file
      </Button>
    </Dialog>
  );
}
