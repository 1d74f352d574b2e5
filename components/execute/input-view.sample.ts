import type { InputView } from "#lib/core/flow-view.ts";

/** A required STRING called `x`, with what a test says otherwise. */
export function inputView(given: Partial<InputView> = {}): InputView {
  return {
    id: "x",
    type: "STRING",
    displayName: null,
    description: null,
    isRequired: true,
    defaultText: null,
    values: [],
    allowCustomValue: false,
    isRadio: false,
    itemType: null,
    validator: null,
    min: null,
    max: null,
    after: null,
    before: null,
    allowedFileExtensions: [],
    ...given,
  };
}
