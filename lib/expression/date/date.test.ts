import { describe, expect, it } from "vitest";
import { renderTemplate } from "../render.ts";

const scope = {
  variables: {
    date: new Date("2013-09-08T15:19:12.000Z"),
    precise: "2013-09-08T16:19:12.123456+01",
    seconds: 1_378_653_552,
  },
  now: () => new Date("2024-05-06T07:08:09.123Z"),
};

const render = (expression: string): Promise<string> =>
  renderTemplate(`{{ ${expression} }}`, scope);

describe("a date is written as Kestra writes it", () => {
  it.each([
    ["date | date(format='iso', timeZone='Europe/Paris')", "2013-09-08T17:19:12.000000+02:00"],
    ["date | date(format='iso_sec', timeZone='Europe/Paris')", "2013-09-08T17:19:12+02:00"],
    ["precise | date(format='iso', timeZone='Europe/Paris')", "2013-09-08T17:19:12.123456+02:00"],
    [
      "'2013-09-08T16:19:12.123456' | date(format='yyyy-MM-dd HH:mm:ss.SSSSSSXXX', timeZone='Europe/Paris')",
      "2013-09-08 16:19:12.123456+02:00",
    ],
    ["'July 24, 2001' | date('yyyy-MM-dd', existingFormat='MMMM dd, yyyy')", "2001-07-24"],
    [
      "'2013-09-08T17:19:12+02:00' | date(timeZone='Europe/Paris')",
      "2013-09-08T17:19:12.000000+02:00",
    ],
    ["'2013-09-08' | date(timeZone='Europe/Paris')", "2013-09-08T00:00:00.000000+02:00"],
    [
      "'Tue, 08 Feb 2022 19:38:26 GMT' | date(existingFormat='rfc_1123_date_time', timeZone='Europe/Paris')",
      "2022-02-08T20:38:26.000000+01:00",
    ],
    ["seconds | date('sql')", "2013-09-08 15:19:12.000000"],
    ["1378653552123 | date('iso')", "2013-09-08T15:19:12.123000Z"],
    ["(precise | timestamp) > (precise | dateAdd(-1, 'DAYS') | timestamp)", "true"],
    ["precise | dateAdd(-1, 'DAYS', timeZone='Europe/Paris')", "2013-09-07T17:19:12.123456+02:00"],
    ["now()", "2024-05-06T07:08:09.123Z"],
    ["now(format='iso_local_date')", "2024-05-06"],
    ["now(timeZone='Europe/Paris')", "2024-05-06T09:08:09.123000+02:00"],
    ["now() | date('yyyyMMdd')", "20240506"],
    ["null | date('yyyy')", ""],
  ])("%s", async (expression, expected) => {
    expect(await render(expression)).toBe(expected);
  });
});

describe("every letter of a date pattern", () => {
  it.each([
    ["y yy yyy yyyy u", "2024 24 2024 2024 2024"],
    ["M MM MMM MMMM MMMMM L LLLL", "5 05 May May M 5 May"],
    ["d dd D DDD", "6 06 127 127"],
    ["E EEE EEEE EEEEE e", "Mon Mon Monday M 1"],
    ["H HH k h hh K a", "7 07 7 7 07 7 AM"],
    ["m mm s ss S SSS SSSSSSSSS n", "8 08 9 09 1 123 123000000 123000000"],
    ["A N", "25689123 25689123000000"],
    ["Q QQQ QQQQ w ww Y YYYY", "2 Q2 2nd quarter 19 19 2024 2024"],
    ["X XX XXX x xx xxx Z ZZZZ ZZZZZ O OOOO", "Z Z Z +00 +0000 +00:00 +0000 GMT Z GMT GMT"],
    ["VV z zzzz G", "UTC UTC Coordinated Universal Time AD"],
    ["yyyy'T'HH 'o''clock' '' [dd]", "2024T07 o'clock ' 06"],
  ])("%s", async (pattern, expected) => {
    const variables = { pattern };
    const text = "{{ now() | date(pattern) }}";
    expect(await renderTemplate(text, { ...scope, variables })).toBe(expected);
  });

  it.each([
    ["XXX VV z O", "America/New_York", "-04:00 America/New_York EDT GMT-4"],
    ["XXX VV z zzzz", "Europe/Paris", "+02:00 Europe/Paris CEST Central European Summer Time"],
    ["X xx Z ZZZZ O", "Asia/Kolkata", "+0530 +0530 +0530 GMT+05:30 GMT+5:30"],
    ["HH:mm VV X", "+02:00", "09:08 +02:00 +02"],
  ])("%s in %s", async (pattern, zone, expected) => {
    const variables = { pattern, zone };
    const text = "{{ now() | date(pattern, timeZone=zone) }}";
    expect(await renderTemplate(text, { ...scope, variables })).toBe(expected);
  });

  it.each([
    ["iso_date_time", "2024-05-06T09:08:09.123+02:00[Europe/Paris]"],
    ["iso_zoned_date_time", "2024-05-06T09:08:09.123+02:00[Europe/Paris]"],
    ["iso_date", "2024-05-06+02:00"],
    ["iso_time", "09:08:09.123+02:00"],
    ["iso_local_date", "2024-05-06"],
    ["iso_local_date_time", "2024-05-06T09:08:09.123"],
    ["iso_local_time", "09:08:09.123"],
    ["iso_instant", "2024-05-06T07:08:09.123Z"],
    ["iso_offset_time", "09:08:09.123+02:00"],
    ["iso_ordinal_date", "2024-127+02:00"],
    ["iso_week_date", "2024-W19-1+02:00"],
    ["rfc_1123_date_time", "Mon, 6 May 2024 07:08:09 GMT"],
    ["sql_seq", "2024-05-06 09:08:09"],
  ])("the format %s", async (format, expected) => {
    const text = "{{ now() | date(format, timeZone='Europe/Paris') }}";
    expect(await renderTemplate(text, { ...scope, variables: { format } })).toBe(expected);
  });

  it.each([
    ["fr_FR", "6 mai 2024, lundi"],
    ["de_DE", "6 Mai 2024, Montag"],
  ])("in the words of %s", async (locale, expected) => {
    const text = "{{ now() | date('d MMMM yyyy, EEEE', locale=locale) }}";
    expect(await renderTemplate(text, { ...scope, variables: { locale } })).toBe(expected);
  });
});

describe("a date is read by a pattern", () => {
  it.each([
    ["24/07/2001 13:05", "dd/MM/yyyy HH:mm", "2001-07-24T13:05:00.000000Z"],
    ["20010724130509", "yyyyMMddHHmmss", "2001-07-24T13:05:09.000000Z"],
    ["7/4/01 1:05 PM", "M/d/yy h:mm a", "2001-07-04T13:05:00.000000Z"],
    ["12:00 am", "hh:mm a", "1970-01-01T00:00:00.000000Z"],
    ["2001-07-24 13:05:09.25", "yyyy-MM-dd HH:mm:ss.SS", "2001-07-24T13:05:09.250000Z"],
    ["2001-07-24 13:05 +0200", "yyyy-MM-dd HH:mm Z", "2001-07-24T11:05:00.000000Z"],
    ["2001-07-24 13:05 Europe/Paris", "yyyy-MM-dd HH:mm VV", "2001-07-24T11:05:00.000000Z"],
    ["Tue Jul 24 2001", "EEE MMM d yyyy", "2001-07-24T00:00:00.000000Z"],
    ["2001-07-24", "yyyy-MM-dd['T'HH:mm]", "2001-07-24T00:00:00.000000Z"],
    ["2001 205", "yyyy D", "2001-07-24T00:00:00.000000Z"],
  ])("%s by %s", async (text, existing, expected) => {
    const variables = { text, existing };
    const template = "{{ text | date(existingFormat=existing) }}";
    expect(await renderTemplate(template, { ...scope, variables })).toBe(expected);
  });
});

describe("days and hours are different things when clocks change", () => {
  it.each([
    [
      "'2024-03-30T12:00:00+01:00' | dateAdd(1, 'DAYS', timeZone='Europe/Paris')",
      "2024-03-31T12:00:00.000000+02:00",
    ],
    [
      "'2024-03-30T12:00:00+01:00' | dateAdd(24, 'HOURS', timeZone='Europe/Paris')",
      "2024-03-31T13:00:00.000000+02:00",
    ],
    ["'2024-03-31T02:30:00' | date(timeZone='Europe/Paris')", "2024-03-31T03:30:00.000000+02:00"],
    ["'2024-10-27T02:30:00' | date(timeZone='Europe/Paris')", "2024-10-27T02:30:00.000000+02:00"],
    ["'2024-01-31' | dateAdd(1, 'MONTHS', 'iso_local_date')", "2024-02-29"],
    ["'2024-02-29' | dateAdd(1, 'YEARS', 'iso_local_date')", "2025-02-28"],
    ["'2024-01-01' | dateAdd(-1, 'MONTHS', 'iso_local_date')", "2023-12-01"],
    ["'2024-01-01' | dateAdd(2, 'WEEKS', 'iso_local_date')", "2024-01-15"],
    [
      "'2024-01-01T00:00:00Z' | dateAdd(-1, 'NANOS', 'iso_instant')",
      "2023-12-31T23:59:59.999999999Z",
    ],
    ["'2024-01-01' | dateAdd(1, 'DECADES', 'yyyy')", "2034"],
  ])("%s", async (expression, expected) => {
    expect(await render(expression)).toBe(expected);
  });
});

describe("what is no date says so", () => {
  it.each([
    ["'tomorrow' | date('yyyy')", /`date`: The text is not an ISO 8601 date/],
    ["'2024-02-30' | date('yyyy')", /There is no such date/],
    ["[1] | date('yyyy')", /needs a date, not a list/],
    ["now() | date('yyyy-bb')", /letter `b` means nothing/],
    ['now() | date("yyyy\'")', /quote that is never closed/],
    ["now() | date('yyyy', timeZone='Mars/Base')", /no such time zone/],
    ["now() | date('yyyy', locale='!')", /no such locale/],
    ["now() | dateAdd(1, 'FORTNIGHTS')", /`unit` must be one of NANOS/],
    ["now() | dateAdd(1000000, 'MILLENNIA')", /too far away/],
    [
      "'24.07' | date(existingFormat='dd/MM')",
      /does not fit the pattern `dd\/MM` from its character 3/,
    ],
  ])("%s", async (expression, message) => {
    await expect(render(expression)).rejects.toThrow(message);
  });
});
