export interface UploadedFile {
  /** `kestra:///…` */
  uri: string;
  name: string;
  size: number;
}

export interface UploadProgress {
  sentBytes: number;
  totalBytes: number;
  bytesPerSecond: number;
}

interface Sample {
  atMs: number;
  bytes: number;
}

const WINDOW_MS = 2_000;

/** The samples of the last two seconds and the speed over them. */
export function speedFrom(
  samples: readonly Sample[],
  latest: Sample,
): { samples: Sample[]; bytesPerSecond: number } {
  const kept = [...samples, latest].filter((sample) => latest.atMs - sample.atMs <= WINDOW_MS);
  const first = kept[0] ?? latest;
  const tookMs = latest.atMs - first.atMs;
  return {
    samples: kept,
    bytesPerSecond: tookMs <= 0 ? 0 : ((latest.bytes - first.bytes) / tookMs) * 1000,
  };
}

const CUT =
  "The upload was cut off: nothing of it was kept. Check that Podflow still runs, then try again.";

function refusalOf(request: XMLHttpRequest): string {
  try {
    const body: unknown = JSON.parse(request.responseText);
    if (typeof body === "object" && body !== null && "message" in body) return String(body.message);
  } catch {
    // Whatever is in between has answered instead of us; its status says more than its page.
  }
  return `The upload was refused with status ${request.status}. Nothing of it was kept.`;
}

/**
 * Streams a file to the server. XMLHttpRequest, because fetch tells nothing about what was sent.
 * The answer's error is a sentence for a person; an abort answers nothing.
 */
export function startUpload(
  url: string,
  file: File,
  on: {
    progress: (progress: UploadProgress) => void;
    done: (uploaded: UploadedFile) => void;
    failed: (message: string) => void;
  },
): { abort: () => void } {
  const request = new XMLHttpRequest();
  let samples: Sample[] = [];
  request.open("PUT", url);
  request.setRequestHeader("content-type", "application/octet-stream");
  request.upload.onprogress = (event) => {
    const speed = speedFrom(samples, { atMs: event.timeStamp, bytes: event.loaded });
    samples = speed.samples;
    on.progress({
      sentBytes: event.loaded,
      totalBytes: file.size,
      bytesPerSecond: speed.bytesPerSecond,
    });
  };
  request.onload = () => {
    if (request.status >= 200 && request.status < 300) {
      // The upload route answers with exactly this shape.
      on.done(JSON.parse(request.responseText) as UploadedFile);
    } else on.failed(refusalOf(request));
  };
  request.onerror = () => on.failed(CUT);
  request.ontimeout = () => on.failed(CUT);
  request.send(file);
  return { abort: () => request.abort() };
}
