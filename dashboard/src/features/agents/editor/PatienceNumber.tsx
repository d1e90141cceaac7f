import { NumberInput } from "@mantine/core";
import { Reset } from "../form/Field";
import formClasses from "../form/Form.module.css";
import type { PatienceNumber } from "./usePatience";

/** The exact number beside its drawing. */
export function ExactNumber({ label, one, isLabelled }: { label: string; one: PatienceNumber; isLabelled?: boolean }) {
  const { isWhole } = one;
  return (
    <NumberInput
      {...(isLabelled ? { label } : { "aria-label": label })}
      size="xs"
      className={one.isSet ? undefined : formClasses.untouched}
      value={one.value}
      step={isWhole ? 1 : 0.05}
      min={one.bounds.minimum}
      max={one.bounds.maximum}
      suffix={isWhole ? undefined : " s"}
      decimalScale={isWhole ? 0 : 2}
      error={one.error}
      readOnly={one.isReadOnly}
      rightSection={
        one.isReadOnly ? null : <Reset isSet={one.isSet} fallback={one.fallback} onReset={() => one.set(undefined)} />
      }
      onChange={(next) => typeof next === "number" && (one.isSet || next !== one.value) && one.set(next)}
    />
  );
}
