import type { ReactElement } from "react";

/** A sentence in which what stands between backticks is code. */
export function CodeText({ text }: { text: string }): ReactElement {
  return (
    <>
      {text.split("`").map((part, index) =>
        index % 2 === 1 ? (
          <code key={index} className="break-all">
            {part}
          </code>
        ) : (
          part
        ),
      )}
    </>
  );
}
