import type { Page } from "@playwright/test";
import { INPUT_TYPES } from "#lib/core/flow-view.ts";
import { expect, test } from "./test.ts";

/** A flow with an input of every type, none with a default; only `word` is required. */
function everyInput(namespace: string): string {
  return `id: every_input
namespace: ${namespace}
inputs:
  - { id: word, type: STRING, validator: "(?i)[a-z]+" }
  - { id: whole, type: INT, required: false, min: 1, max: 10 }
  - { id: ratio, type: FLOAT, required: false }
  - { id: old_flag, type: BOOLEAN, required: false }
  - { id: flag, type: BOOL, required: false }
  - { id: moment, type: DATETIME, required: false }
  - { id: day, type: DATE, required: false, after: "2020-01-01" }
  - { id: clock, type: TIME, required: false }
  - { id: pause, type: DURATION, required: false, max: PT1H }
  - { id: attached, type: FILE, required: false, allowedFileExtensions: [.csv] }
  - { id: settings, type: JSON, required: false }
  - { id: config, type: YAML, required: false }
  - { id: address, type: URI, required: false }
  - { id: token, type: SECRET, required: false }
  - { id: numbers, type: ARRAY, itemType: INT, required: false }
  - { id: color, type: SELECT, values: [red, green], required: false }
  - { id: size, type: ENUM, values: [small medium large, extra large, huge as a house, other one, another, last], required: false }
  - { id: days, type: MULTISELECT, values: [Mon, Tue, Wed], required: false }
  - { id: email, type: EMAIL, required: false }
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: "{{ inputs.word }} {{ inputs.whole }} {{ inputs.flag }} {{ inputs.numbers | join('+') }} {{ inputs.days | join('+') }} {{ inputs.moment }}"
`;
}

const form = (page: Page) => page.getByRole("dialog", { name: /^Execute / });

/** What is wrong, as it stands at the field. */
function messageAt(page: Page, input: string) {
  return form(page)
    .locator("form > div")
    .filter({ hasText: new RegExp(`^${input} `) })
    .getByRole("alert")
    .last();
}

test.use({ timezoneId: "America/New_York" });

test("each type of input has its control, and says at its field what is wrong with it", async ({
  page,
  api,
  namespace,
  checkAccessibility,
}) => {
  const source = everyInput(namespace);
  for (const type of INPUT_TYPES) expect(source).toContain(`type: ${type}`);
  await api.saveFlow(source);
  await page.goto(`/flows/${namespace}/every_input`);
  await page.getByRole("textbox", { name: "Source of the flow" }).focus();
  await page.keyboard.press("Control+Enter");
  const sheet = form(page);
  const text = (name: string) => sheet.getByRole("textbox", { name: new RegExp(`^${name} `) });
  await expect(text("word")).toBeFocused();
  await checkAccessibility("execute-every-input");
  await expect(sheet.getByText("Same inputs as last time?")).toHaveCount(0);

  await text("whole").fill("11");
  await text("ratio").fill("half");
  await text("pause").fill("PT2H");
  await text("settings").fill("{no json");
  await text("address").fill("no address");
  await text("email").fill("nobody");
  await sheet.getByLabel(/^day /).fill("2019-12-31");
  const numbers = sheet.getByRole("group", { name: /^numbers / });
  await numbers.getByRole("button", { name: "Add an item to numbers" }).click();
  await numbers.getByRole("textbox", { name: "Item 1 of numbers" }).fill("one");
  await page.keyboard.press("Control+Enter");
  await expect(messageAt(page, "word")).toHaveText("It is required.");
  await expect(text("word")).toBeFocused();
  const wrong: [input: string, message: string][] = [
    ["whole", "It must be less than 10, but received 11."],
    ["ratio", "Expected FLOAT, but received half."],
    ["pause", "It must be less than PT1H, but received PT2H."],
    ["settings", "Expected JSON, but received {no json."],
    ["address", "Expected URI, but received no address."],
    ["email", "Expected EMAIL, but received nobody."],
    ["day", "It must be after 2020-01-01, but received 2019-12-31."],
    ["numbers", 'Unable to parse array element as INT on one, but received ["one"].'],
  ];
  for (const [input, message] of wrong) await expect(messageAt(page, input)).toHaveText(message);
  await checkAccessibility("execute-wrong-inputs");

  // Right as far as a browser can tell: a pattern of another dialect and YAML are the server's to read.
  await text("word").fill("two words");
  await text("whole").fill("7");
  await text("ratio").fill("0.5");
  await text("pause").fill("PT5M");
  await text("settings").fill('{"a": 1}');
  await text("config").fill("a: [1");
  await text("address").fill("https://example.org/x");
  await text("email").fill("ada@example.org");
  await sheet.getByLabel(/^day /).fill("2026-02-03");
  await sheet.getByLabel(/^clock /).fill("12:30:15");
  await sheet.getByLabel(/^moment /).fill("2026-02-03T04:05:06");
  await sheet.getByLabel(/^token /).fill("s3cret");
  await expect(sheet.getByLabel(/^token /)).toHaveAttribute("type", "password");
  await numbers.getByRole("textbox", { name: "Item 1 of numbers" }).fill("1");
  await numbers.getByRole("button", { name: "Add an item to numbers" }).click();
  await numbers.getByRole("textbox", { name: "Item 2 of numbers" }).fill("2");
  await sheet
    .getByRole("group", { name: /^old_flag / })
    .getByText("False", { exact: true })
    .click();
  await sheet
    .getByRole("group", { name: /^flag / })
    .getByText("True", { exact: true })
    .click();
  await sheet
    .getByRole("group", { name: /^color / })
    .getByText("green", { exact: true })
    .click();
  await sheet.getByRole("combobox", { name: /^size / }).click();
  await page.getByRole("option", { name: "huge as a house" }).click();
  await sheet
    .getByRole("group", { name: /^days / })
    .getByLabel("Tue")
    .check();
  await page.keyboard.press("Control+Enter");
  await expect(messageAt(page, "word")).toContainText("It must match the pattern");
  await expect(messageAt(page, "config")).toContainText("YAML");

  await text("word").fill("hello");
  await text("config").fill("a: [1]");
  const labels = sheet.getByRole("textbox", { name: "Labels" });
  await labels.fill("no label");
  await labels.press("Enter");
  await expect(sheet.getByText("Write a label as key:value.")).toBeVisible();
  await labels.fill("team:data");
  await labels.press("Enter");
  await page.keyboard.press("Control+Enter");
  await expect(page).toHaveURL(/\/executions\//);
  await expect(page.getByLabel("Lines of the log")).toContainText(
    "hello 7 true 1+2 Tue 2026-02-03T09:05:06",
  );
  const inputs = page.getByRole("region", { name: "Inputs" });
  await expect(inputs.getByRole("button", { name: /^team label / })).toContainText("data");
  await expect(inputs).not.toContainText("s3cret");
  await expect(inputs.getByRole("button").first()).toHaveAccessibleName(/^word/);

  await page.getByRole("link", { name: "Execute again" }).click();
  await expect(sheet.getByText(/^Filled in as in/)).toBeVisible();
  await expect(text("word")).toHaveValue("hello");
  await expect(sheet.getByLabel(/^moment /)).toHaveValue("2026-02-03T04:05:06");
  await expect(sheet.getByRole("group", { name: /^days / }).getByLabel("Tue")).toBeChecked();
  await expect(sheet.getByLabel(/^token /)).toHaveValue("");

  await page.goto(`/flows/${namespace}/every_input`);
  await page.getByRole("textbox", { name: "Source of the flow" }).focus();
  await page.keyboard.press("Control+Enter");
  await expect(text("word")).toHaveValue("");
  await sheet.getByRole("button", { name: "Fill in" }).click();
  await expect(text("word")).toHaveValue("hello");
});

test("a file is dropped, shows how far it is, can be taken back, and is sent again", async ({
  page,
  api,
  namespace,
}) => {
  await api.saveFlow(everyInput(namespace));
  await page.goto(`/flows?namespace=${namespace}`);
  await page.getByRole("button", { name: "Execute every_input" }).click();
  const sheet = form(page);
  const zone = sheet.getByText("Drop a file here, or choose one");
  const drop = async (name: string, bytes: number) => {
    const data = await page.evaluateHandle(
      ({ name: fileName, bytes: size }) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(size)], fileName));
        return transfer;
      },
      { name, bytes },
    );
    await sheet
      .getByLabel(/^attached /)
      .locator("..")
      .dispatchEvent("drop", { dataTransfer: data });
  };
  await drop("picture.png", 10);
  await expect(sheet.getByText(/must be a file of \.csv/)).toBeVisible();

  const network = await page.context().newCDPSession(page);
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 };
  await network.send("Network.emulateNetworkConditions", slow);
  await drop("large.csv", 5_000_000);
  const progress = sheet.getByRole("progressbar", { name: "Upload of large.csv" });
  await expect(progress).toBeVisible();
  await expect(sheet.getByText(/ of 5\.0 MB · .+\/s$/)).toBeVisible();
  await expect(sheet.getByRole("button", { name: "Execute", exact: true })).toBeDisabled();
  await sheet.getByRole("button", { name: "Cancel the upload" }).click();
  await expect(progress).toBeHidden();
  await expect(zone).toBeVisible();

  await network.send("Network.emulateNetworkConditions", { ...slow, uploadThroughput: -1 });
  await drop("large.csv", 5_000_000);
  await expect(sheet.getByText("5.0 MB", { exact: true })).toBeVisible();
  await sheet.getByRole("textbox", { name: /^word / }).fill("again");
  await sheet.getByRole("button", { name: "Execute", exact: true }).click();
  await expect(page.getByText("Success", { exact: true })).toBeVisible();
  await expect(page.getByRole("region", { name: "Inputs" })).toContainText("large.csv");
});
