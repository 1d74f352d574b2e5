import { route } from "#lib/web/http.ts";
import { receiveUpload } from "#lib/web/upload.ts";

export const PUT = route((request) => receiveUpload(request));
