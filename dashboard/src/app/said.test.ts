import { beforeEach, expect, test } from "vitest";
import { learn, said } from "./said";

beforeEach(() =>
  learn({
    set: "gesetzt",
    "not set": "nicht gesetzt",
    "{0} is free": "{0} ist frei",
    "{0}, revision {1}": "{0}, Stand {1}",
    "not kept; {0}": "nicht geführt; {0}",
    "{0} lines and {1} s lost": "{1} s und {0} Zeilen verloren",
    "stop (it?) {0}": "halt {0}",
  }),
);

test("what is known is said in the other language, and what is filled in stays", () => {
  expect(said("not set")).toBe("nicht gesetzt");
  expect(said("127.0.0.1:8080 is free")).toBe("127.0.0.1:8080 ist frei");
  expect(said("SQLite, revision 0001")).toBe("SQLite, Stand 0001");
  expect(said("stop (it?) now")).toBe("halt now");
});

test("a sentence within a sentence is said too, in its own order", () => {
  expect(said("not kept; 3 lines and 2 s lost")).toBe("nicht geführt; 2 s und 3 Zeilen verloren");
});

test("what nobody knows stands as it came", () => {
  expect(said("a new sentence of a newer server")).toBe("a new sentence of a newer server");
  learn({});
  expect(said("not set")).toBe("not set");
});
