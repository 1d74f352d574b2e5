"use client";
import { useEffect, useRef, useState } from "react";
import { startUpload, type UploadProgress } from "./upload.ts";

export type UploadState =
  | { kind: "none" }
  | { kind: "sending"; file: File; progress: UploadProgress }
  | { kind: "stored"; name: string; size: number | null }
  | { kind: "failed"; file: File; message: string };

const NOTHING_SENT = { sentBytes: 0, bytesPerSecond: 0 };

/** One file on its way to the server. `onUri` hears the stored file's URI, and null when it is gone. */
export function useUpload(
  urlFor: (name: string) => string,
  onUri: (uri: string | null) => void,
): {
  state: UploadState;
  send: (file: File) => void;
  cancel: () => void;
} {
  const [state, setState] = useState<UploadState>({ kind: "none" });
  const running = useRef<{ abort: () => void } | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const cancel = () => {
    running.current?.abort();
    running.current = null;
    setState({ kind: "none" });
    onUri(null);
  };
  const send = (file: File) => {
    running.current?.abort();
    onUri(null);
    setState({ kind: "sending", file, progress: { ...NOTHING_SENT, totalBytes: file.size } });
    running.current = startUpload(urlFor(file.name), file, {
      progress: (progress) => setState({ kind: "sending", file, progress }),
      done: (uploaded) => {
        setState({ kind: "stored", name: uploaded.name, size: uploaded.size });
        onUri(uploaded.uri);
      },
      failed: (message) => setState({ kind: "failed", file, message }),
    });
  };
  return { state, send, cancel };
}
