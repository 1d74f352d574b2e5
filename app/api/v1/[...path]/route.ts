import { route } from "#lib/web/http.ts";
import { dispatch } from "#lib/web/kestra/dispatch.ts";

/** The public API: lib/web/kestra/dispatch.ts has the table of its operations. */
const handle = route<{ path: string[] }>((request) => dispatch(request));

export { handle as DELETE, handle as GET, handle as PATCH, handle as POST, handle as PUT };
