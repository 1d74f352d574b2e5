import type { QueryResult, QueryResultRow } from "pg";
import type { Statement } from "#lib/store/statement.ts";

/** A pool, or the connection of a transaction. */
export interface Queryable {
  query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<Row>>;
  query<Row extends QueryResultRow>(statement: Statement): Promise<QueryResult<Row>>;
}
