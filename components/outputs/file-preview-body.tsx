import Image from "next/image";
import type { ReactElement } from "react";
import { bytesText } from "#components/ui/bytes-text.ts";
import type { FilePreview } from "#lib/query/executions.ts";
import { prettyJson } from "./pretty-json.ts";

/** What of a file can be shown: text, JSON, a table, an image. */
export function FilePreviewBody({
  preview,
  name,
}: {
  preview: FilePreview;
  name: string;
}): ReactElement {
  return (
    <>
      {preview.size === 0 ? <p>The file is empty.</p> : <Shown preview={preview} name={name} />}
      {preview.isTruncated && preview.kind !== "binary" ? (
        <p className="mt-2 text-xs">
          Only the beginning is shown. Download the file to see all {bytesText(preview.size)}.
        </p>
      ) : null}
    </>
  );
}

function Shown({ preview, name }: { preview: FilePreview; name: string }): ReactElement {
  const text = preview.text ?? "";
  switch (preview.kind) {
    case "image":
      return (
        // Its size is not known: without one given, it has its own.
        <Image
          unoptimized
          src={preview.dataUrl ?? ""}
          alt={`Preview of ${name}`}
          width={0}
          height={0}
          className="h-auto w-auto max-w-full"
        />
      );
    case "csv":
      return <CsvTable rows={preview.rows ?? []} />;
    case "json":
      return <Text text={preview.isTruncated ? text : prettyJson(text)} />;
    case "text":
      return <Text text={text} />;
    case "binary":
      return <p>This file cannot be shown here. Download it to open it.</p>;
  }
}

function Text({ text }: { text: string }): ReactElement {
  return <pre className="text-ink whitespace-pre-wrap wrap-anywhere">{text}</pre>;
}

function CsvTable({ rows }: { rows: string[][] }): ReactElement {
  const [head = [], ...body] = rows;
  return (
    <table className="mono border-separate border-spacing-0 text-ink">
      <thead>
        <tr>
          {head.map((cell, at) => (
            <th
              key={at}
              scope="col"
              className="border-b border-line px-3 py-1 text-left font-strong whitespace-pre first:pl-0"
            >
              {cell}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {body.map((cells, row) => (
          <tr key={row}>
            {cells.map((cell, at) => (
              <td key={at} className="border-b border-line px-3 py-1 whitespace-pre first:pl-0">
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
