/** Why a flow that says `disabled: true` cannot be executed. */
export const DISABLED_REASON =
  "This flow is disabled: take disabled: true out of it to execute it.";
