import { Trans, useLingui } from "@lingui/react/macro";
import { Checkbox, Select, TextInput } from "@mantine/core";
import { useField } from "../draft/context";
import { Add, JsonField, Remove } from "./Blocks";
import { type FieldProps, Framed } from "./Field";
import classes from "./Form.module.css";
import { type ParameterRow, PLAIN_TYPES, toRows, toSchema } from "./parameters";
import { useRows } from "./rows";
import { useWords } from "./useWords";

/** What a tool needs to know, row by row; a schema that says more is edited as JSON. */
export function ParametersField(props: FieldProps) {
  const { value } = useField<unknown>(props.path);
  return toRows(value) === null ? <JsonField {...props} /> : <Rows {...props} />;
}

function Rows({ path, place, node }: FieldProps) {
  const { t } = useLingui();
  const words = useWords(place, node);
  const { value, set, isReadOnly, error } = useField<unknown>(path);
  const [rows, change] = useRows<ParameterRow, unknown>(value, (schema) => toRows(schema) ?? [], toSchema);
  const put = (next: ParameterRow[]) => set(change(next));
  const edit = (index: number, part: Partial<ParameterRow>) =>
    put(rows.map((row, other) => (other === index ? { ...row, ...part } : row)));
  const types: Record<string, string> = {
    string: t`Text`,
    number: t`Number`,
    integer: t`Whole number`,
    boolean: t`Yes or no`,
  };
  return (
    <Framed words={words} error={error}>
      <ul className={classes.rows}>
        {rows.map(({ name, type, description, isRequired }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a name changes while it is typed
          <li key={index} className={classes.parameter}>
            <TextInput
              aria-label={t`Name ${index + 1}`}
              placeholder={t`order_number`}
              value={name}
              readOnly={isReadOnly}
              onChange={({ currentTarget }) => edit(index, { name: currentTarget.value.replaceAll(/[^\w-]/g, "_") })}
            />
            <Select
              aria-label={t`Kind of ${name}`}
              value={type}
              data={PLAIN_TYPES.map((one) => ({ value: one, label: types[one] ?? one }))}
              disabled={isReadOnly}
              onChange={(next) => edit(index, { type: next ?? type })}
            />
            {isReadOnly ? (
              <span />
            ) : (
              <Remove label={t`Take out ${name}`} onClick={() => put(rows.filter((_, other) => other !== index))} />
            )}
            <TextInput
              aria-label={t`What ${name} is`}
              placeholder={t`What it is, for the agent`}
              value={description}
              readOnly={isReadOnly}
              onChange={({ currentTarget }) => edit(index, { description: currentTarget.value })}
            />
            <Checkbox
              label={t`needed`}
              checked={isRequired}
              disabled={isReadOnly}
              onChange={({ currentTarget }) => edit(index, { isRequired: currentTarget.checked })}
            />
          </li>
        ))}
      </ul>
      {!isReadOnly && (
        <Add onClick={() => put([...rows, { name: "", type: "string", description: "", isRequired: true }])}>
          <Trans>Add something it needs</Trans>
        </Add>
      )}
    </Framed>
  );
}
